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

#include "concurrency_support.hpp"
#include "pagedradix/prefix_cache.hpp"
#include "sequence_helpers.hpp"
#include "test_seed.hpp"

namespace pagedradix::test {
namespace {

constexpr std::size_t kCacheThreads = 6;

/// Prompts of a few families, which go on as no other does, so that reuse and forks are common.
SequenceTokens RandomFamilyPrompt(TestRandom& random) {
  SequenceTokens prompt(random.Between(1, 30), static_cast<std::int32_t>(random.Below(3)));
  prompt.resize(prompt.size() + random.Below(3), static_cast<std::int32_t>(random.Below(5)));
  return prompt;
}

/// What has become of every id.
struct CacheLedger {
  explicit CacheLedger(std::size_t most_ids) : created(most_ids), removed(most_ids) {}
  std::atomic<std::int64_t> next_id{0};
  std::vector<std::atomic<int>> created;
  std::vector<std::atomic<int>> removed;
};

/// One thread as an engine: requests come, run and end.
class CacheCaller {
 public:
  CacheCaller(PrefixCache cache, CacheLedger& ledger, std::uint64_t seed)
      : cache_(std::move(cache)), ledger_(ledger), random_(seed) {}

  /// Whether the answers were possible ones. A call on a sequence of its own never fails.
  bool Step() {
    switch (random_.Below(8)) {
      case 0:
      case 1:
      case 2:
        return Start();
      case 3:
        cache_->CommitSequenceExtension();
        return true;
      case 4:
        if (random_.OneIn(3)) cache_->TryFreeMemory();
        return cache_->Mode() == PrefixCacheMode::kRadix;
      case 5:
        return running_.empty() || Decode();
      default:
        return running_.empty() || Finish();
    }
  }

  void FinishAll() {
    while (!running_.empty()) Finish();
  }

 private:
  struct Running {
    std::int64_t id;
    std::size_t length;
  };

  bool Start() {
    const std::int64_t id = ledger_.next_id.fetch_add(1);
    const SequenceTokens prompt = RandomFamilyPrompt(random_);
    const int window = random_.OneIn(4) ? 4 : -1;
    const PrefixCacheMatchedResult result = cache_->InsertSequence(id, prompt, window, 0);
    if (result.prefilled_offset >= prompt.size()) return false;
    if (result.reused_seq_id != -1 && result.forked_seq_id != -1) return false;
    if (window != -1 && result.forked_seq_id != -1) return false;
    const std::int64_t actual = result.reused_seq_id == -1 ? id : result.reused_seq_id;
    if (actual >= ledger_.next_id.load() || !cache_->HasSequence(actual)) return false;
    if (actual != id && cache_->HasSequence(id)) return false;
    if (actual == id) ledger_.created[static_cast<std::size_t>(id)].fetch_add(1);
    cache_->ExtendSequence(
        actual,
        SequenceTokens(prompt.begin() + static_cast<std::ptrdiff_t>(result.prefilled_offset),
                       prompt.end()));
    running_.push_back({actual, prompt.size()});
    return true;
  }

  bool Decode() {
    Running& request = running_[random_.Below(running_.size())];
    if (random_.OneIn(4)) {
      const std::size_t count = random_.Between(1, request.length);
      cache_->RollBackSequence(request.id, count);
      request.length -= count;
    }
    cache_->ExtendSequence(request.id, {1});
    ++request.length;
    return cache_->HasSequence(request.id);
  }

  bool Finish() {
    const std::size_t index = random_.Below(running_.size());
    const Running request = running_[index];
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
    if (random_.OneIn(16) && !RefusesAStranger()) return false;
    const bool lazy = !random_.OneIn(4);
    cache_->RecycleSequence(request.id, lazy);
    return lazy || !cache_->HasSequence(request.id);
  }

  /// An id that nobody has is refused, and that changes nothing.
  bool RefusesAStranger() {
    try {
      cache_->RecycleSequence(-5);
      return false;
    } catch (const SequenceError&) {
      return true;
    }
  }

  PrefixCache cache_;
  CacheLedger& ledger_;
  TestRandom random_;
  std::vector<Running> running_;
};

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
