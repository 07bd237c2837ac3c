// Changing the shape of a PagedRadixTree: new leaves, cuts, joins.
//
// Everything here works on nodes and pages that are already there: whoever calls has taken the
// memory before (NodeHolder, PagePool::Reserve, PagedChildren::MakeRoom), so nothing can fail half
// way. A cut leaves the lower part its identity, a join gives it to the child: sequences that end
// there, and grandchildren, need not be told.
//
// Thread safety: none; the tree's lock guards it.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>

#include "pagedradix/detail/memory/slab_heap.hpp"
#include "pagedradix/detail/paged/page_pool.hpp"
#include "pagedradix/detail/paged/page_run.hpp"
#include "pagedradix/detail/paged/paged_children.hpp"
#include "pagedradix/detail/paged/paged_node.hpp"

namespace pagedradix::detail {

/// A node that is not part of the tree yet; frees it if it never becomes one.
class NodeHolder {
 public:
  explicit NodeHolder(SlabHeap& heap) noexcept : heap_(heap) {}
  NodeHolder(const NodeHolder&) = delete;
  NodeHolder& operator=(const NodeHolder&) = delete;
  ~NodeHolder() {
    if (node_ != nullptr) heap_.Free(node_, sizeof(PagedNode));
  }

  /// Takes the memory. Throws std::bad_alloc.
  void Allocate() { node_ = new (heap_.Allocate(sizeof(PagedNode))) PagedNode; }

  PagedNode* Release() noexcept {
    PagedNode* const node = node_;
    node_ = nullptr;
    return node;
  }

 private:
  SlabHeap& heap_;
  PagedNode* node_ = nullptr;
};

class PagedTreeShape {
 public:
  PagedTreeShape(SlabHeap& heap, PagePool& pool, const PageHasher& hasher) noexcept
      : heap_(heap), pool_(pool), children_(heap, hasher) {}

  PagedChildren& children() noexcept { return children_; }
  const PagedChildren& children() const noexcept { return children_; }
  std::size_t node_count() const noexcept { return node_count_; }
  std::size_t token_count() const noexcept { return token_count_; }

  /// Free pages that Cut needs.
  std::size_t PagesForCut(std::size_t depth) const noexcept {
    return pool_.geometry().SlotOf(depth) == 0 ? 0 : 1;
  }

  /// Adds the leaf of `count` > 0 tokens below `parent`; needs PageGeometry::Spanned pages.
  void AddLeaf(PagedNode& parent, PagedNode* leaf, const Token* tokens,
               std::size_t count) noexcept {
    leaf->start = parent.end;
    leaf->end = parent.end + count;
    leaf->first_token = *tokens;
    leaf->pages = pool_.Take(pool_.geometry().Spanned(leaf->start, leaf->end));
    WriteTokens(pool_, leaf->pages.first, leaf->pages.last, leaf->start, tokens, count);
    children_.Add(parent, leaf);
    ++node_count_;
    token_count_ += count;
  }

  /// Adds tokens at the end of a node without children; needs the pages that it spans newly.
  void Append(PagedNode& leaf, const Token* tokens, std::size_t count) noexcept {
    const PageGeometry& geometry = pool_.geometry();
    const std::size_t old_end = leaf.end;
    leaf.end += count;
    token_count_ += count;
    const std::size_t slot = geometry.SlotOf(old_end);
    const std::size_t added_pages = geometry.PageOf(leaf.end - 1) - geometry.PageOf(old_end - 1);
    PageId page = leaf.pages.last;
    if (added_pages == 0) {
      std::memcpy(pool_.Tokens(page) + slot, tokens, count * sizeof(Token));
      return;
    }
    const PageChain added = pool_.Take(added_pages);
    pool_.Link(leaf.pages.last, added.first);
    leaf.pages.last = added.last;
    if (slot == 0) page = added.first;
    WriteTokens(pool_, page, leaf.pages.last, old_end, tokens, count);
  }

  /// Drops the tokens of a node without children from `depth` > its start on.
  void Truncate(PagedNode& leaf, std::size_t depth) noexcept {
    const PageGeometry& geometry = pool_.geometry();
    const std::size_t dropped =
        geometry.Spanned(leaf.start, leaf.end) - geometry.Spanned(leaf.start, depth);
    if (dropped != 0) {
      const PageId last = FindPage(pool_, leaf, depth - 1);
      pool_.Release({pool_.Next(last), leaf.pages.last}, dropped);
      leaf.pages.last = last;
    }
    token_count_ -= leaf.end - depth;
    leaf.end = depth;
  }

  /// Cuts a node at `depth`, strictly between its ends; needs PagesForCut pages. `upper` becomes
  /// the parent of `lower`, which keeps its sequences and children.
  PagedNode& Cut(PagedNode& lower, std::size_t depth, PagedNode* upper) noexcept {
    upper->start = lower.start;
    upper->end = depth;
    upper->first_token = lower.first_token;
    CutPages(*upper, lower, depth);
    children_.Replace(&lower, upper);
    lower.start = depth;
    lower.first_token = pool_.Tokens(lower.pages.first)[pool_.geometry().SlotOf(depth)];
    children_.Add(*upper, &lower);
    ++node_count_;
    return *upper;
  }

  /// Undoes what is not needed any more at `node` after a sequence or a child left it: a leaf
  /// without sequences goes, a node without sequences is joined with its only child (P3). Returns
  /// the node whose path holds what is left of the old one's.
  PagedNode& Tidy(PagedNode& node) noexcept {
    PagedNode* current = &node;
    while (current->sequences == nullptr && !current->IsRoot()) {
      if (current->child_count > 1) break;
      if (current->child_count == 1) return JoinWithChild(*current);
      current = &RemoveLeaf(*current);
    }
    return *current;
  }

 private:
  /// Divides the pages at `depth`. If that is within a page, both parts need one: the smaller part
  /// of its tokens is copied to a new one.
  void CutPages(PagedNode& upper, PagedNode& lower, std::size_t depth) noexcept {
    const PageGeometry& geometry = pool_.geometry();
    const std::size_t slot = geometry.SlotOf(depth);
    const PageId at = FindPage(pool_, lower, depth);
    upper.pages.first = lower.pages.first;
    if (slot == 0) {
      upper.pages.last = pool_.Previous(at);
      lower.pages.first = at;
      return;
    }
    const std::size_t page_start = depth - slot;
    const std::size_t first_slot = lower.start > page_start ? lower.start - page_start : 0;
    const std::size_t end_slot = std::min(geometry.page_size(), lower.end - page_start);
    const PageId added = pool_.Take(1).first;
    if (slot - first_slot < end_slot - slot) {
      CopySlots(at, added, first_slot, slot);
      if (at == upper.pages.first) {
        upper.pages.first = added;
      } else {
        pool_.Link(pool_.Previous(at), added);
      }
      upper.pages.last = added;
      lower.pages.first = at;
    } else {
      CopySlots(at, added, slot, end_slot);
      if (at == lower.pages.last) {
        lower.pages.last = added;
      } else {
        pool_.Link(added, pool_.Next(at));
      }
      upper.pages.last = at;
      lower.pages.first = added;
    }
  }

  /// Gives the tokens of a node without sequences to its only child, which takes its place.
  PagedNode& JoinWithChild(PagedNode& upper) noexcept {
    PagedNode& lower = *upper.first_child;
    JoinPages(upper, lower);
    lower.start = upper.start;
    lower.first_token = upper.first_token;
    children_.Replace(&upper, &lower);
    heap_.Free(&upper, sizeof(PagedNode));
    --node_count_;
    return lower;
  }

  void JoinPages(const PagedNode& upper, PagedNode& lower) noexcept {
    const PageGeometry& geometry = pool_.geometry();
    const std::size_t slot = geometry.SlotOf(lower.start);
    if (slot == 0) {
      pool_.Link(upper.pages.last, lower.pages.first);
      lower.pages.first = upper.pages.first;
      return;
    }
    const std::size_t page_start = lower.start - slot;
    const std::size_t first_slot = upper.start > page_start ? upper.start - page_start : 0;
    const std::size_t end_slot = std::min(geometry.page_size(), lower.end - page_start);
    const PageId above = upper.pages.last;
    const PageId below = lower.pages.first;
    if (slot - first_slot < end_slot - slot) {
      CopySlots(above, below, first_slot, slot);
      if (above != upper.pages.first) {
        pool_.Link(pool_.Previous(above), below);
        lower.pages.first = upper.pages.first;
      }
      pool_.Release({above, above}, 1);
    } else {
      CopySlots(below, above, slot, end_slot);
      if (below == lower.pages.last) {
        lower.pages.last = above;
      } else {
        pool_.Link(above, pool_.Next(below));
      }
      lower.pages.first = upper.pages.first;
      pool_.Release({below, below}, 1);
    }
  }

  /// Removes a leaf without sequences; returns its parent.
  PagedNode& RemoveLeaf(PagedNode& leaf) noexcept {
    PagedNode& parent = *leaf.parent;
    children_.Remove(&leaf);
    pool_.Release(leaf.pages, pool_.geometry().Spanned(leaf.start, leaf.end));
    token_count_ -= leaf.end - leaf.start;
    heap_.Free(&leaf, sizeof(PagedNode));
    --node_count_;
    return parent;
  }

  void CopySlots(PageId from, PageId to, std::size_t first, std::size_t end) noexcept {
    std::memcpy(pool_.Tokens(to) + first, pool_.Tokens(from) + first,
                (end - first) * sizeof(Token));
  }

  SlabHeap& heap_;
  PagePool& pool_;
  PagedChildren children_;
  std::size_t node_count_ = 0;   ///< without the root
  std::size_t token_count_ = 0;  ///< stored in nodes
};

}  // namespace pagedradix::detail
