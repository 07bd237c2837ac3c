// Where an extent's memory comes from.
//
// What a tree grows by comes from operator new. What is reserved ahead of use is mapped by itself,
// and the system is asked to back it with huge pages: they are found with fewer misses of the TLB,
// and given back as fast as they can be unmapped. They are not for growth: an insert would have to
// wait until the system has found and cleared 2 MiB. Where there are no such calls, all is operator
// new.
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

/// Memory aligned to a slab, taken from the system for as long as this lives.
class ExtentMemory {
 public:
  enum class Pages { kOrdinary, kHuge };

  /// Takes memory, not touched yet; in huge pages only if it can be whole ones. Throws
  /// std::bad_alloc.
  ExtentMemory(std::size_t bytes, [[maybe_unused]] Pages pages) : bytes_(bytes) {
#if defined(__linux__)
    if (pages == Pages::kHuge && bytes % kHugePageBytes == 0) {
      mapped_ = true;
      begin_ = Map(bytes);
      return;
    }
#endif
    begin_ = ::operator new(bytes, std::align_val_t{kSlabBytes});
  }
  ~ExtentMemory() {
#if defined(__linux__)
    if (mapped_) {
      ::munmap(begin_, bytes_);
      return;
    }
#endif
    ::operator delete(begin_, std::align_val_t{kSlabBytes});
  }
  ExtentMemory(const ExtentMemory&) = delete;
  ExtentMemory& operator=(const ExtentMemory&) = delete;

  std::byte* Begin() const noexcept { return static_cast<std::byte*>(begin_); }
  std::size_t Bytes() const noexcept { return bytes_; }

 private:
#if defined(__linux__)
  static void* Map(std::size_t bytes) {
    // The system aligns to small pages; what is left over at the ends goes back.
    void* const mapped = ::mmap(nullptr, bytes + kHugePageBytes, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    auto* const first = static_cast<std::byte*>(mapped);
    const auto address = reinterpret_cast<std::uintptr_t>(first);
    const std::size_t before = AlignUp(address, kHugePageBytes) - address;
    if (before != 0) ::munmap(first, before);
    ::munmap(first + before + bytes, kHugePageBytes - before);
#if defined(MADV_HUGEPAGE)
    // A wish: kernels without huge pages refuse it, and nothing is lost.
    ::madvise(first + before, bytes, MADV_HUGEPAGE);
#endif
    return first + before;
  }

  bool mapped_ = false;
#endif
  void* begin_ = nullptr;
  std::size_t bytes_;
};

}  // namespace pagedradix::detail
