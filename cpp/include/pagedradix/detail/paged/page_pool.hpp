// The pages of one tree: where tokens are stored.
//
// A page holds `page_size` tokens and is named by a 32-bit id. Pages come in blocks of
// `pages_per_block`, each with the tokens of its pages side by side and, behind them, two links a
// page. A chain of pages is linked in both directions, so cutting a chain in two and joining two
// again costs nothing for the pages between. Free pages are a chain too. Fresh pages are handed out
// in ascending order, so long chains mostly lie in one piece and are read as such (page_run.hpp).
//
// Thread safety: none; the tree's lock guards it.
//
// Invariants: every page is in the free chain or was taken (P5); the pool never holds more than
// `max_pages` (P7).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "pagedradix/detail/memory/fault_injection.hpp"
#include "pagedradix/detail/shared/page_geometry.hpp"
#include "pagedradix/errors.hpp"
#include "pagedradix/token_span.hpp"

namespace pagedradix::detail {

using PageId = std::uint32_t;
inline constexpr PageId kNoPage = std::numeric_limits<PageId>::max();

/// Pages linked to each other, from `first` to `last`.
struct PageChain {
  PageId first = kNoPage;
  PageId last = kNoPage;

  bool empty() const noexcept { return first == kNoPage; }
};

class PagePool {
 public:
  /// A pool with its first block. Throws std::bad_alloc.
  PagePool(std::size_t page_size, std::size_t pages_per_block, std::size_t max_pages)
      : geometry_(page_size),
        pages_per_block_(pages_per_block),
        max_pages_(std::min<std::size_t>(max_pages, kNoPage)) {
    while ((std::size_t{1} << shift_) < pages_per_block_) ++shift_;
    Reserve(std::min(pages_per_block_, max_pages_));
  }
  PagePool(const PagePool&) = delete;
  PagePool& operator=(const PagePool&) = delete;
  ~PagePool() = default;

  const PageGeometry& geometry() const noexcept { return geometry_; }
  std::size_t page_size() const noexcept { return geometry_.page_size(); }
  std::size_t free_pages() const noexcept { return free_pages_; }
  std::size_t allocated_pages() const noexcept { return allocated_pages_; }
  std::size_t max_pages() const noexcept { return max_pages_; }

  /// Bytes taken from the system.
  std::size_t bytes() const noexcept {
    return blocks_.size() * BlockBytes() + blocks_.capacity() * sizeof(blocks_[0]);
  }

  /// Sees to it that `count` pages are free. Throws CapacityError or std::bad_alloc, and then
  /// nothing has changed.
  void Reserve(std::size_t count) {
    if (count <= free_pages_) return;
    const std::size_t missing = count - free_pages_;
    if (missing > max_pages_ - allocated_pages_) ThrowNoCapacity(count);
    const std::size_t new_blocks = (missing + pages_per_block_ - 1) / pages_per_block_;
    if ((blocks_.size() + new_blocks) << shift_ > kNoPage) throw std::bad_alloc();
    const std::size_t old_blocks = blocks_.size();
    try {
      ReserveBlockList(old_blocks + new_blocks);
      while (blocks_.size() < old_blocks + new_blocks) blocks_.push_back(NewBlock());
    } catch (...) {
      blocks_.resize(old_blocks);
      throw;
    }
    // The last block first: the pages of the first one end up in front.
    for (std::size_t block = old_blocks + new_blocks; block-- != old_blocks;) {
      AddToFree(block, std::min(pages_per_block_, max_pages_ - allocated_pages_));
    }
  }

  /// A chain of `count` > 0 free pages; there must be as many. O(count).
  PageChain Take(std::size_t count) noexcept {
    const PageChain taken{free_first_, LinkBackwards(free_first_, count)};
    free_first_ = Next(taken.last);
    free_pages_ -= count;
    return taken;
  }

  /// Takes back a chain of `count` pages. O(1).
  void Release(PageChain chain, std::size_t count) noexcept {
    NextLink(chain.last) = free_first_;
    free_first_ = chain.first;
    free_pages_ += count;
  }

  /// Back to the first block, all of it free. What was taken is gone.
  void Reset() noexcept {
    blocks_.resize(1);
    allocated_pages_ = 0;
    free_pages_ = 0;
    free_first_ = kNoPage;
    AddToFree(0, std::min(pages_per_block_, max_pages_));
  }

  /// The page's tokens, `page_size` of them.
  Token* Tokens(PageId page) const noexcept { return Block(page) + (page & Mask()) * page_size(); }

  /// What follows a page that is not the last of its chain, or precedes one that is not the first.
  PageId Next(PageId page) const noexcept { return NextLink(page); }
  PageId Previous(PageId page) const noexcept { return PreviousLink(page); }

  /// Makes `second` follow `first`.
  void Link(PageId first, PageId second) noexcept {
    NextLink(first) = second;
    PreviousLink(second) = first;
  }

  /// How many pages from `page` on lie side by side in one block and follow each other in the
  /// chain that ends with `last`; at most `limit`, which is not 0.
  std::size_t Adjacent(PageId page, PageId last, std::size_t limit) const noexcept {
    const PageId* const links = &NextLink(page);
    const std::size_t in_block = pages_per_block_ - (page & Mask());
    limit = std::min({limit, in_block, last >= page ? last - page + std::size_t{1} : in_block});
    std::size_t count = 1;
    while (count < limit && links[count - 1] == page + count) ++count;
    return count;
  }

 private:
  using BlockOwner = std::unique_ptr<Token[]>;

  std::size_t Mask() const noexcept { return (std::size_t{1} << shift_) - 1; }
  Token* Block(PageId page) const noexcept { return blocks_[page >> shift_].get(); }
  PageId& NextLink(PageId page) const noexcept {
    return Block(page)[pages_per_block_ * page_size() + (page & Mask())];
  }
  PageId& PreviousLink(PageId page) const noexcept {
    return Block(page)[pages_per_block_ * (page_size() + 1) + (page & Mask())];
  }
  static_assert(sizeof(PageId) == sizeof(Token), "links lie in the array of tokens");

  std::size_t BlockBytes() const noexcept {
    return pages_per_block_ * (page_size() + 2) * sizeof(Token);
  }

  BlockOwner NewBlock() const {
    MaybeFailAllocation();
    return BlockOwner(new Token[BlockBytes() / sizeof(Token)]);
  }

  void ReserveBlockList(std::size_t count) {
    if (count <= blocks_.capacity()) return;
    MaybeFailAllocation();
    blocks_.reserve(std::max(count, blocks_.capacity() * 2));
  }

  /// Puts the first `count` pages of a new block in front of the free chain.
  void AddToFree(std::size_t block, std::size_t count) noexcept {
    const auto first = static_cast<PageId>(block << shift_);
    for (std::size_t i = 0; i + 1 < count; ++i) {
      NextLink(first + static_cast<PageId>(i)) = first + static_cast<PageId>(i) + 1;
    }
    Release({first, first + static_cast<PageId>(count) - 1}, count);
    allocated_pages_ += count;
  }

  /// Gives `count` pages of a forward chain their backward links; returns the last.
  PageId LinkBackwards(PageId page, std::size_t count) noexcept {
    for (std::size_t i = 1; i < count; ++i) {
      const PageId next = Next(page);
      PreviousLink(next) = page;
      page = next;
    }
    return page;
  }

  [[noreturn]] void ThrowNoCapacity(std::size_t count) const {
    throw CapacityError("the call needs " + std::to_string(count) + " free pages of " +
                        std::to_string(page_size()) + " tokens; there are " +
                        std::to_string(free_pages_) + ", and the limit of " +
                        std::to_string(max_pages_) + " pages (max_tokens) leaves room for " +
                        std::to_string(max_pages_ - allocated_pages_) + " more");
  }

  const PageGeometry geometry_;
  const std::size_t pages_per_block_;
  const std::size_t max_pages_;
  unsigned shift_ = 0;  ///< an id is the block's number and, in this many low bits, the page's
  std::vector<BlockOwner> blocks_;
  std::size_t allocated_pages_ = 0;
  std::size_t free_pages_ = 0;
  PageId free_first_ = kNoPage;
};

}  // namespace pagedradix::detail
