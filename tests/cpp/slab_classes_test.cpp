// The size classes of the slab heap.
#include "pagedradix/detail/memory/slab_classes.hpp"

#include <cstddef>

#include <gtest/gtest.h>

namespace pagedradix::detail {
namespace {

TEST(SlabClassesTest, EverySizeFitsItsClassAndNoSmallerOne) {
  for (std::size_t bytes = 1; bytes <= kMaxBlockBytes; ++bytes) {
    const std::size_t size_class = SlabClassOf(bytes);
    ASSERT_LT(size_class, kSlabClassCount);
    ASSERT_GE(SlabBlockBytes(size_class), bytes);
    if (size_class + 1 < kSlabClassCount) {
      ASSERT_LT(SlabBlockBytes(size_class + 1), bytes);
    }
  }
  EXPECT_EQ(SlabClassOf(0), kSlabClassCount - 1);
}

TEST(SlabClassesTest, SizesDescendInMultiplesOfTheAlignment) {
  for (std::size_t i = 0; i < kSlabClassCount; ++i) {
    EXPECT_EQ(SlabBlockBytes(i) % kBlockAlignment, 0U);
    if (i > 0) {
      EXPECT_LT(SlabBlockBytes(i), SlabBlockBytes(i - 1));
    }
  }
}

TEST(SlabClassesTest, LargeClassesDivideTheSlab) {
  EXPECT_EQ(SlabBlockBytes(0), 8144U);
  EXPECT_EQ(SlabBlockBytes(1), 7248U);
  for (std::size_t i = 0; SlabBlockBytes(i) > 2064; ++i) {
    // One block more would not fit if blocks were 64 bytes larger.
    EXPECT_LT(kSlabPayloadBytes / (SlabBlockBytes(i) + 64), SlabBlockCount(i));
  }
}

TEST(SlabClassesTest, EdgesOfWholePagesLeaveNothingOverInTheGrid) {
  constexpr std::size_t kHeader = 16;
  constexpr std::size_t kPageOf16 = 64;
  for (std::size_t pages = 4; kHeader + pages * kPageOf16 <= 2064; ++pages) {
    const std::size_t bytes = kHeader + pages * kPageOf16;
    EXPECT_EQ(SlabBlockBytes(SlabClassOf(bytes)), bytes);
  }
}

TEST(SlabClassesTest, NoMoreThanAboutAnEighthIsWasted) {
  for (std::size_t bytes = 1; bytes <= kMaxBlockBytes; ++bytes) {
    const std::size_t waste = SlabBlockBytes(SlabClassOf(bytes)) - bytes;
    if (bytes > 16) {
      ASSERT_TRUE(waste < 16 || waste * 1000 <= bytes * 126) << bytes;
    }
  }
  for (std::size_t i = 0; i < kSlabClassCount; ++i) {
    const std::size_t at_end = kSlabPayloadBytes - SlabBlockBytes(i) * SlabBlockCount(i);
    EXPECT_LT(at_end * 100, kSlabPayloadBytes * 3) << SlabBlockBytes(i);
  }
}

}  // namespace
}  // namespace pagedradix::detail
