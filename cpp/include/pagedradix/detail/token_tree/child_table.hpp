// A node's children, by the hash of their first page.
//
// None, one (in the node itself), a table of slots, or, beyond kWideChildren, a wide table: shards
// by the hash's high bits, each with a lock and a table of its own, so that a node which everybody
// shares is not one lock for all. The edge itself is the key: a slot holds the hash and the child,
// and whoever looks up compares tokens.
//
// Thread safety: the word and the slots may be read any time under a pin (R1, R2, R5). Changing
// them needs the slot lock: see SlotGuard.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "pagedradix/detail/memory/slab_heap.hpp"
#include "pagedradix/detail/shared/slot_table.hpp"
#include "pagedradix/detail/threads/spin_lock.hpp"

namespace pagedradix::detail {

struct Node;

using ChildSlot = TableSlot<Node>;
using ChildTable = SlotTable<Node>;

/// The children of a node that has very many. It never becomes narrow again.
struct WideTable : Retired {
  static constexpr std::size_t kShards = 64;
  /// Lock and table in one cache line that no other shard uses; the heap aligns to 16 bytes only.
  struct Shard {
    SpinLock lock;
    std::atomic<ChildTable*> table{nullptr};
    std::array<char, 48> padding{};

    void AddUnpublished(SlabHeap& heap, std::uint64_t hash, Node* node) {
      ChildTable* old = table.load(std::memory_order_relaxed);
      if (!old->HasRoom()) {
        table.store(old->GrownLocked(heap), std::memory_order_relaxed);
        ChildTable::Free(heap, old);
      }
      table.load(std::memory_order_relaxed)->AddLocked(hash, node);
    }
  };
  static_assert(sizeof(Shard) == 64 || sizeof(void*) != 8, "a shard is a cache line");

  std::array<Shard, kShards> shards;

  Shard& ShardOf(std::uint64_t hash) noexcept { return shards[hash >> 58]; }
  static_assert(kShards == std::size_t{1} << 6, "the shard is the hash's 6 high bits");

  std::size_t Live() const noexcept {
    std::size_t live = 0;
    for (const Shard& shard : shards) {
      live += shard.table.load(std::memory_order_seq_cst)->live.load(std::memory_order_seq_cst);
    }
    return live;
  }

  /// A wide table with the children of `table`. Strong guarantee.
  static WideTable* New(SlabHeap& heap, ChildTable& table) {
    auto* const wide = new (heap.Allocate(sizeof(WideTable))) WideTable;
    try {
      for (Shard& shard : wide->shards) {
        shard.table.store(ChildTable::New(heap, kFirstShardCapacity), std::memory_order_relaxed);
      }
      table.ForEach([&heap, wide](Node* node, std::uint64_t hash) {
        wide->ShardOf(hash).AddUnpublished(heap, hash, node);
      });
    } catch (...) {
      Free(heap, wide);
      throw;
    }
    return wide;
  }

  /// Frees the shards' tables and the wide table itself.
  static void Free(SlabHeap& heap, WideTable* wide) noexcept {
    for (Shard& shard : wide->shards) {
      ChildTable* const table = shard.table.load(std::memory_order_relaxed);
      if (table != nullptr) ChildTable::Free(heap, table);
    }
    heap.Free(wide, sizeof(WideTable));
  }

 private:
  static constexpr std::uint32_t kFirstShardCapacity = 8;
};

}  // namespace pagedradix::detail
