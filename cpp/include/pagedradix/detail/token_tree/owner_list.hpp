// Who owns a node: its owner places.
//
// A place holds, in one word, the tenant, how many of the node's children this tenant owns, and
// whether the place has a record in the tenant's eviction index; beside it the tenant's latest
// touch and its hits. Places never move, so they can be claimed, touched and scanned without the
// node's lock; they are added in blocks, and used again two epochs after they were cleared (R18).
//
// Thread safety: Find and ForEach any time under a pin; filling and clearing places and
// AppendLocked need the node's lock (L1).
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "pagedradix/detail/memory/slab_heap.hpp"
#include "pagedradix/detail/threads/epoch.hpp"

namespace pagedradix::detail {

/// A tenant's number within its generation. 0 is nobody.
using TenantId = std::uint32_t;
inline constexpr TenantId kNobody = 0;

/// The word of a place: tenant | count of owned children | queued.
class OwnerWord {
 public:
  constexpr OwnerWord() noexcept = default;
  explicit constexpr OwnerWord(std::uint64_t raw) noexcept : raw_(raw) {}
  constexpr OwnerWord(TenantId tenant, std::uint32_t count, bool queued) noexcept
      : raw_((std::uint64_t{tenant} << 32) | (std::uint64_t{count} << 1) | (queued ? 1U : 0U)) {}

  /// A cleared place; it remembers the epoch (its low 31 bits) so that it can rest.
  static constexpr OwnerWord Cleared(std::uint64_t epoch) noexcept {
    return {kNobody, static_cast<std::uint32_t>(epoch) & kSealedCount, true};
  }

  constexpr std::uint64_t raw() const noexcept { return raw_; }
  constexpr TenantId tenant() const noexcept { return static_cast<TenantId>(raw_ >> 32); }
  constexpr std::uint32_t count() const noexcept {
    return (static_cast<std::uint32_t>(raw_) >> 1) & kSealedCount;
  }
  constexpr bool queued() const noexcept { return (raw_ & 1) != 0; }
  constexpr bool sealed() const noexcept { return count() == kSealedCount; }

  /// Whether the tenant owns through this place as an insert leaves it (R14): queued, or with
  /// children.
  constexpr bool IsBacked(TenantId owner) const noexcept {
    return tenant() == owner && !sealed() && (queued() || count() != 0);
  }

  constexpr OwnerWord WithCount(std::uint32_t count) const noexcept {
    return {tenant(), count, queued()};
  }
  constexpr OwnerWord WithQueued(bool queued) const noexcept { return {tenant(), count(), queued}; }
  constexpr OwnerWord Sealed() const noexcept { return WithCount(kSealedCount); }

  /// Whether a place of this word may be given to somebody now.
  constexpr bool Reusable(std::uint64_t epoch) const noexcept {
    if (tenant() != kNobody) return false;
    if (raw_ == 0) return true;
    const std::uint32_t age = (static_cast<std::uint32_t>(epoch) - count()) & kSealedCount;
    return age >= EpochDomain::kGrace;
  }

  friend constexpr bool operator==(OwnerWord a, OwnerWord b) noexcept { return a.raw_ == b.raw_; }
  friend constexpr bool operator!=(OwnerWord a, OwnerWord b) noexcept { return a.raw_ != b.raw_; }

 private:
  static constexpr std::uint32_t kSealedCount = 0x7fffffff;
  std::uint64_t raw_ = 0;
};

/// Time and hits of a removed place: a touch that meets them goes to the parent (R15).
inline constexpr std::uint64_t kDeadMark = UINT64_MAX;
inline constexpr std::uint64_t kDeadHits = std::uint64_t{1} << 63;

struct OwnerPlace {
  std::atomic<std::uint64_t> word{0};
  std::atomic<std::uint64_t> last_access{0};
  /// Hits under LFU; under MRU the slot of its record in the tenant's index, or 0 (R17).
  std::atomic<std::uint64_t> hits{0};

  OwnerWord Load() const noexcept { return OwnerWord(word.load(std::memory_order_seq_cst)); }
  bool Exchange(OwnerWord& expected, OwnerWord desired) noexcept {
    std::uint64_t raw = expected.raw();
    const bool done = word.compare_exchange_strong(raw, desired.raw(), std::memory_order_seq_cst);
    if (!done) expected = OwnerWord(raw);
    return done;
  }
  /// Whether `tenant` owns through this place.
  bool BelongsTo(TenantId tenant) const noexcept {
    const OwnerWord now = Load();
    return now.tenant() == tenant && !now.sealed();
  }
};

struct OwnerBlock {
  std::atomic<OwnerBlock*> next{nullptr};
  std::size_t capacity = 0;

  OwnerPlace* places() noexcept { return reinterpret_cast<OwnerPlace*>(this + 1); }
  static std::size_t Bytes(std::size_t capacity) noexcept {
    return sizeof(OwnerBlock) + capacity * sizeof(OwnerPlace);
  }
};

/// Frees a block that was not appended.
inline void FreeOwnerBlock(SlabHeap& heap, OwnerBlock* block) noexcept {
  heap.Free(block, OwnerBlock::Bytes(block->capacity));
}

class OwnerList {
 public:
  /// The place through which `tenant` owns the node, or null.
  OwnerPlace* Find(TenantId tenant) noexcept {
    return FindIf([tenant](const OwnerPlace& place) { return place.BelongsTo(tenant); });
  }

  /// The first place that `predicate` accepts, or null.
  template <typename Predicate>
  OwnerPlace* FindIf(Predicate predicate) {
    if (predicate(first_)) return &first_;
    for (OwnerBlock* block = more_.load(std::memory_order_seq_cst); block != nullptr;  // R2
         block = block->next.load(std::memory_order_seq_cst)) {
      OwnerPlace* const places = block->places();
      for (std::size_t i = 0; i < block->capacity; ++i) {
        if (predicate(places[i])) return &places[i];
      }
    }
    return nullptr;
  }

  /// Calls `visit(place, word)` for each place in use; a sealed one is on its way in or out.
  template <typename Visitor>
  void ForEach(Visitor visit) {
    FindIf([&visit](OwnerPlace& place) {
      const OwnerWord word = place.Load();
      if (word.tenant() != kNobody) visit(place, word);
      return false;
    });
  }

  /// A place that may be filled now, or null.
  OwnerPlace* FreePlace(std::uint64_t epoch) noexcept {
    return FindIf([epoch](const OwnerPlace& place) { return place.Load().Reusable(epoch); });
  }

  /// A block for AppendLocked: each as large as all before it, within bounds.
  OwnerBlock* NewBlock(SlabHeap& heap) const {
    std::size_t places = 1;
    for (const OwnerBlock* block = more_.load(std::memory_order_acquire); block != nullptr;
         block = block->next.load(std::memory_order_acquire)) {
      places += block->capacity;
    }
    return NewBlock(heap, std::clamp(places, kFirstBlock, kLargestBlock));
  }

  /// Adds a block of free places. Needs L1.
  void AppendLocked(OwnerBlock* block) noexcept {
    std::atomic<OwnerBlock*>* tail = &more_;
    while (OwnerBlock* const last = tail->load(std::memory_order_acquire)) tail = &last->next;
    tail->store(block, std::memory_order_seq_cst);  // R2
  }

  /// Makes room for `count` owners in a node that nobody sees yet. Strong guarantee.
  void ReserveUnpublished(SlabHeap& heap, std::size_t count) {
    if (count > 1) more_.store(NewBlock(heap, count - 1), std::memory_order_relaxed);
  }
  std::size_t CapacityUnpublished() const noexcept {
    const OwnerBlock* const block = more_.load(std::memory_order_relaxed);
    return 1 + (block == nullptr ? 0 : block->capacity);
  }
  OwnerPlace& PlaceUnpublished(std::size_t index) noexcept {
    return index == 0 ? first_ : more_.load(std::memory_order_relaxed)->places()[index - 1];
  }

  void Free(SlabHeap& heap) noexcept {
    OwnerBlock* block = more_.load(std::memory_order_acquire);
    while (block != nullptr) {
      OwnerBlock* const next = block->next.load(std::memory_order_acquire);
      FreeOwnerBlock(heap, block);
      block = next;
    }
  }

 private:
  static constexpr std::size_t kFirstBlock = 2;
  static constexpr std::size_t kLargestBlock = 256;

  static OwnerBlock* NewBlock(SlabHeap& heap, std::size_t capacity) {
    auto* const block = new (heap.Allocate(OwnerBlock::Bytes(capacity))) OwnerBlock;
    block->capacity = capacity;
    for (std::size_t i = 0; i < capacity; ++i) new (&block->places()[i]) OwnerPlace;
    return block;
  }

  OwnerPlace first_;
  std::atomic<OwnerBlock*> more_{nullptr};
};

/// Fills a place that is free. The word goes last: it is what makes the rest valid.
inline void FillPlace(OwnerPlace& place, OwnerWord word, std::uint64_t last_access,
                      std::uint64_t hits) noexcept {
  place.last_access.store(last_access, std::memory_order_relaxed);
  place.hits.store(hits, std::memory_order_relaxed);
  place.word.store(word.raw(), std::memory_order_seq_cst);
}

}  // namespace pagedradix::detail
