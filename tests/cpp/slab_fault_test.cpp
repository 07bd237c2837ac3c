// Injected allocation failures leave the slab allocator as it was.
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <new>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "failing_new.hpp"
#include "pagedradix/detail/memory/fault_injection.hpp"
#include "pagedradix/detail/memory/slab_heap.hpp"
#include "pagedradix/detail/memory/slab_pool.hpp"
#include "slab_test_support.hpp"

namespace pagedradix::detail {
namespace {

TEST(FaultInjectionTest, ExactlyTheNthAllocationFails) {
  SlabPool pool;
  SlabHeap heap(pool);
  static_cast<void>(heap.Allocate(64));
  const std::uint64_t before = fault_injection::FailureCount();
  {
    const fault_injection::ScopedFailure failure(3);
    static_cast<void>(heap.Allocate(64));
    static_cast<void>(heap.Allocate(64));
    EXPECT_THROW(static_cast<void>(heap.Allocate(64)), std::bad_alloc);
    static_cast<void>(heap.Allocate(64));
  }
  EXPECT_EQ(fault_injection::FailureCount(), before + 1);
}

TEST(FaultInjectionTest, FailFromFailsUntilDisarmed) {
  SlabPool pool;
  SlabHeap heap(pool);
  static_cast<void>(heap.Allocate(64));
  fault_injection::FailFrom(2);
  static_cast<void>(heap.Allocate(64));
  EXPECT_THROW(static_cast<void>(heap.Allocate(64)), std::bad_alloc);
  EXPECT_THROW(static_cast<void>(heap.Allocate(9000)), std::bad_alloc);
  fault_injection::Disarm();
  static_cast<void>(heap.Allocate(64));
}

TEST(FaultInjectionTest, WhatTheStandardLibraryAllocatesFailsTooWhereATestWantsIt) {
  {
    const test::ScopedFailureAnywhere failure(2);
    const std::vector<int> first(10);
    EXPECT_THROW(std::vector<int>(10), std::bad_alloc);
    const std::vector<int> third(10);
  }
  const fault_injection::ScopedFailure failure(1);
  EXPECT_NO_THROW(std::vector<int>(10));
}

TEST(FaultInjectionTest, WhatOneThreadArmsFailsForNoOther) {
  SlabPool pool;
  SlabHeap heap(pool);
  const fault_injection::ScopedFailure failure(1);
  std::thread([&] { EXPECT_NO_THROW(static_cast<void>(heap.Allocate(64))); }).join();
  EXPECT_THROW(static_cast<void>(heap.Allocate(64)), std::bad_alloc);
}

TEST(FaultInjectionTest, AFailedAllocationChangesNothing) {
  for (const std::size_t bytes : std::initializer_list<std::size_t>{64, 8144, 100000}) {
    for (const bool warm : {false, true}) {
      for (std::uint64_t n = 1;; ++n) {
        SlabPool pool;
        SlabHeap heap(pool);
        std::optional<Stamped> other;
        if (warm) {
          other = Stamped::Allocate(heap, 64, 7);
        }
        const std::size_t held = pool.BytesHeld();
        const std::size_t in_use = heap.BytesInUse();
        const std::uint64_t failures = fault_injection::FailureCount();
        void* block = nullptr;
        try {
          const fault_injection::ScopedFailure failure(n);
          block = heap.Allocate(bytes);
        } catch (const std::bad_alloc&) {
          EXPECT_EQ(pool.BytesHeld(), held);
          EXPECT_EQ(heap.BytesInUse(), in_use);
        }
        EXPECT_TRUE(!other || other->IsIntact());
        EXPECT_EQ(block == nullptr, fault_injection::FailureCount() != failures);
        if (block != nullptr) {
          EXPECT_GE(n, 2U);
          break;
        }
      }
    }
  }
}

TEST(FaultInjectionTest, AFailedReservationChangesNothing) {
  SlabPool pool;
  pool.Reserve(kMiB);
  const std::size_t held = pool.BytesHeld();
  std::uint64_t n = 1;
  for (;; ++n) {
    try {
      const fault_injection::ScopedFailure failure(n);
      pool.Reserve(20 * kMiB);
    } catch (const std::bad_alloc&) {
      ASSERT_EQ(pool.BytesHeld(), held);
      continue;
    }
    break;
  }
  EXPECT_GT(n, 4U);
  EXPECT_GE(pool.BytesHeld(), 20 * kMiB);
}

}  // namespace
}  // namespace pagedradix::detail
