// What a pool promises: reservations, growth and giving back.
#include "pagedradix/detail/memory/slab_pool.hpp"

#include <cstddef>
#include <cstdint>
#include <new>

#include <gtest/gtest.h>

#include "pagedradix/detail/memory/slab_classes.hpp"
#include "pagedradix/detail/memory/slab_heap.hpp"
#include "pagedradix/detail/memory/slab_poison.hpp"
#include "slab_test_support.hpp"

namespace pagedradix::detail {
namespace {

TEST(SlabPoolTest, WithinTheReservationNothingMoreIsTaken) {
  SlabPool pool;
  pool.Reserve(20 * kMiB);
  const std::size_t held = pool.BytesHeld();
  EXPECT_GE(held, 20 * kMiB);
  EXPECT_LE(held, 20 * kMiB + kMiB);
  for (std::size_t size_class = 0; size_class < kSlabClassCount; size_class += 5) {
    const std::size_t bytes = SlabBlockBytes(size_class);
    SlabHeap heap(pool);
    while (heap.BytesInUse() + bytes <= 20 * kMiB) {
      static_cast<void>(heap.Allocate(bytes));
    }
    EXPECT_EQ(pool.BytesHeld(), held);
  }
  EXPECT_EQ(pool.BytesHeld(), held);
}

// Sanitizers abort on such a request instead of refusing it.
#if !defined(PAGEDRADIX_ADDRESS_SANITIZER) && !defined(__SANITIZE_THREAD__) && \
    SIZE_MAX > 0xFFFFFFFFU
TEST(SlabPoolTest, AnImpossibleReservationIsRefusedBeforeMemoryRunsOut) {
  SlabPool pool;
  pool.Reserve(kMiB);
  const std::size_t held = pool.BytesHeld();
  EXPECT_THROW(pool.Reserve(std::size_t{1} << 48), std::bad_alloc);
  EXPECT_EQ(pool.BytesHeld(), held);
}
#endif

TEST(SlabPoolTest, AReservationCountsWhatIsHeldAlready) {
  SlabPool pool;
  pool.Reserve(4 * kMiB);
  const std::size_t held = pool.BytesHeld();
  pool.Reserve(kMiB);
  pool.Reserve(4 * kMiB);
  EXPECT_EQ(pool.BytesHeld(), held);
  pool.Reserve(0);
  EXPECT_EQ(pool.BytesHeld(), held);
}

TEST(SlabPoolTest, AReservationFaultsInWhatWasTakenAhead) {
  SlabPool pool;
  SlabHeap heap(pool);
  for (int i = 0; i < 3 * 8; ++i) {
    static_cast<void>(Stamped::Allocate(heap, 8144, 1));
  }
  const std::size_t held = pool.BytesHeld();
  EXPECT_EQ(held, 4 * kSlabBytes);  // 1, 1 and 2 slabs: one is free and was never used.
  pool.Reserve(4 * kSlabLeastFillBytes);
  EXPECT_EQ(pool.BytesHeld(), held);
  for (int i = 0; i < 8; ++i) {
    static_cast<void>(Stamped::Allocate(heap, 8144, 1));
  }
  EXPECT_EQ(pool.BytesHeld(), held);
}

TEST(SlabPoolTest, BeyondTheReservationThePoolStillGrowsAndShrinks) {
  SlabPool pool;
  pool.Reserve(2 * kMiB);
  const std::size_t reserved = pool.BytesHeld();
  {
    SlabHeap heap(pool);
    for (int i = 0; i < 2000; ++i) {
      static_cast<void>(heap.Allocate(8000));
    }
    EXPECT_GT(pool.BytesHeld(), 15 * kMiB);
  }
  EXPECT_GE(pool.BytesHeld(), reserved);
  // An extent goes as a whole or not at all.
  EXPECT_LE(pool.BytesHeld(), reserved + kKeptFree + 4 * kMiB);
}

}  // namespace
}  // namespace pagedradix::detail
