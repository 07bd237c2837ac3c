// A slab: 64 KiB cut into blocks of one size, with this header in its first 64 bytes.
//
// Slabs are aligned to their size, so a block's address leads to the header. Blocks that were
// never handed out are not touched: a new slab costs one page until it is used.
//
// Thread safety: none of its own. A slab belongs to the pool (whose lock covers it) or to one
// shard of a heap (whose lock covers it). Shard() alone is read without the lock: it is set
// before the slab's first block is handed out and stays until the last is freed.
//
// Invariants: used_ blocks are live; the others are on the free list or were never handed
// out (they lie beyond fresh_offset_).
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

#include "pagedradix/detail/memory/slab_classes.hpp"
#include "pagedradix/detail/memory/slab_poison.hpp"

namespace pagedradix::detail {

class SlabExtent;
class SlabShard;

class alignas(kSlabHeaderBytes) Slab {
 public:
  explicit Slab(SlabExtent* extent) noexcept : extent_(extent) {}
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;

  /// The slab that a block lies in.
  static Slab* Of(void* block) noexcept {
    const auto offset = reinterpret_cast<std::uintptr_t>(block) & (kSlabBytes - 1);
    assert(offset >= kSlabHeaderBytes && offset % kBlockAlignment == 0);
    return std::launder(reinterpret_cast<Slab*>(static_cast<std::byte*>(block) - offset));
  }

  SlabExtent* Extent() const noexcept { return extent_; }
  SlabShard* Shard() const noexcept { return shard_; }
  std::size_t SizeClass() const noexcept { return size_class_; }
  std::size_t BlockBytes() const noexcept { return block_bytes_; }
  bool IsFull() const noexcept { return used_ == capacity_; }
  bool IsEmpty() const noexcept { return used_ == 0; }

  /// Makes an unused slab serve one size class for a shard.
  void Format(SlabShard* shard, std::size_t size_class) noexcept {
    shard_ = shard;
    free_front_ = nullptr;
    free_back_ = nullptr;
    fresh_offset_ = static_cast<std::uint32_t>(kSlabHeaderBytes);
    block_bytes_ = static_cast<std::uint16_t>(SlabBlockBytes(size_class));
    capacity_ = static_cast<std::uint16_t>(SlabBlockCount(size_class));
    used_ = 0;
    size_class_ = static_cast<std::uint8_t>(size_class);
  }

  /// Hands out a block, of which the caller will use `bytes`. Requires that the slab is not
  /// full.
  void* TakeBlock(std::size_t bytes) noexcept {
    assert(!IsFull() && bytes <= block_bytes_);
    ++used_;
    // The block freed last is the one most likely in cache. Where free blocks are watched,
    // though, those freed should stay free for as long as possible.
    const bool reuse = kPoisonsFreeBlocks ? !HasFresh() : free_front_ != nullptr;
    void* const block = reuse ? PopFreeBlock() : TakeFreshBlock();
    UnpoisonMemory(block, bytes);
    return block;
  }

  /// Takes back a block of this slab.
  void PutBlock(void* block) noexcept {
    assert(!IsEmpty());
    --used_;
    UnpoisonMemory(block, sizeof(FreeBlock));
    if constexpr (kPoisonsFreeBlocks) {
      AppendFreeBlock(::new (block) FreeBlock{nullptr});
    } else {
      free_front_ = ::new (block) FreeBlock{free_front_};
    }
    PoisonMemory(block, block_bytes_);
  }

  /// Writes to every page, so that the system has found the memory behind it. Requires that
  /// no block is live.
  void FaultIn() noexcept {
    auto* const begin = reinterpret_cast<std::byte*>(this);
    UnpoisonMemory(begin + kSlabHeaderBytes, kSlabPayloadBytes);
    // The header's page has been written to.
    for (std::size_t offset = kPageBytes; offset < kSlabBytes; offset += kPageBytes) {
      *static_cast<volatile std::byte*>(begin + offset) = std::byte{0};
    }
    PoisonMemory(begin + kSlabHeaderBytes, kSlabPayloadBytes);
  }

  /// Links of the list that the slab is on: of its shard, or of its extent's free slabs.
  Slab* prev = nullptr;
  Slab* next = nullptr;

 private:
  struct FreeBlock {
    FreeBlock* next;
  };

  /// The smallest page in use anywhere; larger ones are written to more than once.
  static constexpr std::size_t kPageBytes = 4096;

  bool HasFresh() const noexcept { return fresh_offset_ + block_bytes_ <= kSlabBytes; }

  void* TakeFreshBlock() noexcept {
    void* const block = reinterpret_cast<std::byte*>(this) + fresh_offset_;
    fresh_offset_ += block_bytes_;
    return block;
  }

  void* PopFreeBlock() noexcept {
    FreeBlock* const block = free_front_;
    UnpoisonMemory(block, sizeof(FreeBlock));
    free_front_ = block->next;
    if (free_front_ == nullptr) {
      free_back_ = nullptr;
    }
    PoisonMemory(block, sizeof(FreeBlock));
    return block;
  }

  void AppendFreeBlock(FreeBlock* block) noexcept {
    if (free_back_ == nullptr) {
      free_front_ = block;
    } else {
      UnpoisonMemory(free_back_, sizeof(FreeBlock));
      free_back_->next = block;
      PoisonMemory(free_back_, sizeof(FreeBlock));
    }
    free_back_ = block;
  }

  SlabExtent* extent_;
  SlabShard* shard_ = nullptr;
  FreeBlock* free_front_ = nullptr;
  FreeBlock* free_back_ = nullptr;  // Kept only where blocks are reused oldest first.
  std::uint32_t fresh_offset_ = 0;
  std::uint16_t block_bytes_ = 0;
  std::uint16_t capacity_ = 0;
  std::uint16_t used_ = 0;
  std::uint8_t size_class_ = 0;
};

static_assert(sizeof(Slab) == kSlabHeaderBytes, "blocks begin right behind the header");
static_assert(std::is_trivially_destructible_v<Slab>, "slabs are given back in bulk");

}  // namespace pagedradix::detail
