// The allocator of one generation of a tree's content: nodes, edges, tokens, tables.
//
// Blocks of up to 8144 bytes come from slabs of their size class, larger ones from the system.
// Dropping the heap gives everything back at once, at a cost that goes by slabs and not by
// blocks: clearing a tree is dropping its heap. What lives in blocks must therefore be
// trivially destructible, or be destroyed before.
//
//   SlabPool pool;                              // outlives its heaps
//   SlabHeap heap(pool);
//   void* block = heap.Allocate(bytes);         // std::bad_alloc, and nothing has changed
//   heap.Free(block, bytes);                    // any thread, same bytes
//
// Thread safety: Allocate, Free and BytesInUse may be called from any thread at any time; the
// destructor runs alone. Threads are spread over shards, each with a lock of its own; a free
// takes the lock of the shard that the block's slab belongs to. A thread holds at most one of
// these locks, or the pool's, at a time. There is no per-thread state but a number, so threads
// come and go freely, and after fork() with no other thread inside the child can go on.
//
// Invariants: a slab that becomes empty goes back to the pool at once, for any size class.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "pagedradix/detail/memory/fault_injection.hpp"
#include "pagedradix/detail/memory/slab_classes.hpp"
#include "pagedradix/detail/memory/slab_header.hpp"
#include "pagedradix/detail/memory/slab_large.hpp"
#include "pagedradix/detail/memory/slab_poison.hpp"
#include "pagedradix/detail/memory/slab_pool.hpp"
#include "pagedradix/detail/memory/slab_ring.hpp"
#include "pagedradix/detail/memory/slab_shard.hpp"

namespace pagedradix::detail {

class SlabHeap {
 public:
  /// The largest block that comes from a slab; every larger one costs a call to the system.
  static constexpr std::size_t kMaxSmallBytes = kMaxBlockBytes;

  /// Takes no memory yet.
  explicit SlabHeap(SlabPool& pool) noexcept : pool_(pool) {}
  SlabHeap(const SlabHeap&) = delete;
  SlabHeap& operator=(const SlabHeap&) = delete;

  /// Gives all memory back, live blocks included.
  ~SlabHeap() {
    SlabRing<Slab> slabs;
    for (SlabShard& shard : shards_) {
      shard.DrainTo(slabs);
    }
    pool_.GiveBackAll(slabs);
    pool_.SubtractLargeBytes(large_.BytesInUse());
    large_.FreeAll();
  }

  /// What a block of so many bytes really occupies. Requires bytes <= PTRDIFF_MAX / 2.
  static constexpr std::size_t RoundUp(std::size_t bytes) noexcept {
    return bytes <= kMaxSmallBytes ? SlabBlockBytes(SlabClassOf(bytes))
                                   : SlabLargeBlocks::RoundUp(bytes);
  }

  /// A block aligned to 16 bytes, of RoundUp(bytes). Throws std::bad_alloc, and then nothing
  /// has changed. Zero bytes are served like one.
  void* Allocate(std::size_t bytes) {
    MaybeFailAllocation();
    if (bytes > kMaxSmallBytes) {
      return AllocateLarge(bytes);
    }
    const std::size_t size_class = SlabClassOf(bytes);
    SlabShard& shard = shards_[ThreadNumber() % kShards];
    void* const block = shard.TryAllocate(size_class, bytes);
    return block != nullptr ? block : shard.AllocateFrom(pool_.TakeSlab(), size_class, bytes);
  }

  /// Frees a block of this heap. Requires the bytes that it was allocated with.
  void Free(void* block, std::size_t bytes) noexcept {
    if (bytes > kMaxSmallBytes) {
      FreeLarge(block, bytes);
      return;
    }
    ReportIfPoisoned(block, bytes);
    Slab* const slab = Slab::Of(block);
    if (Slab* const empty = slab->Shard()->Free(slab, block, SlabClassOf(bytes))) {
      pool_.GiveBack(empty);
    }
  }

  /// RoundUp of all live blocks together; during changes by others, an approximation.
  std::size_t BytesInUse() const noexcept {
    std::size_t bytes = large_.BytesInUse();
    for (const SlabShard& shard : shards_) {
      bytes += shard.BytesInUse();
    }
    return bytes;
  }

 private:
  static constexpr std::size_t kShards = 16;

  /// Numbers threads in the order in which they first allocate, so that the first sixteen do
  /// not share a shard.
  static std::size_t ThreadNumber() noexcept {
    // Plain data, neither constructed nor destroyed: safe in a module that is unloaded.
    static thread_local std::size_t number = 0;  // 0: none yet.
    if (number == 0) {
      static std::atomic<std::size_t> last{0};
      number = last.fetch_add(1, std::memory_order_relaxed) + 1;  // A count, orders nothing.
    }
    return number;
  }

  void* AllocateLarge(std::size_t bytes) {
    void* const block = large_.Allocate(bytes);
    pool_.AddLargeBytes(RoundUp(bytes));
    return block;
  }

  void FreeLarge(void* block, std::size_t bytes) noexcept {
    pool_.SubtractLargeBytes(RoundUp(bytes));
    large_.Free(block, bytes);
  }

  SlabPool& pool_;
  SlabLargeBlocks large_;
  std::array<SlabShard, kShards> shards_;
};

}  // namespace pagedradix::detail
