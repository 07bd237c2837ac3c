// Where an extent's memory comes from.
//
// Extents of whole huge pages are mapped by themselves, and the system is asked to back them with
// huge pages: a tree larger than the processor's caches is then built with a 512th of the page
// faults, found with fewer misses of the TLB, and given back as fast as it can be unmapped. Where
// there is no such call, and for smaller extents, they come from operator new.
//
// Thread safety: all of it; nothing is shared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include "pagedradix/detail/memory/slab_classes.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace pagedradix::detail {

/// A huge page of x86-64, and of 64-bit Arm with pages of 4 KiB. Only a matter of speed.
inline constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

namespace extent_memory {

inline bool IsMapped([[maybe_unused]] std::size_t bytes) noexcept {
#if defined(__linux__)
  return bytes % kHugePageBytes == 0;
#else
  return false;
#endif
}

#if defined(__linux__)
inline void* Map(std::size_t bytes) {
  // The system aligns to small pages; what is left over at the ends goes back.
  const std::size_t mapped_bytes = bytes + kHugePageBytes;
  void* const mapped =
      ::mmap(nullptr, mapped_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  auto* const begin = static_cast<std::byte*>(mapped);
  const std::size_t before = AlignUp(reinterpret_cast<std::uintptr_t>(begin), kHugePageBytes) -
                             reinterpret_cast<std::uintptr_t>(begin);
  if (before != 0) ::munmap(begin, before);
  ::munmap(begin + before + bytes, kHugePageBytes - before);
#if defined(MADV_HUGEPAGE)
  // A wish: kernels without huge pages refuse it, and nothing is lost.
  ::madvise(begin + before, bytes, MADV_HUGEPAGE);
#endif
  return begin + before;
}
#endif

}  // namespace extent_memory

/// Memory aligned to a slab, not touched yet. Throws std::bad_alloc.
inline void* TakeExtentMemory(std::size_t bytes) {
#if defined(__linux__)
  if (extent_memory::IsMapped(bytes)) return extent_memory::Map(bytes);
#endif
  return ::operator new(bytes, std::align_val_t{kSlabBytes});
}

/// Gives back what TakeExtentMemory gave for as many bytes.
inline void GiveExtentMemoryBack(void* memory, [[maybe_unused]] std::size_t bytes) noexcept {
#if defined(__linux__)
  if (extent_memory::IsMapped(bytes)) {
    ::munmap(memory, bytes);
    return;
  }
#endif
  ::operator delete(memory, std::align_val_t{kSlabBytes});
}

}  // namespace pagedradix::detail
