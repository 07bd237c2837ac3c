// Bodies of SlabPool; the story, thread safety and invariants are in slab_pool.hpp.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "pagedradix/detail/memory/fault_injection.hpp"
#include "pagedradix/detail/memory/slab_pool.hpp"

namespace pagedradix::detail {

inline SlabPool::~SlabPool() {
  assert(free_slabs_ == held_slabs_ && "a heap outlives its pool");
  while (SlabExtent* const extent = available_.PopFront()) {
    delete extent;
  }
}

inline void SlabPool::Reserve(std::size_t bytes) {
  if (bytes > PTRDIFF_MAX / 2) {
    throw std::bad_alloc();
  }
  const std::size_t target = (bytes + kSlabLeastFillBytes - 1) / kSlabLeastFillBytes;
  SlabExtentList added;
  while (const std::size_t missing = AddReserved(added, target)) {
    MaybeFailAllocation();
    if (added.SlabCount() == 0) {
      ProbeSystem(missing * kSlabBytes);
    }
    auto extent =
        SlabExtent::Create(std::min(missing, kMaxExtentSlabs), ExtentMemory::Pages::kHuge);
    extent->FaultIn();
    added.Add(std::move(extent));
  }
  FaultInFree();
}

/// Throws std::bad_alloc if the system would never give so much. Asked for in one piece, it
/// can tell; asked piece by piece, with every page written to, it may kill the process instead.
inline void SlabPool::ProbeSystem(std::size_t bytes) {
  // Volatile, because compilers may leave out an allocation that nobody looks at.
  void* volatile probe = ::operator new(bytes);
  ::operator delete(probe);
}

/// Makes the reservation if the extents in `added` suffice for it, and takes those over that
/// it needs; else changes nothing and returns how many slabs are missing.
inline std::size_t SlabPool::AddReserved(SlabExtentList& added, std::size_t target) noexcept {
  const SpinLockGuard guard(lock_);
  const std::size_t held = held_slabs_ + added.SlabCount();
  if (held < target) {
    return target - held;
  }
  // Others may have grown the pool meanwhile: then some are not needed any more.
  while (held_slabs_ < target) {
    AddExtentLocked(added.Pop());
  }
  reserved_slabs_ = std::max(reserved_slabs_, target);
  return 0;
}

/// Faults in the slabs that are free and were never used, one at a time: meanwhile it is out
/// of the pool, and nobody waits for the system.
inline void SlabPool::FaultInFree() noexcept {
  for (;;) {
    TakenSlab taken;
    {
      const SpinLockGuard guard(lock_);
      taken = TakeFreshLocked();
    }
    if (!taken) {
      return;
    }
    Slab* const slab = taken.Open();
    slab->FaultIn();
    const SpinLockGuard guard(lock_);
    PutLocked(slab);
  }
}

inline Slab* SlabPool::TakeSlab() {
  TakenSlab taken;
  std::size_t growth = 0;
  {
    const SpinLockGuard guard(lock_);
    taken = TakeLocked();
    growth = std::clamp(held_slabs_, std::size_t{1}, kMaxExtentSlabs);
  }
  if (!taken) {
    MaybeFailAllocation();
    auto extent = SlabExtent::Create(growth, ExtentMemory::Pages::kOrdinary);
    // If another thread was faster, the extent returns to the system, after the lock.
    const SpinLockGuard guard(lock_);
    taken = TakeLocked();
    if (!taken) {
      AddExtentLocked(std::move(extent));
      taken = TakeLocked();
    }
  }
  return taken.Open();
}

inline void SlabPool::GiveBack(Slab* slab) noexcept {
  SlabExtentList released;
  const SpinLockGuard guard(lock_);
  PutLocked(slab);
  ReleaseExcessLocked(released);
}

inline void SlabPool::GiveBackAll(SlabRing<Slab>& slabs) noexcept {
  while (!slabs.IsEmpty()) {
    SlabExtentList released;
    const SpinLockGuard guard(lock_);
    for (int i = 0; i < kBatch && !slabs.IsEmpty(); ++i) {
      PutLocked(slabs.PopFront());
    }
    ReleaseExcessLocked(released);
  }
}

inline void SlabPool::AddExtentLocked(std::unique_ptr<SlabExtent> extent) noexcept {
  if (extent->HasFresh()) {
    assert(fresh_ == nullptr);
    fresh_ = extent.get();
  }
  held_slabs_ += extent->SlabCount();
  free_slabs_ += extent->SlabCount();
  // Relaxed here and below: a count, orders nothing.
  held_bytes_.fetch_add(extent->Bytes(), std::memory_order_relaxed);
  available_.PushBack(extent.release());
}

/// Takes out a free slab, if there is one.
inline TakenSlab SlabPool::TakeLocked() noexcept {
  SlabExtent* const extent = available_.Front();
  if (extent == nullptr) {
    return {};
  }
  const TakenSlab taken = extent->Take();
  NoteTakenLocked(extent);
  return taken;
}

/// Takes out a slab never used before, if there is one.
inline TakenSlab SlabPool::TakeFreshLocked() noexcept {
  SlabExtent* const extent = fresh_;
  if (extent == nullptr) {
    return {};
  }
  const TakenSlab taken = extent->TakeFresh();
  NoteTakenLocked(extent);
  return taken;
}

/// Restores the invariants after a slab was taken out of the extent.
inline void SlabPool::NoteTakenLocked(SlabExtent* extent) noexcept {
  --free_slabs_;
  if (extent == fresh_ && !extent->HasFresh()) {
    fresh_ = nullptr;
  }
  // It may have been wholly free until now, in the back part of the list.
  available_.Remove(extent);
  if (extent->HasFree()) {
    available_.PushFront(extent);
  }
}

/// Puts a slab back where it came from, without looking for what could go.
inline void SlabPool::PutLocked(Slab* slab) noexcept {
  SlabExtent* const extent = slab->Extent();
  const bool was_available = extent->HasFree();
  extent->Put(slab);
  ++free_slabs_;
  if (!extent->IsFree()) {
    if (!was_available) {
      available_.PushFront(extent);
    }
    return;
  }
  if (was_available) {
    available_.Remove(extent);
  }
  available_.PushBack(extent);
}

/// Whether the extent at the back of the list should return to the system.
inline bool SlabPool::HasExcessLocked() const noexcept {
  const SlabExtent* const extent = available_.Back();
  if (extent == nullptr || !extent->IsFree() ||
      held_slabs_ - extent->SlabCount() < reserved_slabs_) {
    return false;
  }
  const std::size_t used = held_slabs_ - free_slabs_;
  const std::size_t reserved = reserved_slabs_ > used ? reserved_slabs_ - used : 0;
  return free_slabs_ > reserved + kMinSlackSlabs + used / kSlackDivisor;
}

inline void SlabPool::ReleaseExcessLocked(SlabExtentList& released) noexcept {
  while (HasExcessLocked()) {
    std::unique_ptr<SlabExtent> extent(available_.Back());
    available_.Remove(extent.get());
    if (extent.get() == fresh_) {
      fresh_ = nullptr;
    }
    held_slabs_ -= extent->SlabCount();
    free_slabs_ -= extent->SlabCount();
    held_bytes_.fetch_sub(extent->Bytes(), std::memory_order_relaxed);
    released.Add(std::move(extent));
  }
}

}  // namespace pagedradix::detail
