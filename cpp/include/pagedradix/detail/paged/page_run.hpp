// Reading and writing the tokens of a node, piece by piece.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "pagedradix/detail/paged/page_pool.hpp"
#include "pagedradix/detail/paged/paged_node.hpp"
#include "pagedradix/detail/shared/first_difference.hpp"

namespace pagedradix::detail {

/// The page of a node that holds the token at `depth`. Walks from the nearer end of the chain.
inline PageId FindPage(const PagePool& pool, const PagedNode& node, std::size_t depth) noexcept {
  const PageGeometry& geometry = pool.geometry();
  const std::size_t ahead = geometry.PageOf(depth) - geometry.PageOf(node.start);
  const std::size_t behind = geometry.PageOf(node.end - 1) - geometry.PageOf(depth);
  if (behind < ahead) {
    PageId page = node.pages.last;
    for (std::size_t i = 0; i < behind; ++i) page = pool.Previous(page);
    return page;
  }
  PageId page = node.pages.first;
  for (std::size_t left = ahead; left != 0;) {
    const std::size_t adjacent = pool.Adjacent(page, node.pages.last, left + 1);
    const std::size_t step = std::min(left, adjacent);
    page = adjacent > step ? page + static_cast<PageId>(step)
                           : pool.Next(page + static_cast<PageId>(adjacent - 1));
    left -= step;
  }
  return page;
}

/// Calls `visit(Token*, count)` for the pieces, each as long as possible, that make up the depths
/// [from, to) of a chain whose first page holds `from` and whose last page is `last`; until `visit`
/// returns false.
template <typename Visitor>
void ForEachPiece(const PagePool& pool, PageId page, PageId last, std::size_t from, std::size_t to,
                  Visitor visit) {
  const PageGeometry& geometry = pool.geometry();
  while (from < to) {
    const std::size_t slot = geometry.SlotOf(from);
    const std::size_t adjacent = pool.Adjacent(page, last, geometry.Spanned(from, to));
    const std::size_t count = std::min(adjacent * geometry.page_size() - slot, to - from);
    if (!visit(pool.Tokens(page) + slot, count)) return;
    from += count;
    if (from < to) page = pool.Next(page + static_cast<PageId>(adjacent - 1));
  }
}

/// How many of the first `count` <= length tokens of a node agree with `tokens`.
inline std::size_t CommonPrefix(const PagePool& pool, const PagedNode& node, const Token* tokens,
                                std::size_t count) noexcept {
  std::size_t same = 0;
  ForEachPiece(pool, node.pages.first, node.pages.last, node.start, node.start + count,
               [&](const Token* piece, std::size_t piece_count) {
                 const std::size_t agree = FirstDifference(piece, tokens + same, piece_count);
                 same += agree;
                 return agree == piece_count;
               });
  return same;
}

/// Writes tokens to the depths [depth, depth + count) of a chain whose page `page` holds `depth`.
inline void WriteTokens(const PagePool& pool, PageId page, PageId last, std::size_t depth,
                        const Token* tokens, std::size_t count) noexcept {
  ForEachPiece(pool, page, last, depth, depth + count,
               [&tokens](Token* piece, std::size_t piece_count) {
                 std::memcpy(piece, tokens, piece_count * sizeof(Token));
                 tokens += piece_count;
                 return true;
               });
}

}  // namespace pagedradix::detail
