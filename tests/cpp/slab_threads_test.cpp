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

#include "pagedradix/detail/slab_heap.hpp"
#include "pagedradix/detail/slab_pool.hpp"
#include "pagedradix/detail/spin_lock.hpp"
#include "slab_test_support.hpp"

namespace pagedradix::detail {
namespace {

TEST(SlabHeapThreadsTest, BlocksMayBeFreedByAnyThread) {
  constexpr std::uint64_t kSeed = 424242;
  constexpr std::size_t kThreads = 4;
  constexpr std::uint64_t kSteps = 20000;
  std::cout << "seed " << kSeed << '\n';
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
      const std::lock_guard<std::mutex> guard(mailboxes[self].mutex);
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
      std::mt19937_64 random(kSeed + self);
      for (std::uint64_t step = 0; step < kSteps; ++step) {
        const Stamped block = Stamped::Allocate(heap, RandomSize(random), step * kThreads + self);
        Mailbox& mailbox = mailboxes[random() % kThreads];
        {
          const std::lock_guard<std::mutex> guard(mailbox.mutex);
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
  SlabPool pool;
  std::vector<std::thread> threads;
  for (std::size_t self = 0; self < 4; ++self) {
    threads.emplace_back([&pool, self] {
      for (std::size_t round = 0; round < 20; ++round) {
        pool.Reserve((self + round) * kMiB / 8);
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

TEST(SpinLockTest, TryLockFailsWhileHeld) {
  SpinLock lock;
  ASSERT_TRUE(lock.TryLock());
  EXPECT_FALSE(lock.TryLock());
  lock.Unlock();
  EXPECT_TRUE(lock.TryLock());
  lock.Unlock();
}

}  // namespace
}  // namespace pagedradix::detail
