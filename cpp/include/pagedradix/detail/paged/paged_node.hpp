// What a PagedRadixTree is made of: nodes, and the sequences that end at them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "pagedradix/detail/paged/page_pool.hpp"
#include "pagedradix/detail/shared/slot_table.hpp"
#include "pagedradix/token_span.hpp"

namespace pagedradix::detail {

struct PagedNode;

/// A sequence: its tokens are those on the path from the root to the end of `node`.
struct Sequence {
  std::int64_t id = 0;
  PagedNode* node = nullptr;
  Sequence* next = nullptr;  ///< in the node's list
  Sequence* previous = nullptr;
};

/// A run of tokens on the way from the root. The token at depth d of a sequence lies in slot
/// d % page_size of its page, so cutting and joining nodes moves part of one page at most (P1).
struct PagedNode {
  // What a walk downwards reads comes first.
  Token first_token = 0;
  std::uint32_t child_count = 0;
  PageChain pages;
  std::size_t start = 0;          ///< depth of the first token
  std::size_t end = 0;            ///< depth behind the last one
  Sequence* sequences = nullptr;  ///< those that end here (P4)
  PagedNode* first_child = nullptr;
  SlotTable<PagedNode>* table = nullptr;  ///< the children by first token, if they are many (P6)
  PagedNode* next_sibling = nullptr;
  PagedNode* previous_sibling = nullptr;
  PagedNode* parent = nullptr;

  bool IsRoot() const noexcept { return parent == nullptr; }
  bool IsLeaf() const noexcept { return first_child == nullptr; }

  void AddSequence(Sequence* sequence) noexcept {
    sequence->node = this;
    sequence->previous = nullptr;
    sequence->next = sequences;
    if (sequences != nullptr) sequences->previous = sequence;
    sequences = sequence;
  }

  void RemoveSequence(Sequence* sequence) noexcept {
    if (sequence->previous != nullptr) {
      sequence->previous->next = sequence->next;
    } else {
      sequences = sequence->next;
    }
    if (sequence->next != nullptr) sequence->next->previous = sequence->previous;
  }

  /// Whether exactly one sequence ends here.
  bool HasOneSequence() const noexcept {
    return sequences != nullptr && sequences->next == nullptr;
  }
};

static_assert(std::is_trivially_destructible_v<PagedNode>, "nodes die in bulk, with their heap");

/// The next node of a walk through the subtree of `root`, parents first; null at its end.
inline PagedNode* NextInSubtree(PagedNode* node, const PagedNode* root) noexcept {
  if (!node->IsLeaf()) return node->first_child;
  while (node != root) {
    if (node->next_sibling != nullptr) return node->next_sibling;
    node = node->parent;
  }
  return nullptr;
}

}  // namespace pagedradix::detail
