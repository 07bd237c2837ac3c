// A tenant's leaves in order of eviction (R16, R17).
//
// A heap of records with the lowest key first, in which each record has four below it: half as deep
// as a binary one, and the four share two cache lines or three. Its memory comes in segments, each
// a quarter of what the four before it hold or less, so it grows without copying, and room for a
// record is reserved before it is needed: pushing and popping cannot fail, and an eviction needs no
// memory.
//
// Thread safety: all of it; one leaf lock (L4).
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "pagedradix/detail/memory/prefetch.hpp"
#include "pagedradix/detail/memory/slab_heap.hpp"
#include "pagedradix/detail/threads/spin_lock.hpp"
#include "pagedradix/detail/token_tree/node.hpp"
#include "pagedradix/eviction_policy.hpp"

namespace pagedradix::detail {

/// What decides the order: the lowest (major, minor) goes first.
struct EvictionKey {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;

  friend bool operator<(EvictionKey a, EvictionKey b) noexcept {
    return a.major != b.major ? a.major < b.major : a.minor < b.minor;
  }
};

/// The key of a leaf under a policy, as of now.
inline EvictionKey KeyOf(EvictionPolicy policy, const Node& node,
                         const OwnerPlace& place) noexcept {
  const std::uint64_t last_access = place.last_access.load(std::memory_order_seq_cst);
  switch (policy) {
    case EvictionPolicy::kLru:
      return {last_access, 0};
    case EvictionPolicy::kMru:
      return {~last_access, 0};
    case EvictionPolicy::kLfu:
      return {place.hits.load(std::memory_order_seq_cst), last_access};
    case EvictionPolicy::kFifo:
      return {node.creation, 0};
    case EvictionPolicy::kFilo:
      return {~node.creation, 0};
    case EvictionPolicy::kPriority: {
      // Flipping the sign bit keeps the order when the value is read as unsigned.
      const auto priority =
          static_cast<std::uint32_t>(node.priority.load(std::memory_order_relaxed));
      return {priority ^ 0x80000000U, last_access};
    }
  }
  return {};
}

/// The latest touch that a key knows of; 0 where touches do not change keys (R17).
inline std::uint64_t LastAccessIn(EvictionPolicy policy, EvictionKey key) noexcept {
  switch (policy) {
    case EvictionPolicy::kLru:
      return key.major;
    case EvictionPolicy::kMru:
      return ~key.major;
    case EvictionPolicy::kLfu:
    case EvictionPolicy::kPriority:
      return key.minor;
    case EvictionPolicy::kFifo:
    case EvictionPolicy::kFilo:
      break;
  }
  return 0;
}

class EvictionIndex {
 public:
  struct Record {
    EvictionKey key;
    Node* node = nullptr;  ///< its place of this tenant is queued
  };

  EvictionIndex(SlabHeap& heap, EvictionPolicy policy, TenantId tenant) noexcept
      : heap_(heap), policy_(policy), tenant_(tenant) {}
  ~EvictionIndex() {
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      if (segments_[i] != nullptr) heap_.Free(segments_[i], SegmentSize(i) * sizeof(Record));
    }
  }
  EvictionIndex(const EvictionIndex&) = delete;
  EvictionIndex& operator=(const EvictionIndex&) = delete;

  /// The place that a record stands for. It stays while the record does, in the index or popped
  /// (R16).
  OwnerPlace& PlaceOf(const Record& record) const noexcept {
    return *record.node->owners.Find(tenant_);
  }

  /// Sets room for one record aside. Throws std::bad_alloc.
  void Reserve() {
    for (;;) {
      std::size_t segment = 0;
      {
        const SpinLockGuard guard(lock_);
        if (EndSlot() + reserved_ < capacity_) {
          ++reserved_;
          return;
        }
        segment = LocationOf(capacity_).segment;
      }
      Grow(segment);
    }
  }

  /// Gives the room back.
  void Unreserve() noexcept {
    const SpinLockGuard guard(lock_);
    --reserved_;
  }

  /// Changes a place's word from `expected` to `desired`, which is queued, and adds its record;
  /// uses the room that was set aside. One step for whoever pops: who sees `queued` finds the
  /// record (R13). False if the word was another one.
  bool Queue(Node& node, OwnerPlace& place, OwnerWord expected, OwnerWord desired) noexcept {
    const SpinLockGuard guard(lock_);
    if (!place.Exchange(expected, desired)) return false;
    PushLocked(node, place);
    return true;
  }

  /// Puts a popped record back with its key of now; uses the room that popping left.
  void PutBack(const Record& record) noexcept {
    const SpinLockGuard guard(lock_);
    PushLocked(*record.node, PlaceOf(record));
  }

  /// Takes the record with the lowest key; its room stays set aside. False if there is none.
  bool Pop(Record& record) noexcept {
    const SpinLockGuard guard(lock_);
    if (size_ == 0) return false;
    record = At(kFirstSlot);
    if (policy_ == EvictionPolicy::kMru) PlaceOf(record).hits.store(0, std::memory_order_relaxed);
    ++reserved_;
    --size_;
    const Record last = At(EndSlot());
    if (size_ != 0) {
      SiftDown(last);
      PrefetchUpcoming();
    }
    return true;
  }

  /// Moves a record whose place was touched; only under MRU, where keys sink (R17).
  void Rekey(const OwnerPlace& place) noexcept {
    const SpinLockGuard guard(lock_);
    const std::uint64_t slot = place.hits.load(std::memory_order_relaxed);
    if (slot == 0) return;
    Record record = At(slot);
    record.key = KeyOf(policy_, *record.node, place);
    SiftUp(slot, record);
  }

  /// Whether the heap is in order; for checks at rest.
  bool IsHeap() const noexcept {
    const SpinLockGuard guard(lock_);
    for (std::size_t slot = kFirstSlot + 1; slot < EndSlot(); ++slot) {
      if (At(slot).key < At(ParentOf(slot)).key) return false;
    }
    return true;
  }

  /// Calls `visit(record)` for each; for checks at rest.
  template <typename Visitor>
  void ForEach(Visitor visit) const {
    const SpinLockGuard guard(lock_);
    for (std::size_t slot = kFirstSlot; slot < EndSlot(); ++slot) visit(At(slot));
  }

 private:
  // Slots are numbered so that the four below a record begin at a multiple of four: the first
  // record is in slot 3, those below it in 4 to 7.
  static constexpr std::size_t kArity = 4;
  static constexpr std::size_t kFirstSlot = kArity - 1;
  static constexpr std::size_t ParentOf(std::size_t slot) noexcept {
    return slot / kArity + (kArity - 2);
  }
  static constexpr std::size_t FirstBelow(std::size_t slot) noexcept {
    return (slot - (kArity - 2)) * kArity;
  }
  std::size_t EndSlot() const noexcept PAGEDRADIX_REQUIRES(lock_) { return kFirstSlot + size_; }

  // Segments come in rounds of four: four of 16 slots, four of 32, and so on.
  static constexpr std::size_t kFirstBits = 4;
  static constexpr std::size_t kFirstRound = std::size_t{4} << kFirstBits;
  static constexpr std::size_t SegmentSize(std::size_t segment) noexcept {
    return std::size_t{1} << (kFirstBits + segment / 4);
  }
  static std::size_t RoundOf(std::size_t slot) noexcept {
    const std::size_t units = slot / kFirstRound + 1;
#if defined(__GNUC__)
    return static_cast<std::size_t>(63 - __builtin_clzll(units));
#else
    std::size_t round = 0;
    while (units >> (round + 1) != 0) ++round;
    return round;
#endif
  }

  /// Where a slot lies.
  struct Location {
    std::size_t segment;
    std::size_t offset;
  };
  static Location LocationOf(std::size_t slot) noexcept {
    const std::size_t round = RoundOf(slot);
    const std::size_t in_round = slot - ((kFirstRound << round) - kFirstRound);
    const std::size_t bits = kFirstBits + round;
    return {round * 4 + (in_round >> bits), in_round & ((std::size_t{1} << bits) - 1)};
  }

  Record& At(std::size_t slot) const noexcept PAGEDRADIX_REQUIRES(lock_) {
    const Location location = LocationOf(slot);
    return segments_[location.segment][location.offset];
  }

  void PushLocked(Node& node, OwnerPlace& place) noexcept PAGEDRADIX_REQUIRES(lock_) {
    --reserved_;
    ++size_;
    SiftUp(EndSlot() - 1, {KeyOf(policy_, node, place), &node});
  }

  void Grow(std::size_t segment) {
    const std::size_t bytes = SegmentSize(segment) * sizeof(Record);
    auto* const records = static_cast<Record*>(heap_.Allocate(bytes));
    for (std::size_t i = 0; i < SegmentSize(segment); ++i) new (&records[i]) Record;
    {
      const SpinLockGuard guard(lock_);
      if (segments_[segment] == nullptr) {
        segments_[segment] = records;
        capacity_ += SegmentSize(segment);
        return;
      }
    }
    heap_.Free(records, bytes);  // another thread was faster
  }

  void Place(std::size_t slot, const Record& record) noexcept PAGEDRADIX_REQUIRES(lock_) {
    At(slot) = record;
    if (policy_ == EvictionPolicy::kMru) {
      PlaceOf(record).hits.store(slot, std::memory_order_relaxed);
    }
  }

  void SiftUp(std::size_t slot, const Record& record) noexcept PAGEDRADIX_REQUIRES(lock_) {
    while (slot != kFirstSlot) {
      const std::size_t parent = ParentOf(slot);
      if (!(record.key < At(parent).key)) break;
      Place(slot, At(parent));
      slot = parent;
    }
    Place(slot, record);
  }

  // The slot of the lowest of `count` records that begin at a multiple of four, and so lie side by
  // side in one segment.
  std::size_t LowestOf(std::size_t first, std::size_t count) const noexcept
      PAGEDRADIX_REQUIRES(lock_) {
    const Record* const records = &At(first);
    std::size_t lowest = 0;
    for (std::size_t i = 1; i < count; ++i) {
      if (records[i].key < records[lowest].key) lowest = i;
    }
    return first + lowest;
  }

  void SiftDown(const Record& record) noexcept PAGEDRADIX_REQUIRES(lock_) {
    std::size_t slot = kFirstSlot;
    for (;;) {
      const std::size_t first = FirstBelow(slot);
      if (first >= EndSlot()) break;
      const std::size_t lowest = LowestOf(first, std::min(kArity, EndSlot() - first));
      if (!(At(lowest).key < record.key)) break;
      Place(slot, At(lowest));
      slot = lowest;
    }
    Place(slot, record);
  }

  // Who is popped next is first now, and after it comes one of the four below: their nodes are on
  // their way to the cache before they rise, and then the edge. Nodes with a record are not dead
  // (R16).
  void PrefetchUpcoming() const noexcept PAGEDRADIX_REQUIRES(lock_) {
    const std::size_t end = std::min(EndSlot(), kFirstSlot + 1 + kArity);
    for (std::size_t slot = kFirstSlot + 1; slot < end; ++slot) {
      Prefetch(&At(slot).node->edge);
      Prefetch(&At(slot).node->lock);
    }
    Prefetch(At(kFirstSlot).node->LoadEdge());
  }

  SlabHeap& heap_;
  const EvictionPolicy policy_;
  const TenantId tenant_;
  mutable SpinLock lock_;
  std::array<Record*, 112> segments_ PAGEDRADIX_GUARDED_BY(lock_){};
  std::size_t capacity_ PAGEDRADIX_GUARDED_BY(lock_) = 0;
  std::size_t size_ PAGEDRADIX_GUARDED_BY(lock_) = 0;
  std::size_t reserved_ PAGEDRADIX_GUARDED_BY(lock_) = 0;
};

}  // namespace pagedradix::detail
