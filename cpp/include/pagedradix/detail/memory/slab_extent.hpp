// An extent: a run of slabs taken from the system, and given back to it, as one piece.
//
// The record lives apart from the memory, so that a fresh extent is not touched at all and a
// slab keeps its whole payload.
//
// Thread safety: none; the pool's lock covers an extent once it is on the pool's list.
//
// Invariants: free_count_ = slabs on the free list + slabs never taken (from fresh_index_
// on). Every slab on the free list has a header that names this extent.
#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <new>

#include "pagedradix/detail/memory/extent_memory.hpp"
#include "pagedradix/detail/memory/slab_header.hpp"
#include "pagedradix/detail/memory/slab_ring.hpp"

namespace pagedradix::detail {

/// A slab just taken out of an extent. If it is a fresh one, writing its header will fault in
/// its first page; so that is left to Open(), which the caller calls without a lock.
class TakenSlab {
 public:
  TakenSlab() noexcept = default;
  explicit TakenSlab(Slab* used) noexcept : used_(used) {}
  TakenSlab(std::byte* fresh, SlabExtent* extent) noexcept : fresh_(fresh), extent_(extent) {}

  /// Whether there is a slab at all.
  explicit operator bool() const noexcept { return used_ != nullptr || fresh_ != nullptr; }

  /// The slab, its header written. To be called once.
  Slab* Open() const noexcept {
    if (fresh_ == nullptr) {
      return used_;
    }
    UnpoisonMemory(fresh_, kSlabHeaderBytes);
    return ::new (static_cast<void*>(fresh_)) Slab(extent_);
  }

 private:
  Slab* used_ = nullptr;
  std::byte* fresh_ = nullptr;
  SlabExtent* extent_ = nullptr;
};

class SlabExtent {
 public:
  /// Takes memory for `slab_count` slabs from the system. Throws std::bad_alloc.
  static std::unique_ptr<SlabExtent> Create(std::size_t slab_count, ExtentMemory::Pages pages) {
    return std::unique_ptr<SlabExtent>(new SlabExtent(slab_count, pages));
  }

  ~SlabExtent() {
    assert(IsFree());
    UnpoisonMemory(memory_.Begin(), Bytes());
  }

  SlabExtent(const SlabExtent&) = delete;
  SlabExtent& operator=(const SlabExtent&) = delete;

  std::size_t SlabCount() const noexcept { return slab_count_; }
  std::size_t Bytes() const noexcept { return memory_.Bytes(); }
  bool HasFree() const noexcept { return free_count_ != 0; }
  bool HasFresh() const noexcept { return fresh_index_ != slab_count_; }
  /// Whether no slab is out, so that the extent can go.
  bool IsFree() const noexcept { return free_count_ == slab_count_; }

  /// Takes out a slab, rather one that was in use before: its memory is there already.
  /// Requires HasFree().
  TakenSlab Take() noexcept {
    if (free_front_ == nullptr) {
      return TakeFresh();
    }
    --free_count_;
    Slab* const slab = free_front_;
    free_front_ = slab->next;
    return TakenSlab(slab);
  }

  /// Takes out a slab that never was in use. Requires HasFresh().
  TakenSlab TakeFresh() noexcept {
    assert(HasFresh());
    --free_count_;
    std::byte* const memory = memory_.Begin() + fresh_index_ * kSlabBytes;
    ++fresh_index_;
    return TakenSlab(memory, this);
  }

  /// Takes back a slab of this extent, none of whose blocks is live.
  void Put(Slab* slab) noexcept {
    assert(slab->Extent() == this && !IsFree());
    ++free_count_;
    slab->next = free_front_;
    free_front_ = slab;
  }

  /// Has the system find the memory behind every slab. Requires that none was taken yet.
  void FaultIn() noexcept {
    while (HasFresh()) {
      Slab* const slab = TakeFresh().Open();
      slab->FaultIn();
      Put(slab);
    }
  }

  /// Links of the pool's list.
  SlabExtent* prev = nullptr;
  SlabExtent* next = nullptr;

 private:
  SlabExtent(std::size_t slab_count, ExtentMemory::Pages pages)
      : memory_(slab_count * kSlabBytes, pages), slab_count_(slab_count), free_count_(slab_count) {
    PoisonMemory(memory_.Begin(), Bytes());
  }

  const ExtentMemory memory_;
  const std::size_t slab_count_;
  std::size_t free_count_;
  std::size_t fresh_index_ = 0;
  Slab* free_front_ = nullptr;
};

/// Extents on no pool's list, destroyed at the end of the scope.
class SlabExtentList {
 public:
  SlabExtentList() noexcept = default;
  ~SlabExtentList() {
    while (SlabExtent* const extent = extents_.PopFront()) {
      delete extent;
    }
  }
  SlabExtentList(const SlabExtentList&) = delete;
  SlabExtentList& operator=(const SlabExtentList&) = delete;

  /// Slabs of all extents in the list.
  std::size_t SlabCount() const noexcept { return slab_count_; }

  void Add(std::unique_ptr<SlabExtent> extent) noexcept {
    slab_count_ += extent->SlabCount();
    extents_.PushBack(extent.release());
  }

  /// Requires that the list is not empty.
  std::unique_ptr<SlabExtent> Pop() noexcept {
    SlabExtent* const extent = extents_.PopFront();
    slab_count_ -= extent->SlabCount();
    return std::unique_ptr<SlabExtent>(extent);
  }

 private:
  SlabRing<SlabExtent> extents_;
  std::size_t slab_count_ = 0;
};

}  // namespace pagedradix::detail
