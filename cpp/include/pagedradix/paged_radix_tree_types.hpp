// What PagedRadixTree is told and what it says of itself: options and figures.
#pragma once

#include <cstddef>
#include <limits>

namespace pagedradix {

/// How a PagedRadixTree is set up.
struct PagedRadixTreeOptions {
  static constexpr std::size_t kMaxPageSize = std::size_t{1} << 20;
  static constexpr std::size_t kMaxPagesPerBlock = std::size_t{1} << 20;

  /// Tokens a page, 1 .. kMaxPageSize.
  std::size_t page_size = 64;
  /// Pages that the pool begins with, and by how many it grows: 1 .. kMaxPagesPerBlock.
  std::size_t pages_per_block = 64;
  /// The pool never holds more than max_tokens / page_size pages; at least one page. Default: no
  /// limit.
  std::size_t max_tokens = std::numeric_limits<std::size_t>::max();
};

/// What a PagedRadixTree holds at one moment.
struct PagedRadixTreeStats {
  std::size_t sequences = 0;
  std::size_t nodes = 0;            ///< without the root
  std::size_t tokens = 0;           ///< stored; a shared prefix counts once
  std::size_t pages_used = 0;       ///< that hold tokens
  std::size_t pages_allocated = 0;  ///< used and free ones
  std::size_t bytes = 0;            ///< taken from the system for all of this
};

}  // namespace pagedradix
