// One sixteenth or so of a heap: what the threads that share it allocate, behind one lock.
//
// Thread safety: every method may be called from any thread; the lock is held for a few
// dozen instructions and never while calling out. DrainTo runs alone.
//
// Invariants (under lock_): each slab of the shard is on exactly one list, partial_ of its
// class if it has a free block, else full_; no slab on them is empty. BytesInUse() is the sum
// of the live blocks' sizes.
#pragma once

#include <array>
#include <atomic>
#include <cassert>
#include <cstddef>

#include "pagedradix/detail/memory/slab_classes.hpp"
#include "pagedradix/detail/memory/slab_header.hpp"
#include "pagedradix/detail/memory/slab_ring.hpp"
#include "pagedradix/detail/threads/spin_lock.hpp"
#include "pagedradix/detail/threads/thread_annotations.hpp"

namespace pagedradix::detail {

/// Aligned to keep neighbours' locks off its cache line.
class alignas(64) SlabShard {
 public:
  SlabShard() noexcept = default;
  SlabShard(const SlabShard&) = delete;
  SlabShard& operator=(const SlabShard&) = delete;

  /// Allocates from the slabs at hand; null if none has a free block of the class.
  void* TryAllocate(std::size_t size_class, std::size_t bytes) noexcept {
    const SpinLockGuard guard(lock_);
    SlabRing<Slab>& partial = partial_[size_class];
    Slab* const slab = partial.Front();
    if (slab == nullptr) {
      return nullptr;
    }
    void* const block = slab->TakeBlock(bytes);
    if (slab->IsFull()) {
      partial.Remove(slab);
      full_.PushBack(slab);
    }
    AddBytesInUseLocked(slab->BlockBytes());
    return block;
  }

  /// Allocates from an unused slab, which is the shard's from now on.
  void* AllocateFrom(Slab* slab, std::size_t size_class, std::size_t bytes) noexcept {
    slab->Format(this, size_class);
    void* const block = slab->TakeBlock(bytes);
    const SpinLockGuard guard(lock_);
    partial_[size_class].PushFront(slab);  // Every class has several blocks a slab.
    AddBytesInUseLocked(slab->BlockBytes());
    return block;
  }

  /// Frees a block of one of the shard's slabs. Returns the slab if that was its last block:
  /// it is the caller's then; else null.
  Slab* Free(Slab* slab, void* block, [[maybe_unused]] std::size_t size_class) noexcept {
    const SpinLockGuard guard(lock_);
    assert(slab->Shard() == this);
    assert(slab->SizeClass() == size_class && "freed with another size than allocated");
    SlabRing<Slab>& partial = partial_[slab->SizeClass()];
    if (slab->IsFull()) {
      full_.Remove(slab);
      partial.PushFront(slab);
    }
    slab->PutBlock(block);
    SubtractBytesInUseLocked(slab->BlockBytes());
    if (!slab->IsEmpty()) {
      return nullptr;
    }
    partial.Remove(slab);
    return slab;
  }

  /// Moves all slabs, whatever lives in them, to another list.
  void DrainTo(SlabRing<Slab>& slabs) noexcept {
    const SpinLockGuard guard(lock_);
    slabs.TakeAll(full_);
    for (SlabRing<Slab>& partial : partial_) {
      slabs.TakeAll(partial);
    }
    bytes_in_use_.store(0, std::memory_order_relaxed);
  }

  /// Sizes of the live blocks together; during changes by others, of some moment in between.
  std::size_t BytesInUse() const noexcept {
    return bytes_in_use_.load(std::memory_order_relaxed);  // A count, orders nothing.
  }

 private:
  /// Written only under the lock, so a load and a store do for an addition; atomic for the
  /// readers without it.
  void AddBytesInUseLocked(std::size_t bytes) noexcept PAGEDRADIX_REQUIRES(lock_) {
    bytes_in_use_.store(bytes_in_use_.load(std::memory_order_relaxed) + bytes,
                        std::memory_order_relaxed);
  }
  void SubtractBytesInUseLocked(std::size_t bytes) noexcept PAGEDRADIX_REQUIRES(lock_) {
    bytes_in_use_.store(bytes_in_use_.load(std::memory_order_relaxed) - bytes,
                        std::memory_order_relaxed);
  }

  SpinLock lock_;
  std::atomic<std::size_t> bytes_in_use_{0};
  SlabRing<Slab> full_ PAGEDRADIX_GUARDED_BY(lock_);
  std::array<SlabRing<Slab>, kSlabClassCount> partial_ PAGEDRADIX_GUARDED_BY(lock_);
};

}  // namespace pagedradix::detail
