// A node's children, by the hash of their first page.
//
// None, one (in the node itself), a table of slots, or, beyond kWideChildren, a wide table: shards
// by the hash's high bits, each with a lock and a table of its own, so that a node which everybody
// shares is not one lock for all. The edge itself is the key: a slot holds the hash and the child,
// and whoever looks up compares tokens.
//
// Thread safety: the word and the slots may be read any time under a pin (R1, R2, R5). Changing
// them needs the slot lock: see SlotGuard. A table that was replaced keeps its slots as they were.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "pagedradix/detail/limbo.hpp"
#include "pagedradix/detail/slab_heap.hpp"
#include "pagedradix/detail/spin_lock.hpp"

namespace pagedradix::detail {

struct Node;

struct ChildSlot {
  std::atomic<Node*> node{nullptr};
  std::atomic<std::uint64_t> hash{0};

  /// Marks a slot whose child was removed: a look-up goes on behind it.
  static Node* Tombstone() noexcept { return reinterpret_cast<Node*>(std::uintptr_t{1}); }
};

/// Open addressing, linear probing. Small tables may be full, larger ones keep a quarter free.
struct ChildTable : Retired {
  std::uint32_t capacity = 0;          ///< a power of two
  std::uint32_t used = 0;              ///< slots that are not null; needs the slot lock
  std::atomic<std::uint32_t> live{0};  ///< slots that hold a child

  ChildSlot* slots() noexcept { return reinterpret_cast<ChildSlot*>(this + 1); }

  static std::size_t Bytes(std::size_t capacity) noexcept {
    return sizeof(ChildTable) + capacity * sizeof(ChildSlot);
  }

  static ChildTable* New(SlabHeap& heap, std::uint32_t capacity) {
    auto* const table = new (heap.Allocate(Bytes(capacity))) ChildTable;
    table->capacity = capacity;
    for (std::uint32_t i = 0; i < capacity; ++i) new (&table->slots()[i]) ChildSlot;
    return table;
  }

  static void Retire(Limbo& limbo, ChildTable* table) noexcept {
    table->reclaim = [](SlabHeap& heap, Retired* object) noexcept {
      auto* const retired = static_cast<ChildTable*>(object);
      heap.Free(retired, Bytes(retired->capacity));
    };
    limbo.Retire(table);
  }

  /// Whether a child can be added without a new table.
  bool HasRoom() const noexcept {
    constexpr std::uint32_t kMayBeFull = 8;
    return used < (capacity <= kMayBeFull ? capacity : capacity / 4 * 3);
  }

  /// Calls `probe(node)` for the children of this hash until it returns true. False if none did.
  template <typename Probe>
  bool FindHash(std::uint64_t hash, Probe probe) {
    return FindSlot(hash, [&probe](ChildSlot&, Node* node) { return probe(node); }) != nullptr;
  }

  /// The first slot of this hash that `probe(slot, node)` accepts, or null.
  template <typename Probe>
  ChildSlot* FindSlot(std::uint64_t hash, Probe probe) {
    const std::uint32_t mask = capacity - 1;
    auto index = static_cast<std::uint32_t>(hash) & mask;
    for (std::uint32_t probes = 0; probes < capacity; ++probes, index = (index + 1) & mask) {
      ChildSlot& slot = slots()[index];
      Node* const node = slot.node.load(std::memory_order_seq_cst);  // R2
      if (node == nullptr) return nullptr;
      if (node == ChildSlot::Tombstone()) continue;
      // The hash is stored before the child (R5). It can be another one only if this child was
      // removed since, and then it is right to pass it.
      if (slot.hash.load(std::memory_order_relaxed) != hash) continue;
      if (probe(slot, node)) return &slot;
    }
    return nullptr;
  }

  /// Adds a child; needs room and the slot lock.
  void AddLocked(std::uint64_t hash, Node* node) noexcept {
    const std::uint32_t mask = capacity - 1;
    auto index = static_cast<std::uint32_t>(hash) & mask;
    for (;; index = (index + 1) & mask) {
      Node* const old = slots()[index].node.load(std::memory_order_relaxed);
      if (old != nullptr && old != ChildSlot::Tombstone()) continue;
      if (old == nullptr) ++used;
      slots()[index].hash.store(hash, std::memory_order_relaxed);
      slots()[index].node.store(node, std::memory_order_seq_cst);  // R2
      live.fetch_add(1, std::memory_order_relaxed);
      return;
    }
  }

  /// Calls `visit(node, hash)` for each child.
  template <typename Visitor>
  void ForEach(Visitor visit) {
    for (std::uint32_t i = 0; i < capacity; ++i) {
      Node* const node = slots()[i].node.load(std::memory_order_seq_cst);
      if (node == nullptr || node == ChildSlot::Tombstone()) continue;
      visit(node, slots()[i].hash.load(std::memory_order_relaxed));
    }
  }

  /// A table with room for one more child, and the same children. Needs the slot lock.
  ChildTable* GrownLocked(SlabHeap& heap) {
    const std::uint32_t children = live.load(std::memory_order_relaxed) + 1;
    std::uint32_t wanted = 2;
    while (wanted < children || (wanted > 8 && wanted / 2 < children)) wanted *= 2;
    ChildTable* const grown = New(heap, wanted);
    ForEach([grown](Node* node, std::uint64_t hash) { grown->AddLocked(hash, node); });
    return grown;
  }
};

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
        heap.Free(old, ChildTable::Bytes(old->capacity));
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

  static void Retire(Limbo& limbo, WideTable* wide) noexcept {
    wide->reclaim = [](SlabHeap& heap, Retired* object) noexcept {
      Free(heap, static_cast<WideTable*>(object));
    };
    limbo.Retire(wide);
  }

  /// Frees the shards' tables and the wide table itself.
  static void Free(SlabHeap& heap, WideTable* wide) noexcept {
    for (Shard& shard : wide->shards) {
      ChildTable* const table = shard.table.load(std::memory_order_relaxed);
      if (table != nullptr) heap.Free(table, ChildTable::Bytes(table->capacity));
    }
    heap.Free(wide, sizeof(WideTable));
  }

 private:
  static constexpr std::uint32_t kFirstShardCapacity = 8;
};

}  // namespace pagedradix::detail
