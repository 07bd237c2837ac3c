// Limbo: what is unlinked but may still be looked at (R23).
//
// Objects are chained through themselves, so retiring allocates nothing. A chain is kept for each
// epoch; when the epoch is two higher, the chain is ready and is reclaimed a batch at a time.
//
// Thread safety: all of it. The lock is a leaf lock (L4); reclaiming runs without it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "pagedradix/detail/memory/slab_heap.hpp"
#include "pagedradix/detail/threads/epoch.hpp"
#include "pagedradix/detail/threads/spin_lock.hpp"

namespace pagedradix::detail {

/// What a retired object is. Whoever makes a limbo names the kinds and knows how each is freed.
enum class RetiredKind : std::uint8_t;

/// Base of what can be retired.
struct Retired {
  Retired* next_retired = nullptr;
  RetiredKind retired_kind{};  ///< a byte, so that members of what is derived fit behind it
};

class Limbo {
 public:
  /// Frees a retired object.
  using Reclaim = void (*)(SlabHeap&, Retired&) noexcept;

  Limbo(EpochDomain& domain, Reclaim reclaim) noexcept : domain_(domain), reclaim_(reclaim) {}

  /// Takes an object that nobody can reach any more.
  void Retire(Retired* object, RetiredKind kind) noexcept {
    object->retired_kind = kind;
    const SpinLockGuard guard(lock_);
    // Read after the unlinking, seq_cst: who can still see the object shows this epoch or less.
    const std::uint64_t epoch = domain_.Current();
    Chain& chain = chains_[epoch % chains_.size()];
    if (chain.epoch != epoch) {
      ready_.Append(chain);  // four epochs old
      chain.epoch = epoch;
    }
    chain.Push(object);
    size_.fetch_add(1, std::memory_order_relaxed);
  }

  /// Lets the epoch go on and reclaims up to `limit` objects whose time has come.
  void Collect(SlabHeap& heap, std::size_t limit) noexcept {
    domain_.TryAdvance();
    if (size_.load(std::memory_order_relaxed) == 0) return;
    ReclaimChain(heap, TakeReady(limit));
  }

  /// Reclaims everything; nobody may be inside any more.
  void CollectAll(SlabHeap& heap) noexcept {
    {
      const SpinLockGuard guard(lock_);
      for (Chain& chain : chains_) ready_.Append(chain);
    }
    ReclaimChain(heap, TakeReady(SIZE_MAX));
  }

  /// Objects that wait.
  std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

 private:
  struct Chain {
    Retired* first = nullptr;
    Retired* last = nullptr;
    std::uint64_t epoch = 0;

    void Push(Retired* object) noexcept {
      object->next_retired = first;
      first = object;
      if (last == nullptr) last = object;
    }
    void Append(Chain& other) noexcept {
      if (other.first == nullptr) return;
      other.last->next_retired = first;
      first = other.first;
      if (last == nullptr) last = other.last;
      other.first = nullptr;
      other.last = nullptr;
    }
  };

  void ReclaimChain(SlabHeap& heap, Retired* object) noexcept {
    while (object != nullptr) {
      Retired* const next = object->next_retired;
      reclaim_(heap, *object);
      object = next;
    }
  }

  Retired* TakeReady(std::size_t limit) noexcept {
    const SpinLockGuard guard(lock_);
    const std::uint64_t now = domain_.Current();
    for (Chain& chain : chains_) {
      if (chain.epoch + EpochDomain::kGrace <= now) ready_.Append(chain);
    }
    Retired* const batch = ready_.first;
    Retired* end = batch;
    std::size_t taken = 0;
    for (Retired* object = batch; object != nullptr && taken < limit; ++taken) {
      end = object;
      object = object->next_retired;
    }
    if (taken == 0) return nullptr;
    ready_.first = end->next_retired;
    if (ready_.first == nullptr) ready_.last = nullptr;
    end->next_retired = nullptr;
    size_.fetch_sub(taken, std::memory_order_relaxed);
    return batch;
  }

  EpochDomain& domain_;
  const Reclaim reclaim_;
  SpinLock lock_;
  std::array<Chain, 4> chains_ PAGEDRADIX_GUARDED_BY(lock_){};
  Chain ready_ PAGEDRADIX_GUARDED_BY(lock_);
  std::atomic<std::size_t> size_{0};
};

}  // namespace pagedradix::detail
