// The slab allocator and its lock under several threads.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "pagedradix/detail/memory/slab_heap.hpp"
#include "pagedradix/detail/memory/slab_pool.hpp"
#include "pagedradix/detail/threads/spin_lock.hpp"
#include "slab_test_support.hpp"
#include "test_seed.hpp"

namespace pagedradix::detail {
namespace {

TEST(SlabHeapThreadsTest, BlocksMayBeFreedByAnyThread) {
  const std::uint64_t seed = test::FirstSeed();
  constexpr std::size_t kThreads = 4;
  const std::uint64_t steps = test::ScaledCount(20000);
  std::cout << "PAGEDRADIX_TEST_SEED=" << seed << '\n';
  struct Mailbox {
    std::mutex mutex;
    std::vector<Stamped> blocks;
  };
  SlabPool pool;
  SlabHeap heap(pool);
  std::array<Mailbox, kThreads> mailboxes;
  std::atomic<std::size_t> damaged{0};
  const auto receive = [&](std::size_t self) {
    std::vector<Stamped> received;
    {
      const std::scoped_lock guard(mailboxes[self].mutex);
      received.swap(mailboxes[self].blocks);
    }
    for (const Stamped& block : received) {
      damaged += block.IsIntact() ? 0 : 1;
      heap.Free(block.begin, block.bytes);
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t self = 0; self < kThreads; ++self) {
    threads.emplace_back([&, self] {
      std::mt19937_64 random(seed + self);
      for (std::uint64_t step = 0; step < steps; ++step) {
        const Stamped block = Stamped::Allocate(heap, RandomSize(random), step * kThreads + self);
        Mailbox& mailbox = mailboxes[random() % kThreads];
        {
          const std::scoped_lock guard(mailbox.mutex);
          mailbox.blocks.push_back(block);
        }
        if (random() % 32 == 0) {
          receive(self);
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (std::size_t i = 0; i < kThreads; ++i) {
    receive(i);
  }
  EXPECT_EQ(damaged.load(), 0U);
  EXPECT_EQ(heap.BytesInUse(), 0U);
  EXPECT_LE(pool.BytesHeld(), kKeptFree);
}

TEST(SlabHeapThreadsTest, ReservationsAndHeapsOfOnePoolRunSideBySide) {
  constexpr std::size_t kSizes = 20;
  SlabPool pool;
  std::vector<std::thread> threads;
  for (std::size_t self = 0; self < 4; ++self) {
    threads.emplace_back([&pool, self] {
      for (std::size_t round = 0; round < test::ScaledCount(20); ++round) {
        pool.Reserve((self + round % kSizes) * kMiB / 8);
        SlabHeap heap(pool);
        for (std::size_t i = 0; i < 2000; ++i) {
          static_cast<void>(Stamped::Allocate(heap, i % 700, i));
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  // Side by side they reserve no more than the largest of them asked for.
  EXPECT_GE(pool.BytesHeld(), 22 * kMiB / 8);
  EXPECT_LE(pool.BytesHeld(), 22 * kMiB / 8 + kKeptFree + 4 * kMiB);
}

#if defined(__unix__) || defined(__APPLE__)
TEST(SlabHeapThreadsTest, AfterForkTheChildCanGoOn) {
  SlabPool pool;
  SlabHeap heap(pool);
  const Stamped inherited = Stamped::Allocate(heap, 300, 1);
  const pid_t child = fork();
  ASSERT_NE(child, -1);
  if (child == 0) {
    bool intact = inherited.IsIntact();
    heap.Free(inherited.begin, inherited.bytes);
    for (std::uint64_t i = 0; i < 1000; ++i) {
      intact = Stamped::Allocate(heap, 5000, i).IsIntact() && intact;
    }
    _exit(intact ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(inherited.IsIntact());
}
#endif

TEST(SpinLockTest, OneThreadAtATime) {
  SpinLock lock;
  int counter = 0;  // Not atomic: the lock alone protects it.
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int step = 0; step < 20000; ++step) {
        const SpinLockGuard guard(lock);
        ++counter;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(counter, 80000);
  EXPECT_FALSE(lock.IsLocked());
}

}  // namespace
}  // namespace pagedradix::detail
