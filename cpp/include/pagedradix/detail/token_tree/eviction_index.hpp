// A tenant's leaves in order of eviction (R16, R17).
//
// A binary heap of records with the lowest key first. Its memory comes in segments that double, so
// it grows without copying, and room for a record is reserved before it is needed: pushing and
// popping cannot fail, and an eviction needs no memory.
//
// Thread safety: all of it; one leaf lock (L4).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

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

class EvictionIndex {
 public:
  struct Record {
    EvictionKey key;
    std::uint64_t last_access = 0;  ///< the latest touch that the key knows of
    Node* node = nullptr;
    OwnerPlace* place = nullptr;
  };

  EvictionIndex(SlabHeap& heap, EvictionPolicy policy) noexcept : heap_(heap), policy_(policy) {}
  ~EvictionIndex() {
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      if (segments_[i] != nullptr) heap_.Free(segments_[i], SegmentSize(i) * sizeof(Record));
    }
  }
  EvictionIndex(const EvictionIndex&) = delete;
  EvictionIndex& operator=(const EvictionIndex&) = delete;

  /// Sets room for one record aside. Throws std::bad_alloc.
  void Reserve() {
    for (;;) {
      std::size_t segment = 0;
      {
        const SpinLockGuard guard(lock_);
        if (size_ + reserved_ < capacity_) {
          ++reserved_;
          return;
        }
        segment = SegmentOf(capacity_);
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
    PushLocked(*record.node, *record.place);
  }

  /// Takes the record with the lowest key; its room stays set aside. False if there is none.
  bool Pop(Record& record) noexcept {
    const SpinLockGuard guard(lock_);
    if (size_ == 0) return false;
    record = At(0);
    if (policy_ == EvictionPolicy::kMru) record.place->hits.store(0, std::memory_order_relaxed);
    ++reserved_;
    const Record last = At(--size_);
    if (size_ != 0) SiftDown(last);
    return true;
  }

  /// Moves a record whose place was touched; only under MRU, where keys sink (R17).
  void Rekey(const OwnerPlace& place) noexcept {
    const SpinLockGuard guard(lock_);
    const std::uint64_t position = place.hits.load(std::memory_order_relaxed);
    if (position == 0) return;
    Record record = At(position - 1);
    record.key = KeyOf(policy_, *record.node, place);
    SiftUp(position - 1, record);
  }

  /// Whether the heap is in order; for checks at rest.
  bool IsHeap() const noexcept {
    const SpinLockGuard guard(lock_);
    for (std::size_t i = 1; i < size_; ++i) {
      if (At(i).key < At((i - 1) / 2).key) return false;
    }
    return true;
  }

  /// Calls `visit(record)` for each; for checks at rest.
  template <typename Visitor>
  void ForEach(Visitor visit) const {
    const SpinLockGuard guard(lock_);
    for (std::size_t i = 0; i < size_; ++i) visit(At(i));
  }

 private:
  // Segment k holds kFirstSegment << k records, so record i is in segment log2(i / first + 1).
  static constexpr std::size_t kFirstSegment = 16;
  static constexpr std::size_t SegmentSize(std::size_t segment) noexcept {
    return kFirstSegment << segment;
  }
  static std::size_t SegmentOf(std::size_t index) noexcept {
    const std::size_t units = index / kFirstSegment + 1;
#if defined(__GNUC__)
    return static_cast<std::size_t>(63 - __builtin_clzll(units));
#else
    std::size_t segment = 0;
    while (units >> (segment + 1) != 0) ++segment;
    return segment;
#endif
  }
  static std::size_t SegmentStart(std::size_t segment) noexcept {
    return SegmentSize(segment) - kFirstSegment;
  }

  Record& At(std::size_t index) const noexcept PAGEDRADIX_REQUIRES(lock_) {
    const std::size_t segment = SegmentOf(index);
    return segments_[segment][index - SegmentStart(segment)];
  }

  void PushLocked(Node& node, OwnerPlace& place) noexcept PAGEDRADIX_REQUIRES(lock_) {
    --reserved_;
    const std::uint64_t last_access = place.last_access.load(std::memory_order_seq_cst);
    SiftUp(size_++, {KeyOf(policy_, node, place), last_access, &node, &place});
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

  void Place(std::size_t index, const Record& record) noexcept PAGEDRADIX_REQUIRES(lock_) {
    At(index) = record;
    if (policy_ == EvictionPolicy::kMru) {
      record.place->hits.store(index + 1, std::memory_order_relaxed);
    }
  }

  void SiftUp(std::size_t index, const Record& record) noexcept PAGEDRADIX_REQUIRES(lock_) {
    while (index != 0) {
      const std::size_t parent = (index - 1) / 2;
      if (!(record.key < At(parent).key)) break;
      Place(index, At(parent));
      index = parent;
    }
    Place(index, record);
  }

  void SiftDown(const Record& record) noexcept PAGEDRADIX_REQUIRES(lock_) {
    std::size_t index = 0;
    for (std::size_t child = 1; child < size_; child = 2 * index + 1) {
      if (child + 1 < size_ && At(child + 1).key < At(child).key) ++child;
      if (!(At(child).key < record.key)) break;
      Place(index, At(child));
      index = child;
    }
    Place(index, record);
  }

  SlabHeap& heap_;
  const EvictionPolicy policy_;
  mutable SpinLock lock_;
  std::array<Record*, 40> segments_ PAGEDRADIX_GUARDED_BY(lock_){};
  std::size_t capacity_ PAGEDRADIX_GUARDED_BY(lock_) = 0;
  std::size_t size_ PAGEDRADIX_GUARDED_BY(lock_) = 0;
  std::size_t reserved_ PAGEDRADIX_GUARDED_BY(lock_) = 0;
};

}  // namespace pagedradix::detail
