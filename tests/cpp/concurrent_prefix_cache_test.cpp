// PrefixCache from many threads that work as engines, every method of it: no sequence is lost, and
// none is removed twice.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "cache_caller.hpp"
#include "concurrency_support.hpp"
#include "pagedradix/prefix_cache.hpp"
#include "sequence_helpers.hpp"
#include "test_seed.hpp"

namespace pagedradix::test {
namespace {

constexpr std::size_t kCacheThreads = 6;

class ConcurrentPrefixCache : public ::testing::TestWithParam<std::int64_t> {};

INSTANTIATE_TEST_SUITE_P(Limits, ConcurrentPrefixCache, ::testing::Values(-1, 0, 3, 50));

TEST_P(ConcurrentPrefixCache, EverySequenceIsRemovedOnceAndNoneIsLost) {
  const std::uint64_t seed = PrintedSeed();
  const std::size_t steps = SizeFor(8000, 1000, 2000);
  CacheLedger ledger(kCacheThreads * steps);
  PrefixCache cache;
  // The callback asks the cache, so it must be called without a lock.
  cache = PrefixCache::CreateRadixPrefixCache(
      GetParam(),
      [&](std::int64_t id) {
        EXPECT_FALSE(cache->HasSequence(id));
        ledger.removed[static_cast<std::size_t>(id)].fetch_add(1);
      },
      WithPages(4, 2));
  std::atomic<std::size_t> wrong{0};
  RunTogether(kCacheThreads, [&](std::size_t self) {
    CacheCaller caller(cache, ledger, seed * 7919 + self);
    for (std::size_t step = 0; step < steps; ++step) {
      if (self == 0 && step % 4 == 0) std::this_thread::sleep_for(std::chrono::microseconds(10));
      if (!caller.Step()) wrong.fetch_add(1);
    }
    caller.FinishAll();
  });
  EXPECT_EQ(wrong, 0U) << "impossible answers";
  std::size_t recycling = 0;
  for (std::int64_t id = 0; id < ledger.next_id; ++id) {
    if (cache->HasSequence(id)) ++recycling;
  }
  if (GetParam() >= 0) {
    EXPECT_LE(recycling, static_cast<std::size_t>(GetParam()));
  }
  while (cache->TryFreeMemory()) --recycling;
  EXPECT_EQ(recycling, 0U);
  for (std::size_t id = 0; id < ledger.created.size(); ++id) {
    // None where the prompt went on as another sequence.
    ASSERT_EQ(ledger.removed[id], ledger.created[id]) << id;
  }
}

TEST(ConcurrentPrefixCacheCallback, HoldsNobodyUpHoweverLongItTakes) {
  PrefixCache cache;
  std::size_t calls = 0;
  cache = PrefixCache::CreateRadixPrefixCache(0, [&](std::int64_t id) {
    ++calls;
    // Another thread, so that a lock held here would be in its way, recursive or not.
    std::thread([&] {
      EXPECT_FALSE(cache->HasSequence(id));
      cache->InsertSequence(id + 1, {1, 2, 3});
      cache->ExtendSequence(id + 1, {1, 2, 3});
      cache->CommitSequenceExtension();
    }).join();
  });
  cache->InsertSequence(1, {1, 2, 3});
  cache->RecycleSequence(1);
  EXPECT_EQ(calls, 1U);
  EXPECT_TRUE(cache->HasSequence(2));
}

TEST(ConcurrentPrefixCacheReset, LeavesAUsableCacheWheneverItComes) {
  const std::uint64_t seed = PrintedSeed();
  const auto cache = PrefixCache::CreateRadixPrefixCache(2);
  std::atomic<std::int64_t> next_id{0};
  std::atomic<std::size_t> wrong{0};
  RunTogether(kCacheThreads, [&](std::size_t self) {
    TestRandom random(seed + self);
    for (std::size_t step = 0; step < SizeFor(3000, 300, 600); ++step) {
      if (random.OneIn(32)) cache->Reset();
      const std::int64_t id = next_id.fetch_add(1);
      const auto result = cache->InsertSequence(id, RandomFamilyPrompt(random));
      const std::int64_t actual = result.reused_seq_id == -1 ? id : result.reused_seq_id;
      try {
        cache->ExtendSequence(actual, RandomFamilyPrompt(random));
        cache->RecycleSequence(actual);
      } catch (const SequenceError&) {  // Somebody has reset the cache meanwhile.
        if (cache->HasSequence(actual)) wrong.fetch_add(1);
      }
    }
  });
  EXPECT_EQ(wrong, 0U);
  std::size_t freed = 0;
  while (cache->TryFreeMemory()) ++freed;
  EXPECT_LE(freed, 2U);
  for (std::int64_t id = 0; id < next_id; ++id) ASSERT_FALSE(cache->HasSequence(id)) << id;
  EXPECT_EQ(cache->InsertSequence(0, {1, 2, 3}).prefilled_offset, 0U);
}

}  // namespace
}  // namespace pagedradix::test
