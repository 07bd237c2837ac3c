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
  EXPECT_EQ(SlabBlockBytes(0), 8176U);
  EXPECT_EQ(SlabBlockBytes(1), 7264U);
  for (std::size_t blocks = 8; blocks <= 64; ++blocks) {
    EXPECT_EQ(SlabBlockBytes(blocks - 8), kSlabPayloadBytes / blocks / 16 * 16);
    EXPECT_EQ(SlabBlockCount(blocks - 8), blocks);
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
    EXPECT_LT(at_end * 50, kSlabPayloadBytes) << SlabBlockBytes(i);
  }
}

}  // namespace
}  // namespace pagedradix::detail
