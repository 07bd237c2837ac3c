// Makes AddressSanitizer see free blocks: to it, slabs are live memory of one owner.
//
// Without the sanitizer all of it is empty.
//
// Thread safety: the functions touch only the sanitizer's notes on the given range; ranges
// that threads treat at the same time must not overlap.
//
// Invariants: of a slab, the header and the bytes asked for of live blocks are addressable;
// the rest is poisoned, in the pool as in a heap.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define PAGEDRADIX_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PAGEDRADIX_ADDRESS_SANITIZER 1
#endif
#endif

#ifdef PAGEDRADIX_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace pagedradix::detail {

#ifdef PAGEDRADIX_ADDRESS_SANITIZER

/// Whether free blocks are poisoned, so that reuse should come as late as possible.
inline constexpr bool kPoisonsFreeBlocks = true;

inline void PoisonMemory(const volatile void* begin, std::size_t bytes) noexcept {
  __asan_poison_memory_region(begin, bytes);
}
inline void UnpoisonMemory(const volatile void* begin, std::size_t bytes) noexcept {
  __asan_unpoison_memory_region(begin, bytes);
}
/// Has the sanitizer report a block that is freed a second time. A block of no bytes is
/// poisoned from its first byte, so it cannot be told apart.
inline void ReportIfPoisoned(const volatile void* block, std::size_t bytes) noexcept {
  if (bytes != 0) {
    static_cast<void>(*static_cast<const volatile unsigned char*>(block));
  }
}

#else

inline constexpr bool kPoisonsFreeBlocks = false;

inline void PoisonMemory(const volatile void*, std::size_t) noexcept {}
inline void UnpoisonMemory(const volatile void*, std::size_t) noexcept {}
inline void ReportIfPoisoned(const volatile void*, std::size_t) noexcept {}

#endif

}  // namespace pagedradix::detail
