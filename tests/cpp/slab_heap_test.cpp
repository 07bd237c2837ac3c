// What a heap promises: blocks that are its own, and all of its memory back.
#include "pagedradix/detail/memory/slab_heap.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iostream>
#include <memory>
#include <new>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/detail/memory/slab_classes.hpp"
#include "pagedradix/detail/memory/slab_poison.hpp"
#include "pagedradix/detail/memory/slab_pool.hpp"
#include "slab_test_support.hpp"

namespace pagedradix::detail {
namespace {

TEST(SlabHeapTest, BlocksAreAlignedTo16Bytes) {
  SlabPool pool;
  SlabHeap heap(pool);
  for (std::size_t bytes = 0; bytes <= SlabHeap::kMaxSmallBytes + 100; ++bytes) {
    void* const block = heap.Allocate(bytes);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(block) % 16, 0U) << bytes;
    if (bytes % 2 == 0) {
      heap.Free(block, bytes);
    }
  }
}

TEST(SlabHeapTest, RoundUpIsWhatABlockOccupies) {
  SlabPool pool;
  SlabHeap heap(pool);
  static_assert(SlabHeap::RoundUp(8144) == 8144);
  static_assert(SlabHeap::RoundUp(8000) == 8144);
  static_assert(SlabHeap::RoundUp(1) == 32);
  for (const std::size_t bytes :
       std::initializer_list<std::size_t>{0, 1, 32, 33, 500, 1009, 8144, 8145, 100000}) {
    ASSERT_GE(SlabHeap::RoundUp(bytes), bytes);
    void* const block = heap.Allocate(bytes);
    EXPECT_EQ(heap.BytesInUse(), SlabHeap::RoundUp(bytes));
    heap.Free(block, bytes);
    EXPECT_EQ(heap.BytesInUse(), 0U);
  }
}

TEST(SlabHeapTest, RandomBlocksNeverOverlap) {
  constexpr std::uint64_t kSeed = 20261122;
  std::cout << "seed " << kSeed << '\n';
  std::mt19937_64 random(kSeed);
  SlabPool pool;
  SlabHeap heap(pool);
  std::vector<Stamped> live;
  std::size_t expected = 0;
  for (std::uint64_t step = 0; step < 60000; ++step) {
    // Grows and shrinks in turns, so that slabs fill up, empty and change their class.
    const bool growing = step / 10000 % 2 == 0;
    if (live.empty() || random() % 8 < (growing ? 5U : 3U)) {
      live.push_back(Stamped::Allocate(heap, RandomSize(random), step));
      expected += SlabHeap::RoundUp(live.back().bytes);
    } else {
      std::swap(live[random() % live.size()], live.back());
      ASSERT_TRUE(live.back().IsIntact()) << "step " << step;
      expected -= SlabHeap::RoundUp(live.back().bytes);
      heap.Free(live.back().begin, live.back().bytes);
      live.pop_back();
    }
    ASSERT_EQ(heap.BytesInUse(), expected);
  }
  for (const Stamped& block : live) {
    EXPECT_TRUE(block.IsIntact());
    heap.Free(block.begin, block.bytes);
  }
  EXPECT_EQ(heap.BytesInUse(), 0U);
  EXPECT_LE(pool.BytesHeld(), kKeptFree);
}

TEST(SlabHeapTest, EveryClassFillsSlabsWithoutOverlap) {
  SlabPool pool;
  SlabHeap heap(pool);
  for (std::size_t size_class = 0; size_class < kSlabClassCount; ++size_class) {
    const std::size_t bytes = SlabBlockBytes(size_class);
    std::vector<Stamped> blocks;
    for (std::size_t i = 0; i < 2 * SlabBlockCount(size_class) + 1; ++i) {
      blocks.push_back(Stamped::Allocate(heap, bytes, i));
    }
    std::set<std::uintptr_t> slabs;
    for (const Stamped& block : blocks) {
      ASSERT_TRUE(block.IsIntact());
      slabs.insert(reinterpret_cast<std::uintptr_t>(block.begin) / kSlabBytes);
    }
    ASSERT_EQ(slabs.size(), 3U) << bytes;
    for (const Stamped& block : blocks) {
      heap.Free(block.begin, bytes);
    }
  }
}

TEST(SlabHeapTest, ASmallTreeTakesOneSlab) {
  SlabPool pool;
  SlabHeap heap(pool);
  EXPECT_EQ(pool.BytesHeld(), 0U);
  static_cast<void>(heap.Allocate(100));
  EXPECT_EQ(pool.BytesHeld(), kSlabBytes);
}

TEST(SlabHeapTest, FreedSlabsServeEveryClass) {
  SlabPool pool;
  SlabHeap heap(pool);
  const auto fill = [&](std::size_t bytes) {
    std::vector<void*> blocks(4 * kMiB / SlabHeap::RoundUp(bytes));
    for (void*& block : blocks) {
      block = heap.Allocate(bytes);
    }
    return blocks;
  };
  pool.Reserve(5 * kMiB);  // Keeps the free slabs, so that only their use is tested.
  const std::size_t held = pool.BytesHeld();
  for (const std::size_t bytes : std::initializer_list<std::size_t>{8144, 40, 300, 2000, 8144}) {
    for (void* const block : fill(bytes)) {
      heap.Free(block, bytes);
    }
    EXPECT_EQ(pool.BytesHeld(), held) << bytes;
  }
}

TEST(SlabHeapTest, FreedBlocksServeAgain) {
  SlabPool pool;
  SlabHeap heap(pool);
  std::vector<void*> blocks;
  for (int i = 0; i < 10000; ++i) {
    blocks.push_back(heap.Allocate(200));
  }
  const std::size_t held = pool.BytesHeld();
  for (int round = 0; round < 5; ++round) {
    for (std::size_t i = 0; i < blocks.size(); i += 2) {
      heap.Free(blocks[i], 200);
    }
    for (std::size_t i = 0; i < blocks.size(); i += 2) {
      blocks[i] = heap.Allocate(200);
    }
  }
  EXPECT_EQ(pool.BytesHeld(), held);
}

TEST(SlabHeapTest, DroppingTheHeapReturnsItsMemoryToTheSystem) {
  SlabPool pool;
  {
    SlabHeap heap(pool);
    for (int i = 0; i < 200000; ++i) {
      static_cast<void>(heap.Allocate(static_cast<std::size_t>(i % 1000)));
    }
    for (int i = 0; i < 10; ++i) {
      static_cast<void>(heap.Allocate(kMiB));
    }
    EXPECT_GT(pool.BytesHeld(), 100 * kMiB);
  }
  EXPECT_LE(pool.BytesHeld(), kKeptFree);
}

TEST(SlabHeapTest, FreeingAllBlocksReturnsTheirMemoryToTheSystem) {
  SlabPool pool;
  SlabHeap heap(pool);
  std::vector<void*> blocks(100000);
  for (void*& block : blocks) {
    block = heap.Allocate(500);
  }
  EXPECT_GT(pool.BytesHeld(), 50 * kMiB);
  for (void* const block : blocks) {
    heap.Free(block, 500);
  }
  EXPECT_LE(pool.BytesHeld(), kKeptFree);
}

TEST(SlabHeapTest, HeapsOfOnePoolAreIndependent) {
  SlabPool pool;
  auto first = std::make_unique<SlabHeap>(pool);
  SlabHeap second(pool);
  std::vector<Stamped> kept;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    static_cast<void>(Stamped::Allocate(*first, 300, i));
    kept.push_back(Stamped::Allocate(second, 300, i));
  }
  first.reset();
  SlabHeap third(pool);
  for (std::uint64_t i = 0; i < 5000; ++i) {
    static_cast<void>(Stamped::Allocate(third, 700, i));
  }
  for (const Stamped& block : kept) {
    EXPECT_TRUE(block.IsIntact());
  }
  EXPECT_EQ(second.BytesInUse(), 5000 * SlabHeap::RoundUp(300));
}

TEST(SlabHeapTest, LargeBlocksComeAndGoOneByOne) {
  SlabPool pool;
  SlabHeap heap(pool);
  std::vector<Stamped> blocks;
  std::size_t expected = 0;
  for (std::uint64_t i = 0; i < 50; ++i) {
    blocks.push_back(Stamped::Allocate(heap, SlabHeap::kMaxSmallBytes + 1 + i * 1000, i));
    expected += SlabHeap::RoundUp(blocks.back().bytes);
  }
  EXPECT_EQ(heap.BytesInUse(), expected);
  EXPECT_EQ(pool.BytesHeld(), expected);
  for (std::size_t i = 0; i < 50; i += 2) {
    EXPECT_TRUE(blocks[i].IsIntact());
    expected -= SlabHeap::RoundUp(blocks[i].bytes);
    heap.Free(blocks[i].begin, blocks[i].bytes);
  }
  EXPECT_EQ(heap.BytesInUse(), expected);
  EXPECT_EQ(pool.BytesHeld(), expected);
}

#ifdef PAGEDRADIX_ADDRESS_SANITIZER
TEST(SlabHeapTest, TheSanitizerSeesTheEndOfABlockAndFreeBlocks) {
  SlabPool pool;
  SlabHeap heap(pool);
  auto* const block = static_cast<unsigned char*>(heap.Allocate(100));
  EXPECT_EQ(__asan_region_is_poisoned(block, 100), nullptr);
  EXPECT_TRUE(__asan_address_is_poisoned(block + 100));
  static_cast<void>(heap.Allocate(100));
  heap.Free(block, 100);
  EXPECT_TRUE(__asan_address_is_poisoned(block));
  // Freed blocks are the last to be used again.
  for (std::size_t i = 2; i < SlabBlockCount(SlabClassOf(100)); ++i) {
    EXPECT_NE(heap.Allocate(100), block);
  }
  EXPECT_EQ(heap.Allocate(100), block);
  heap.Free(block, 100);
  EXPECT_DEATH(heap.Free(block, 100), "use-after-poison");
}
#endif

TEST(SlabHeapTest, ImpossibleSizesThrow) {
  SlabPool pool;
  SlabHeap heap(pool);
  EXPECT_THROW(static_cast<void>(heap.Allocate(SIZE_MAX)), std::bad_alloc);
  EXPECT_THROW(static_cast<void>(heap.Allocate(SIZE_MAX - 64)), std::bad_alloc);
  EXPECT_THROW(pool.Reserve(SIZE_MAX), std::bad_alloc);
  EXPECT_EQ(heap.BytesInUse(), 0U);
  EXPECT_EQ(pool.BytesHeld(), 0U);
}

}  // namespace
}  // namespace pagedradix::detail
