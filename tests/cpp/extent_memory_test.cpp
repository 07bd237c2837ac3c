// Where extents come from: memory that is aligned and can be used up to its ends.
#include "pagedradix/detail/memory/extent_memory.hpp"

#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>

namespace pagedradix::detail {
namespace {

using Pages = ExtentMemory::Pages;

void ExpectUsable(const ExtentMemory& memory, std::size_t alignment) {
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory.Begin()) % alignment, 0U);
  memory.Begin()[0] = std::byte{1};
  memory.Begin()[memory.Bytes() - 1] = std::byte{2};
  EXPECT_EQ(memory.Begin()[0], std::byte{1});
  EXPECT_EQ(memory.Begin()[memory.Bytes() - 1], std::byte{2});
}

TEST(ExtentMemoryTest, IsAlignedToASlab) {
  for (const std::size_t slabs : {std::size_t{1}, std::size_t{3}, std::size_t{64}}) {
    ExpectUsable(ExtentMemory(slabs * kSlabBytes, Pages::kOrdinary), kSlabBytes);
    ExpectUsable(ExtentMemory(slabs * kSlabBytes, Pages::kHuge), kSlabBytes);
  }
}

#if defined(__linux__)
TEST(ExtentMemoryTest, WholeHugePagesAreAlignedToThem) {
  const ExtentMemory first(kHugePageBytes, Pages::kHuge);
  const ExtentMemory second(3 * kHugePageBytes, Pages::kHuge);
  ExpectUsable(first, kHugePageBytes);
  ExpectUsable(second, kHugePageBytes);
}
#endif

}  // namespace
}  // namespace pagedradix::detail
