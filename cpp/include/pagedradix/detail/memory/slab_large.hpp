// Blocks too large for slabs: each comes from the system alone, behind a header that links
// it to its heap, so that the heap can drop them in bulk.
//
// Thread safety: every method may be called from any thread; the lock covers the links and
// is not held while talking to the system. FreeAll runs alone.
//
// Invariants (under lock_): blocks_ holds exactly the live blocks, and bytes_in_use_ is the
// sum of their sizes, headers included.
#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <new>

#include "pagedradix/detail/memory/slab_classes.hpp"
#include "pagedradix/detail/memory/slab_ring.hpp"
#include "pagedradix/detail/threads/spin_lock.hpp"
#include "pagedradix/detail/threads/thread_annotations.hpp"

namespace pagedradix::detail {

class SlabLargeBlocks {
 public:
  SlabLargeBlocks() noexcept = default;
  SlabLargeBlocks(const SlabLargeBlocks&) = delete;
  SlabLargeBlocks& operator=(const SlabLargeBlocks&) = delete;

  /// What a block takes, its header included. Requires bytes <= PTRDIFF_MAX / 2.
  static constexpr std::size_t RoundUp(std::size_t bytes) noexcept {
    return sizeof(Header) + AlignUp(bytes, kBlockAlignment);
  }

  /// Throws std::bad_alloc.
  void* Allocate(std::size_t bytes) {
    if (bytes > PTRDIFF_MAX / 2) {
      throw std::bad_alloc();
    }
    // Only what is asked for, so that sanitizers know the block's end.
    void* const memory = ::operator new(sizeof(Header) + bytes, std::align_val_t{alignof(Header)});
    auto* const header = ::new (memory) Header;
    header->bytes = bytes;
    {
      const SpinLockGuard guard(lock_);
      blocks_.PushBack(header);
    }
    bytes_in_use_.fetch_add(RoundUp(bytes), std::memory_order_relaxed);  // A count.
    return header + 1;
  }

  /// Requires a live block and the bytes that it was allocated with.
  void Free(void* block, std::size_t bytes) noexcept {
    Header* const header = static_cast<Header*>(block) - 1;
    assert(header->bytes == bytes && "freed with another size than allocated");
    bytes_in_use_.fetch_sub(RoundUp(bytes), std::memory_order_relaxed);  // A count.
    {
      const SpinLockGuard guard(lock_);
      blocks_.Remove(header);
    }
    ::operator delete(header, std::align_val_t{alignof(Header)});
  }

  /// Frees all blocks.
  void FreeAll() noexcept {
    const SpinLockGuard guard(lock_);
    while (Header* const header = blocks_.PopFront()) {
      ::operator delete(header, std::align_val_t{alignof(Header)});
    }
    bytes_in_use_.store(0, std::memory_order_relaxed);
  }

  /// Sizes of the live blocks together, headers included.
  std::size_t BytesInUse() const noexcept {
    return bytes_in_use_.load(std::memory_order_relaxed);  // A count, orders nothing.
  }

 private:
  /// As large as a cache line, so that the block begins on one.
  struct alignas(64) Header {
    Header* prev = nullptr;
    Header* next = nullptr;
    std::size_t bytes = 0;
  };

  SpinLock lock_;
  std::atomic<std::size_t> bytes_in_use_{0};
  SlabRing<Header> blocks_ PAGEDRADIX_GUARDED_BY(lock_);
};

}  // namespace pagedradix::detail
