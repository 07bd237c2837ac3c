// All that a tree holds between two calls of clear(): memory, root, tenants, clock (R24).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "pagedradix/detail/memory/slab_heap.hpp"
#include "pagedradix/detail/threads/limbo.hpp"
#include "pagedradix/detail/token_tree/counters.hpp"
#include "pagedradix/detail/token_tree/edge.hpp"
#include "pagedradix/detail/token_tree/node.hpp"
#include "pagedradix/detail/token_tree/retired_kinds.hpp"
#include "pagedradix/detail/token_tree/tenant_table.hpp"

namespace pagedradix::detail {

/// Frees a node with its edge, owner blocks and table; it must be out of everybody's sight.
inline void FreeNode(SlabHeap& heap, Node* node) noexcept {
  Edge* const edge = node->LoadEdge();
  FreeEdge(heap, edge, node->end_depth - edge->start_depth);
  node->owners.Free(heap);
  heap.Free(node, sizeof(Node));
}

/// Frees what was retired, by its kind.
inline void ReclaimRetired(SlabHeap& heap, Retired& object) noexcept {
  switch (object.retired_kind) {
    case RetiredKind::kNode:
      FreeNode(heap, static_cast<Node*>(&object));
      return;
    case RetiredKind::kChildTable:
      ChildTable::Free(heap, static_cast<ChildTable*>(&object));
      return;
    case RetiredKind::kWideTable:
      WideTable::Free(heap, static_cast<WideTable*>(&object));
      return;
    case RetiredKind::kBlock: {
      auto* const block = static_cast<RetiredBlock*>(&object);
      heap.Free(block->block, block->bytes);
      heap.Free(block, sizeof(RetiredBlock));
      return;
    }
    case RetiredKind::kTenant:
      TenantTable::Reclaim(static_cast<Tenant&>(object));
      return;
    case RetiredKind::kTenantNames:
      TenantTable::ReclaimNames(heap, object);
      return;
  }
}

class Generation {
 public:
  Generation(std::uint64_t generation_number, SlabPool& pool, EpochDomain& domain,
             EvictionPolicy policy) noexcept
      : number(generation_number),
        heap(pool),
        limbo(domain, &ReclaimRetired),
        tenants(heap, limbo, policy) {
    // Above every leaf's priority (I9).
    root.priority.store(std::numeric_limits<std::int32_t>::max(), std::memory_order_relaxed);
  }
  /// Nobody may be inside. Nodes are not visited: they go with the heap.
  ~Generation() { limbo.CollectAll(heap); }
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  /// The time of a match or of an insert; later calls get later times.
  std::uint64_t Tick() noexcept { return clock.fetch_add(1, std::memory_order_relaxed) + 1; }

  const std::uint64_t number;  ///< never used again within the tree
  SlabHeap heap;
  Limbo limbo;
  TenantTable tenants;
  Node root;
  alignas(64) std::atomic<std::uint64_t> clock{0};
  /// Nodes unlinked so far (R21).
  alignas(64) std::atomic<std::uint64_t> unlinked{0};
  Counters counters;
};

}  // namespace pagedradix::detail
