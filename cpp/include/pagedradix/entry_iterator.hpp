// EntryIterator: a lazy walk over the owned nodes of a TokenTree.
#pragma once

#include <cstddef>
#include <vector>

#include "pagedradix/token_tree_types.hpp"

namespace pagedradix {

namespace detail {
class TreeCore;
}  // namespace detail

/// Yields the owned nodes in pre-order, children in lexicographic order of their first page. It
/// keeps the prefix where it stands and nothing else of the tree, so writers are never held up.
/// After a `clear()` it goes on with what has been inserted since, if that lies ahead.
///
/// Thread safety: one thread at a time for each iterator; any other use of the tree may go on.
/// The tree must outlive it.
class EntryIterator {
 public:
  /// The next owned node; false at the end. `entry` is overwritten, its buffers are reused. Strong
  /// guarantee: after std::bad_alloc the next call tries the same step again.
  bool Next(TreeEntry& entry);

 private:
  friend class TokenTree;
  explicit EntryIterator(detail::TreeCore& core) : core_(&core) {}

  /// A node on the way down: what is still to be visited below it.
  struct Frame {
    std::size_t end_depth;
    std::vector<Token> child_pages;  ///< first pages of its children, sorted, page after page
    std::size_t next_child = 0;
  };

  detail::TreeCore* core_;
  std::vector<Token> prefix_;
  std::vector<Frame> frames_;
  bool started_ = false;
};

}  // namespace pagedradix
