// The children of a node: a list of siblings, and a table when they are many.
//
// No two children begin with the same token, so the first token finds a child. Up to kFewChildren
// are searched one by one; beyond, a table finds any of them in O(1), under the tree's secret key,
// since tokens come from users. The list stays: walking over children costs what there is.
//
// Thread safety: none; the tree's lock guards it.
#pragma once

#include <cstdint>

#include "pagedradix/detail/memory/slab_heap.hpp"
#include "pagedradix/detail/paged/paged_node.hpp"
#include "pagedradix/detail/shared/page_hash.hpp"

namespace pagedradix::detail {

class PagedChildren {
 public:
  static constexpr std::uint32_t kFewChildren = 8;

  PagedChildren(SlabHeap& heap, const PageHasher& hasher) noexcept : heap_(heap), hasher_(hasher) {}

  PagedNode* Find(const PagedNode& parent, Token first_token) const noexcept {
    if (parent.table != nullptr) {
      PagedNode* found = nullptr;
      parent.table->FindHash(hasher_(&first_token), [&](PagedNode* child) {
        if (child->first_token != first_token) return false;
        found = child;
        return true;
      });
      return found;
    }
    PagedNode* child = parent.first_child;
    while (child != nullptr && child->first_token != first_token) child = child->next_sibling;
    return child;
  }

  /// Makes sure that one more child can be added without memory. Throws std::bad_alloc; what the
  /// children are never changes.
  void MakeRoom(PagedNode& parent) {
    if (parent.table == nullptr) {
      if (parent.child_count < kFewChildren) return;
      SlotTable<PagedNode>* const table = SlotTable<PagedNode>::New(heap_, 4 * kFewChildren);
      for (PagedNode* child = parent.first_child; child != nullptr; child = child->next_sibling) {
        table->AddLocked(hasher_(&child->first_token), child);
      }
      parent.table = table;
      return;
    }
    if (parent.table->HasRoom()) return;
    SlotTable<PagedNode>* const grown = parent.table->GrownLocked(heap_);
    DropTable(parent);
    parent.table = grown;
  }

  /// Adds a child; after MakeRoom.
  void Add(PagedNode& parent, PagedNode* child) noexcept {
    child->parent = &parent;
    child->previous_sibling = nullptr;
    child->next_sibling = parent.first_child;
    if (parent.first_child != nullptr) parent.first_child->previous_sibling = child;
    parent.first_child = child;
    ++parent.child_count;
    if (parent.table != nullptr) parent.table->AddLocked(hasher_(&child->first_token), child);
  }

  /// Puts `child`, which begins with the same token, in the place of `old`.
  void Replace(PagedNode* old, PagedNode* child) noexcept {
    PagedNode& parent = *old->parent;
    child->parent = &parent;
    child->previous_sibling = old->previous_sibling;
    child->next_sibling = old->next_sibling;
    if (child->next_sibling != nullptr) child->next_sibling->previous_sibling = child;
    (child->previous_sibling != nullptr ? child->previous_sibling->next_sibling
                                        : parent.first_child) = child;
    if (parent.table != nullptr) SlotOf(parent, old)->node.store(child, kRelaxed);
  }

  void Remove(PagedNode* child) noexcept {
    PagedNode& parent = *child->parent;
    if (child->next_sibling != nullptr) {
      child->next_sibling->previous_sibling = child->previous_sibling;
    }
    (child->previous_sibling != nullptr ? child->previous_sibling->next_sibling
                                        : parent.first_child) = child->next_sibling;
    --parent.child_count;
    if (parent.table == nullptr) return;
    if (parent.child_count <= kFewChildren / 2) {
      DropTable(parent);
      return;
    }
    SlotOf(parent, child)->node.store(TableSlot<PagedNode>::Tombstone(), kRelaxed);
    parent.table->live.fetch_sub(1, kRelaxed);
  }

  void DropTable(PagedNode& parent) noexcept {
    heap_.Free(parent.table, SlotTable<PagedNode>::Bytes(parent.table->capacity));
    parent.table = nullptr;
  }

 private:
  // The tree's lock orders everything.
  static constexpr std::memory_order kRelaxed = std::memory_order_relaxed;

  TableSlot<PagedNode>* SlotOf(PagedNode& parent, const PagedNode* child) const noexcept {
    return parent.table->FindSlot(
        hasher_(&child->first_token),
        [child](TableSlot<PagedNode>&, PagedNode* node) { return node == child; });
  }

  SlabHeap& heap_;
  const PageHasher& hasher_;
};

}  // namespace pagedradix::detail
