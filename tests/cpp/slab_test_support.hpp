// Blocks that know what they hold, for the tests of the slab allocator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>

#include "pagedradix/detail/memory/slab_heap.hpp"

namespace pagedradix::detail {

inline constexpr std::size_t kMiB = std::size_t{1} << 20;
// What a pool may keep free of what is not in use: see SlabPool.
inline constexpr std::size_t kKeptFree = 16 * kSlabBytes;

// A live block whose every byte tells which block it is.
struct Stamped {
  unsigned char* begin;
  std::size_t bytes;
  std::uint64_t id;

  static Stamped Allocate(SlabHeap& heap, std::size_t bytes, std::uint64_t id) {
    auto* const begin = static_cast<unsigned char*>(heap.Allocate(bytes));
    std::memset(begin, Stamp(id), bytes);
    if (bytes >= sizeof(id)) {
      std::memcpy(begin, &id, sizeof(id));
    }
    return {begin, bytes, id};
  }

  static int Stamp(std::uint64_t id) { return static_cast<int>(id % 251); }

  bool IsIntact() const {
    std::size_t offset = 0;
    if (bytes >= sizeof(id)) {
      std::uint64_t found = 0;
      std::memcpy(&found, begin, sizeof(found));
      if (found != id) {
        return false;
      }
      offset = sizeof(id);
    }
    for (; offset < bytes; ++offset) {
      if (begin[offset] != Stamp(id)) {
        return false;
      }
    }
    return true;
  }
};

// Mostly small sizes, some up to the largest class, a few beyond.
inline std::size_t RandomSize(std::mt19937_64& random) {
  switch (random() % 16) {
    case 0:
      return static_cast<std::size_t>(random() % 20000);
    case 1:
    case 2:
    case 3:
      return static_cast<std::size_t>(random() % (SlabHeap::kMaxSmallBytes + 1));
    default:
      return static_cast<std::size_t>(random() % 512);
  }
}

}  // namespace pagedradix::detail
