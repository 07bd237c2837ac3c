// PrefixCache without memory: whichever allocation of a call fails, the cache is then as if the
// call had not been made, and the next call works.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "failing_new.hpp"
#include "pagedradix/detail/memory/fault_injection.hpp"
#include "pagedradix/prefix_cache.hpp"
#include "prefix_cache_comparison.hpp"
#include "sequence_helpers.hpp"
#include "test_seed.hpp"

namespace pagedradix::test {
namespace {

namespace cache_faults = detail::fault_injection;
using CacheCall = std::function<void(PrefixCacheComparison&)>;

constexpr std::int64_t kCachedIds = 8;

/// 1 and 2 active, 3, 4 and 5 recycling, 5 with a window; an extension is pending. One more that is
/// recycled pushes 3 out.
std::unique_ptr<PrefixCacheComparison> ServedCache() {
  auto caches = std::make_unique<PrefixCacheComparison>(3, WithPages(4, 2));
  const auto serve = [&](std::int64_t id, const SequenceTokens& tokens, int window) {
    caches->Insert(id, {-static_cast<std::int32_t>(id)}, window);  // shares nothing yet
    caches->Extend(id, tokens);
  };
  serve(1, TokenRun(0, 19), -1);
  serve(2, Joined(TokenRun(0, 6), TokenRun(100, 9)), -1);
  serve(3, Joined(TokenRun(0, 8), TokenRun(200, 30)), -1);
  serve(4, TokenRun(300, 20), -1);
  serve(5, TokenRun(400, 20), 4);
  for (const std::int64_t id : {3, 4, 5}) caches->Recycle(id);
  caches->Extend(1, TokenRun(500, 10));
  return caches;
}

/// Compares whatever can still be found out, which changes both caches.
void CompareToTheEnd(PrefixCacheComparison& caches) {
  std::vector<std::int64_t> ids;
  for (std::int64_t id = 0; id < kCachedIds; ++id) ids.push_back(id);
  caches.CompareIds(ids);
  caches.Commit();
  std::int64_t probe = 1000;
  const SequenceMap cached = caches.Naive().Sequences().Sequences();
  for (const auto& entry : cached) caches.Insert(probe++, Joined(entry.second, {-99, -98}));
  while (caches.TryFree()) caches.CompareIds(ids);
}

/// Makes `call` on served caches with its 1st, 2nd, ... allocation failing until none is left to
/// fail; returns how many there were.
std::uint64_t FailEveryAllocationOfCache(const CacheCall& call) {
  for (std::uint64_t n = 1; n < 10000; ++n) {
    SCOPED_TRACE("allocation " + std::to_string(n));
    const auto caches = ServedCache();
    const std::uint64_t failures = cache_faults::FailureCount();
    bool threw = false;
    try {
      const cache_faults::ScopedFailure failure(n);
      call(*caches);
    } catch (const std::bad_alloc&) {
      threw = true;
    }
    EXPECT_EQ(threw, cache_faults::FailureCount() != failures) << "it must reach the caller";
    // Half of the times the call is not made again: what it left behind is looked at as it is.
    if (threw && n % 2 == 0) call(*caches);
    CompareToTheEnd(*caches);
    if (!threw || ::testing::Test::HasFailure()) return n - 1;
  }
  ADD_FAILURE() << "the call never ends to allocate";
  return 0;
}

TEST(PrefixCacheWithoutMemory, ConstructionFailsCleanly) {
  std::uint64_t n = 1;
  for (;; ++n) {
    ASSERT_LT(n, 10000U);
    const cache_faults::ScopedFailure failure(n);
    const std::uint64_t failures = cache_faults::FailureCount();
    try {
      const auto cache = PrefixCache::CreateRadixPrefixCache(-1);
      ASSERT_EQ(cache_faults::FailureCount(), failures);
      break;
    } catch (const std::bad_alloc&) {
      ASSERT_NE(cache_faults::FailureCount(), failures);
    }
  }
  EXPECT_GT(n, 1U);
}

TEST(PrefixCacheWithoutMemory, InsertsByEveryRuleLeaveNoTrace) {
  const std::vector<CacheCall> calls = {
      [](auto& caches) { caches.Insert(6, TokenRun(900, 5)); },                    // 1: new
      [](auto& caches) { caches.Insert(6, Joined(TokenRun(400, 20), {-1}), 4); },  // 2: reused
      [](auto& caches) { caches.Insert(6, TokenRun(400, 15), 4); },                // 2: new
      [](auto& caches) { caches.Insert(6, TokenRun(300, 30)); },                   // 3: as it is
      [](auto& caches) { caches.Insert(6, TokenRun(300, 20)); },                   // 3: rolled back
      [](auto& caches) { caches.Insert(6, Joined(TokenRun(0, 7), {-1})); },  // 4: inside a page
      [](auto& caches) { caches.Insert(6, TokenRun(0, 20)); },               // 4: at a page
      [](auto& caches) { caches.Insert(6, TokenRun(400, 30)); },             // 5: new
  };
  for (std::size_t i = 0; i < calls.size(); ++i) {
    SCOPED_TRACE("call " + std::to_string(i));
    EXPECT_GT(FailEveryAllocationOfCache(calls[i]), 0U) << "the pending extension needs a page";
    ASSERT_FALSE(HasFailure());
  }
}

TEST(PrefixCacheWithoutMemory, ExtendingCommittingAndRollingBackLeaveNoTrace) {
  std::uint64_t failures = 0;
  failures += FailEveryAllocationOfCache([](auto& caches) { caches.Extend(2, TokenRun(0, 100)); });
  EXPECT_GT(failures, 0U) << "the queue owns a copy";
  failures = FailEveryAllocationOfCache([](auto& caches) { caches.Commit(); });
  EXPECT_GT(failures, 0U);
  for (std::size_t count = 1; count <= 15; ++count) {
    FailEveryAllocationOfCache([&](auto& caches) { caches.RollBack(2, count); });
  }
}

TEST(PrefixCacheWithoutMemory, RecyclingAndFreeingLeaveNoTrace) {
  FailEveryAllocationOfCache([](auto& caches) { caches.Recycle(2); });
  FailEveryAllocationOfCache([](auto& caches) { caches.Recycle(2, false); });
  FailEveryAllocationOfCache([](auto& caches) { caches.TryFree(); });
  FailEveryAllocationOfCache([](auto& caches) { caches.Reset(); });
}

TEST(PrefixCacheWithoutMemory, FreeingNeverFails) {
  const auto caches = ServedCache();
  cache_faults::FailFrom(1);
  EXPECT_NO_THROW(EXPECT_TRUE(caches->TryFree()));
  EXPECT_NO_THROW(EXPECT_TRUE(caches->TryFree()));
  EXPECT_NO_THROW(EXPECT_TRUE(caches->TryFree()));
  EXPECT_NO_THROW(EXPECT_FALSE(caches->TryFree()));
  EXPECT_NO_THROW(EXPECT_TRUE(caches->Cache()->HasSequence(1)));
  cache_faults::Disarm();
  CompareToTheEnd(*caches);
}

TEST(PrefixCacheWithoutMemory, RandomCallsThatFailLeaveNoTrace) {
  const std::uint64_t first = FirstSeed();
  const std::uint64_t failures = cache_faults::FailureCount();
  for (std::size_t run = 0; run < ScaledCount(60); ++run) {
    SCOPED_TRACE("PAGEDRADIX_TEST_SEED=" + std::to_string(first + run));
    TestRandom random(first + run);
    PrefixCacheComparison caches(static_cast<std::int64_t>(run % 6) - 1,
                                 WithPages(random.Between(1, 5), random.Between(1, 3)));
    RandomCacheCalls calls(caches, random);
    for (std::size_t step = 0; step < 400; ++step) {
      try {
        const cache_faults::ScopedFailure failure(random.Between(1, 8));
        calls.Step();
      } catch (const std::bad_alloc&) {
        ASSERT_NE(calls.LastCall(), "TryFreeMemory");
      }
      caches.CompareIds(RandomCacheCalls::Ids());
      ASSERT_FALSE(HasFailure()) << "step " << step << ", " << calls.LastCall();
    }
  }
  EXPECT_GT(cache_faults::FailureCount(), failures + 500) << "hardly a call failed";
}

}  // namespace
}  // namespace pagedradix::test
