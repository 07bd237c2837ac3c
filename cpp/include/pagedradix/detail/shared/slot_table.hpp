// A table of a node's children by the hash of how they begin: open addressing, linear probing.
//
// A slot holds the hash and the child; whoever looks up compares what the hash stands for. Removed
// children leave tombstones, so nothing ever moves, and a table that is full is replaced. TokenTree
// reads tables while they change; PagedRadixTree uses them under its own lock.
//
// Thread safety: slots may be read any time under a pin (R1, R2, R5). Functions that end in Locked
// need the lock that guards the table: in TokenTree the slot lock, see SlotGuard. A table that was
// replaced keeps its slots as they were.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "pagedradix/detail/memory/slab_heap.hpp"
#include "pagedradix/detail/threads/limbo.hpp"

namespace pagedradix::detail {

template <typename NodeType>
struct TableSlot {
  std::atomic<NodeType*> node{nullptr};
  std::atomic<std::uint64_t> hash{0};

  /// Marks a slot whose child was removed: a look-up goes on behind it.
  static NodeType* Tombstone() noexcept { return reinterpret_cast<NodeType*>(std::uintptr_t{1}); }
};

/// Open addressing, linear probing. Small tables may be full, larger ones keep a quarter free.
template <typename NodeType>
struct SlotTable : Retired {
  using Slot = TableSlot<NodeType>;

  std::uint32_t capacity = 0;          ///< a power of two
  std::uint32_t used = 0;              ///< slots that are not null; needs the slot lock
  std::atomic<std::uint32_t> live{0};  ///< slots that hold a child

  Slot* slots() noexcept { return reinterpret_cast<Slot*>(this + 1); }

  static std::size_t Bytes(std::size_t capacity) noexcept {
    return sizeof(SlotTable) + capacity * sizeof(Slot);
  }

  static SlotTable* New(SlabHeap& heap, std::uint32_t capacity) {
    auto* const table = new (heap.Allocate(Bytes(capacity))) SlotTable;
    table->capacity = capacity;
    for (std::uint32_t i = 0; i < capacity; ++i) new (&table->slots()[i]) Slot;
    return table;
  }

  static void Free(SlabHeap& heap, SlotTable* table) noexcept {
    heap.Free(table, Bytes(table->capacity));
  }

  /// Whether a child can be added without a new table.
  bool HasRoom() const noexcept {
    constexpr std::uint32_t kMayBeFull = 8;
    return used < (capacity <= kMayBeFull ? capacity : capacity / 4 * 3);
  }

  /// Calls `probe(node)` for the children of this hash until it returns true. False if none did.
  template <typename Probe>
  bool FindHash(std::uint64_t hash, Probe probe) {
    return FindSlot(hash, [&probe](Slot&, NodeType* node) { return probe(node); }) != nullptr;
  }

  /// The first slot of this hash that `probe(slot, node)` accepts, or null.
  template <typename Probe>
  Slot* FindSlot(std::uint64_t hash, Probe probe) {
    const std::uint32_t mask = capacity - 1;
    auto index = static_cast<std::uint32_t>(hash) & mask;
    for (std::uint32_t probes = 0; probes < capacity; ++probes, index = (index + 1) & mask) {
      Slot& slot = slots()[index];
      NodeType* const node = slot.node.load(std::memory_order_seq_cst);  // R2
      if (node == nullptr) return nullptr;
      if (node == Slot::Tombstone()) continue;
      // The hash is stored before the child (R5). It can be another one only if this child was
      // removed since, and then it is right to pass it.
      if (slot.hash.load(std::memory_order_seq_cst) != hash) continue;
      if (probe(slot, node)) return &slot;
    }
    return nullptr;
  }

  /// Adds a child; needs room and the slot lock.
  void AddLocked(std::uint64_t hash, NodeType* node) noexcept {
    const std::uint32_t mask = capacity - 1;
    auto index = static_cast<std::uint32_t>(hash) & mask;
    for (;; index = (index + 1) & mask) {
      NodeType* const old = slots()[index].node.load(std::memory_order_relaxed);
      if (old != nullptr && old != Slot::Tombstone()) continue;
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
      NodeType* const node = slots()[i].node.load(std::memory_order_seq_cst);
      if (node == nullptr || node == Slot::Tombstone()) continue;
      visit(node, slots()[i].hash.load(std::memory_order_relaxed));
    }
  }

  /// A table with room for one more child, and the same children. Needs the slot lock.
  SlotTable* GrownLocked(SlabHeap& heap) {
    const std::uint32_t children = live.load(std::memory_order_relaxed) + 1;
    std::uint32_t wanted = 2;
    while (wanted < children || (wanted > 8 && wanted / 2 < children)) wanted *= 2;
    SlotTable* const grown = New(heap, wanted);
    ForEach([grown](NodeType* node, std::uint64_t hash) { grown->AddLocked(hash, node); });
    return grown;
  }
};

}  // namespace pagedradix::detail
