// The memory of one tree: slabs for its heaps, taken from the system in growing pieces.
//
// A pool begins with nothing; its first extent is one slab, and each further one is as large
// as all before it, up to 4 MiB: small trees stay small, large ones rarely ask. A slab given
// back serves any size class next. Memory that is free beyond the reservation and some slack
// returns to the system, extent by extent.
//
//   SlabPool pool;
//   pool.Reserve(1 << 30);        // a gibibyte of blocks without a page fault
//   SlabHeap heap(pool);          // see slab_heap.hpp
//
// Thread safety: every method may be called from any thread at any time, except that the
// destructor runs alone and after those of the pool's heaps. The lock is not held while
// talking to the system, or while faulting pages in.
//
// Invariants (under lock_):
// - available_ holds exactly the extents with a free slab: first those partly in use, then
//   those wholly free. So extents in use fill up first, and what can go is at the back.
// - at most one extent has slabs never used, and fresh_ names it (null: none has): the pool
//   grows only when nothing is free, and a reservation faults everything in.
// - held_slabs_ counts the slabs of all extents, free_slabs_ those not handed out.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "pagedradix/detail/memory/slab_extent.hpp"
#include "pagedradix/detail/memory/slab_header.hpp"
#include "pagedradix/detail/memory/slab_ring.hpp"
#include "pagedradix/detail/threads/spin_lock.hpp"
#include "pagedradix/detail/threads/thread_annotations.hpp"

namespace pagedradix::detail {

class SlabPool {
 public:
  SlabPool() noexcept = default;
  SlabPool(const SlabPool&) = delete;
  SlabPool& operator=(const SlabPool&) = delete;
  /// Requires that every slab has come back.
  ~SlabPool();

  /// Sees to it that the pool holds slabs for `bytes` of blocks (in SlabHeap::RoundUp sizes,
  /// those in use included), and that the free ones are faulted in; from now on it does not
  /// shrink below that. Each size class in use may leave a slab partly unused for each thread
  /// that allocates; large blocks are not served from slabs. Throws std::bad_alloc and leaves
  /// everything as it was.
  void Reserve(std::size_t bytes);

  /// Bytes taken from the system: slabs, free or not, and the heaps' large blocks.
  std::size_t BytesHeld() const noexcept { return held_bytes_.load(std::memory_order_relaxed); }

  /// An unused slab, to be formatted by the caller. Throws std::bad_alloc.
  Slab* TakeSlab();

  /// Takes back a slab without live blocks.
  void GiveBack(Slab* slab) noexcept;

  /// Takes back all slabs of a ring; live blocks in them are gone.
  void GiveBackAll(SlabRing<Slab>& slabs) noexcept;

  /// Keeps the account of blocks that a heap takes from the system directly.
  void AddLargeBytes(std::size_t bytes) noexcept {
    held_bytes_.fetch_add(bytes, std::memory_order_relaxed);  // A count, orders nothing.
  }
  void SubtractLargeBytes(std::size_t bytes) noexcept {
    held_bytes_.fetch_sub(bytes, std::memory_order_relaxed);  // A count, orders nothing.
  }

 private:
  static constexpr std::size_t kMaxExtentSlabs = 64;
  /// Free slabs kept whatever happens, so that small trees do not ask the system all the time.
  static constexpr std::size_t kMinSlackSlabs = 16;
  /// One slab is kept free for so many in use.
  static constexpr std::size_t kSlackDivisor = 8;
  /// Slabs taken back under one hold of the lock.
  static constexpr int kBatch = 64;

  static void ProbeSystem(std::size_t bytes);
  std::size_t AddReserved(SlabExtentList& added, std::size_t target) noexcept;
  void FaultInFree() noexcept;
  void AddExtentLocked(std::unique_ptr<SlabExtent> extent) noexcept PAGEDRADIX_REQUIRES(lock_);
  TakenSlab TakeLocked() noexcept PAGEDRADIX_REQUIRES(lock_);
  TakenSlab TakeFreshLocked() noexcept PAGEDRADIX_REQUIRES(lock_);
  void NoteTakenLocked(SlabExtent* extent) noexcept PAGEDRADIX_REQUIRES(lock_);
  void PutLocked(Slab* slab) noexcept PAGEDRADIX_REQUIRES(lock_);
  bool HasExcessLocked() const noexcept PAGEDRADIX_REQUIRES(lock_);
  void ReleaseExcessLocked(SlabExtentList& released) noexcept PAGEDRADIX_REQUIRES(lock_);

  SpinLock lock_;
  SlabRing<SlabExtent> available_ PAGEDRADIX_GUARDED_BY(lock_);
  SlabExtent* fresh_ PAGEDRADIX_GUARDED_BY(lock_) = nullptr;
  std::size_t held_slabs_ PAGEDRADIX_GUARDED_BY(lock_) = 0;
  std::size_t free_slabs_ PAGEDRADIX_GUARDED_BY(lock_) = 0;
  std::size_t reserved_slabs_ PAGEDRADIX_GUARDED_BY(lock_) = 0;
  std::atomic<std::size_t> held_bytes_{0};
};

}  // namespace pagedradix::detail

#include "pagedradix/detail/memory/slab_pool_impl.hpp"
