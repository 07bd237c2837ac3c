// The size classes of the slab heap: which block size serves a request.
//
// A slab serves blocks of one size. What fills a tree are edges: a header of 16 bytes and whole
// pages of tokens, 64 bytes in the usual case. So from 272 bytes on every size is 16 bytes and a
// multiple of 32 or 64, which such edges fill without a rest. Large classes are the largest of
// which a slab holds 8, 9, ... blocks; below 2064 bytes a grid serves as well, because what is left
// over at a slab's end is less than one block: steps of 64 bytes down to 528, of 32 down to 272, of
// 16 down to 32. So a block exceeds its request by about an eighth at most, or by 15 bytes where
// that is more (a request of less than 32 bytes gets 32).
//
// Thread safety: constants only.
//
// Invariants: sizes are multiples of kBlockAlignment and strictly descend with the class
// index; SlabClassOf gives the smallest size that fits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace pagedradix::detail {

/// A slab is as large as it is aligned: masking a block's address finds its slab.
inline constexpr std::size_t kSlabBytes = 65536;
/// Taken by the slab's own header; the rest are blocks.
inline constexpr std::size_t kSlabHeaderBytes = 64;
inline constexpr std::size_t kSlabPayloadBytes = kSlabBytes - kSlabHeaderBytes;
inline constexpr std::size_t kBlockAlignment = 16;
inline constexpr std::size_t kMaxBlockBytes = 8144;
inline constexpr std::size_t kMinBlockBytes = 32;

/// Rounds up to a multiple of `alignment`, a power of two.
constexpr std::size_t AlignUp(std::size_t bytes, std::size_t alignment) noexcept {
  return (bytes + alignment - 1) & ~(alignment - 1);
}

namespace slab_classes {

/// What an edge has before its tokens, and the unit that its tokens come in.
inline constexpr std::size_t kHeadBytes = 16;
inline constexpr std::size_t kUnitBytes = 64;

/// The largest block of which a slab holds this many.
constexpr std::size_t LargestBlockFor(std::size_t blocks) noexcept {
  return (kSlabPayloadBytes / blocks - kHeadBytes) / kUnitBytes * kUnitBytes + kHeadBytes;
}

/// Where the division ends: below, one more block in a slab takes less than a unit off the size.
inline constexpr std::size_t kLeastDividedBytes = LargestBlockFor(31);

/// The block size of the class below one of `size` bytes; 0 below the last.
constexpr std::size_t NextSmaller(std::size_t size) noexcept {
  if (size > kLeastDividedBytes) {
    return LargestBlockFor(kSlabPayloadBytes / size + 1);
  }
  const std::size_t step = size > 528 ? 64 : size > 272 ? 32 : 16;
  return size > kMinBlockBytes ? size - step : 0;
}

constexpr std::size_t CountClasses() noexcept {
  std::size_t count = 0;
  for (std::size_t size = kMaxBlockBytes; size != 0; size = NextSmaller(size)) {
    ++count;
  }
  return count;
}

inline constexpr std::size_t kCount = CountClasses();

constexpr std::array<std::uint16_t, kCount> MakeSizes() noexcept {
  std::array<std::uint16_t, kCount> sizes{};
  std::size_t size = kMaxBlockBytes;
  for (std::size_t index = 0; index < kCount; ++index) {
    sizes[index] = static_cast<std::uint16_t>(size);
    size = NextSmaller(size);
  }
  return sizes;
}

inline constexpr std::array<std::uint16_t, kCount> kSizes = MakeSizes();

/// Requests are told apart in units of the alignment.
inline constexpr std::size_t kUnits = kMaxBlockBytes / kBlockAlignment + 1;

constexpr std::array<std::uint8_t, kUnits> MakeClassOfUnits() noexcept {
  std::array<std::uint8_t, kUnits> class_of{};
  std::size_t index = kCount - 1;
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    if (unit * kBlockAlignment > kSizes[index]) {
      --index;
    }
    class_of[unit] = static_cast<std::uint8_t>(index);
  }
  return class_of;
}

inline constexpr std::array<std::uint8_t, kUnits> kClassOfUnits = MakeClassOfUnits();

constexpr std::size_t LeastFill() noexcept {
  std::size_t least = kSlabPayloadBytes;
  for (const std::size_t size : kSizes) {
    const std::size_t fill = kSlabPayloadBytes / size * size;
    least = fill < least ? fill : least;
  }
  return least;
}

}  // namespace slab_classes

/// How many classes there are. Class 0 has the largest blocks.
inline constexpr std::size_t kSlabClassCount = slab_classes::kCount;

/// Bytes of a block of this class.
constexpr std::size_t SlabBlockBytes(std::size_t size_class) noexcept {
  return slab_classes::kSizes[size_class];
}

/// Blocks of this class in a slab.
constexpr std::size_t SlabBlockCount(std::size_t size_class) noexcept {
  return kSlabPayloadBytes / SlabBlockBytes(size_class);
}

/// The class that serves a request. Requires bytes <= kMaxBlockBytes.
constexpr std::size_t SlabClassOf(std::size_t bytes) noexcept {
  return slab_classes::kClassOfUnits[(bytes + kBlockAlignment - 1) / kBlockAlignment];
}

/// What a full slab holds at least, of whatever class it is.
inline constexpr std::size_t kSlabLeastFillBytes = slab_classes::LeastFill();

static_assert(kSlabLeastFillBytes * 100 > kSlabBytes * 97, "slabs are well used");
static_assert(slab_classes::LargestBlockFor(8) == kMaxBlockBytes, "eight of the largest");
static_assert(kSlabClassCount <= 256, "a class index fits a byte");
static_assert(slab_classes::kSizes[kSlabClassCount - 1] == kMinBlockBytes, "down to the least");

}  // namespace pagedradix::detail
