// PrefixCache as a specification: what it refuses, and that nothing has changed then; the cache
// that holds nothing.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/prefix_cache.hpp"
#include "prefix_cache_helpers.hpp"
#include "sequence_helpers.hpp"

namespace pagedradix::test {
namespace {

constexpr int kLowestInt = std::numeric_limits<int>::min();

/// Sequence 10 is active, 4242 recycling. Every test here finds both as they were in the end.
class PrefixCacheErrors : public ::testing::Test {
 protected:
  void SetUp() override {
    Serve(cache_, 10, {1, 2, 3, 4});
    ServeAndRecycle(cache_, 4242, {7, 8, 9});
    cache_->CommitSequenceExtension();
  }
  void TearDown() override {
    EXPECT_EQ(Insert(cache_, 100, {1, 2, 3, 4, 5}), ForkedFrom(10, 4));
    EXPECT_EQ(Insert(cache_, 101, {7, 8, 9, 5}), Reused(4242, 3));
    EXPECT_FALSE(cache_->HasSequence(101));
    EXPECT_TRUE(removed_.empty());
  }

  std::vector<std::int64_t> removed_;
  PrefixCache cache_ =
      PrefixCache::CreateRadixPrefixCache(-1, [this](std::int64_t id) { removed_.push_back(id); });
};

TEST_F(PrefixCacheErrors, APromptHasAToken) {
  EXPECT_THROW(cache_->InsertSequence(1, {}), InvalidArgumentError);
  EXPECT_FALSE(cache_->HasSequence(1));
}

TEST_F(PrefixCacheErrors, TheIdThatMeansNoneIsNoId) {
  EXPECT_THROW(cache_->InsertSequence(-1, {1, 2}), InvalidArgumentError);
  EXPECT_FALSE(cache_->HasSequence(-1));
  EXPECT_NO_THROW(cache_->InsertSequence(-2, {5, 6}));
}

TEST_F(PrefixCacheErrors, AWindowIsMinusOneOrPositive) {
  for (const int window : {0, -2, kLowestInt}) {
    const std::string message =
        MessageOf<InvalidArgumentError>([&] { cache_->InsertSequence(1, {1, 2}, window); });
    EXPECT_TRUE(Names(message, std::to_string(window))) << message;
    EXPECT_FALSE(cache_->HasSequence(1));
  }
}

TEST_F(PrefixCacheErrors, ASinkIsNotNegative) {
  for (const int sink : {-1, kLowestInt}) {
    for (const int window : {-1, 4}) {
      const std::string message =
          MessageOf<InvalidArgumentError>([&] { cache_->InsertSequence(1, {1, 2}, window, sink); });
      EXPECT_TRUE(Names(message, std::to_string(sink))) << message;
      EXPECT_FALSE(cache_->HasSequence(1));
    }
  }
}

TEST_F(PrefixCacheErrors, AnIdInTheCacheIsTakenActiveOrRecycling) {
  for (const std::int64_t id : {10, 4242}) {
    const std::string message =
        MessageOf<SequenceError>([&] { cache_->InsertSequence(id, {1, 2}); });
    EXPECT_TRUE(Names(message, std::to_string(id))) << message;
  }
}

TEST_F(PrefixCacheErrors, OnlyActiveSequencesAreRolledBackOrRecycled) {
  for (const std::int64_t id : {std::int64_t{4242}, std::int64_t{777}, std::int64_t{1} << 40}) {
    const std::vector<std::function<void()>> calls = {
        [&] { cache_->RollBackSequence(id, 1); },
        [&] { cache_->RecycleSequence(id); },
        [&] { cache_->RecycleSequence(id, false); },
    };
    for (const auto& call : calls) {
      const std::string message = MessageOf<SequenceError>(call);
      EXPECT_TRUE(Names(message, std::to_string(id))) << message;
    }
  }
}

TEST_F(PrefixCacheErrors, ARollbackBeyondTheSequenceIsToldTheRange) {
  for (const std::size_t count : {std::size_t{0}, std::size_t{5}, ~std::size_t{0}}) {
    const std::string message =
        MessageOf<InvalidArgumentError>([&] { cache_->RollBackSequence(10, count); });
    for (const std::string& number : {std::string("10"), std::string("1"), std::string("4")}) {
      EXPECT_TRUE(Names(message, number)) << message;
    }
    EXPECT_TRUE(Names(message, std::to_string(count))) << message;
  }
}

TEST(PrefixCacheOptions, ALimitBelowMinusOneIsRefused) {
  for (const std::int64_t limit : {std::int64_t{-2}, std::numeric_limits<std::int64_t>::min()}) {
    const std::string message =
        MessageOf<InvalidArgumentError>([&] { PrefixCache::CreateRadixPrefixCache(limit); });
    EXPECT_TRUE(Names(message, std::to_string(limit))) << message;
  }
}

TEST(PrefixCacheOptions, AreThoseOfTheTree) {
  EXPECT_THROW(PrefixCache::CreateRadixPrefixCache(-1, nullptr, WithPages(0)),
               InvalidArgumentError);
  const auto cache = PrefixCache::CreateRadixPrefixCache(-1, nullptr, WithPages(4, 1, 8));
  Serve(cache, 1, TokenRun(0, 8));
  ASSERT_NO_THROW(cache->CommitSequenceExtension());
  cache->ExtendSequence(1, {99});
  EXPECT_THROW(cache->CommitSequenceExtension(), CapacityError);
}

TEST(PrefixCacheOptions, TheHandleIsSharedAndTheCacheIsNotCopied) {
  EXPECT_FALSE(PrefixCache().defined());
  const auto cache = PrefixCache::CreateRadixPrefixCache(-1);
  PrefixCache copy;
  copy = cache;
  Insert(copy, 1, {1, 2});
  EXPECT_TRUE(cache->HasSequence(1));
  EXPECT_EQ(copy, cache);
  EXPECT_EQ(cache->Mode(), PrefixCacheMode::kRadix);
  EXPECT_FALSE(std::is_copy_constructible_v<PrefixCacheObj>);
}

// --- No room -------------------------------------------------------------------------------------

TEST(PrefixCacheFull, AnExtensionThatFindsNoRoomStaysQueuedWithThoseBehindIt) {
  const auto cache = PrefixCache::CreateRadixPrefixCache(-1, nullptr, WithPages(4, 1, 16));
  ServeAndRecycle(cache, 1, TokenRun(100, 8));
  Serve(cache, 2, {5, 6});
  cache->ExtendSequence(2, TokenRun(7, 6));
  cache->ExtendSequence(2, {50});
  EXPECT_THROW(cache->CommitSequenceExtension(), CapacityError);
  EXPECT_THROW(cache->CommitSequenceExtension(), CapacityError) << "nothing has become free";
  EXPECT_TRUE(cache->TryFreeMemory());
  ASSERT_NO_THROW(cache->CommitSequenceExtension());
  EXPECT_EQ(Insert(cache, 3, {5, 6, 7, 8, 9, 10, 11, 12, 50, 51}), ForkedFrom(2, 9));
}

TEST(PrefixCacheFull, AnInsertThatFindsNoRoomChangesNothing) {
  const auto cache = PrefixCache::CreateRadixPrefixCache(-1, nullptr, WithPages(4, 1, 8));
  Serve(cache, 1, TokenRun(0, 8));
  EXPECT_THROW(cache->InsertSequence(2, Joined(TokenRun(0, 6), {-1})), CapacityError);
  EXPECT_FALSE(cache->HasSequence(2));
  EXPECT_EQ(Insert(cache, 2, Joined(TokenRun(0, 8), {9})), ForkedFrom(1, 8));
}

TEST(PrefixCacheFull, ReusingNeedsNoRoom) {
  const auto cache = PrefixCache::CreateRadixPrefixCache(-1, nullptr, WithPages(4, 1, 100));
  ServeAndRecycle(cache, 1, TokenRun(0, 100));
  EXPECT_EQ(Insert(cache, 2, Joined(TokenRun(0, 95), {-1})), Reused(1, 95, 5));
}

// --- The cache that holds nothing ----------------------------------------------------------------

TEST(NoPrefixCache, FindsEveryPromptNew) {
  const auto cache = PrefixCache::CreateNoPrefixCache();
  EXPECT_EQ(cache->Mode(), PrefixCacheMode::kDisable);
  EXPECT_EQ(Insert(cache, 1, {1, 2, 3}), NewSequence());
  cache->ExtendSequence(1, {1, 2, 3});
  cache->CommitSequenceExtension();
  EXPECT_EQ(Insert(cache, 2, {1, 2, 3, 4}), NewSequence());
  EXPECT_EQ(Insert(cache, 3, {1, 2, 3, 4}, 4, 1), NewSequence());
  EXPECT_FALSE(cache->HasSequence(1));
  EXPECT_FALSE(cache->TryFreeMemory());
  cache->Reset();
}

TEST(NoPrefixCache, RefusesWhatTheOtherRefuses) {
  const auto cache = PrefixCache::CreateNoPrefixCache();
  EXPECT_THROW(Insert(cache, 1, {}), InvalidArgumentError);
  EXPECT_THROW(Insert(cache, -1, {1, 2}), InvalidArgumentError);
  EXPECT_THROW(Insert(cache, 1, {1, 2}, 0, 0), InvalidArgumentError);
  EXPECT_THROW(Insert(cache, 1, {1, 2}, -2, 0), InvalidArgumentError);
  EXPECT_THROW(Insert(cache, 1, {1, 2}, 4, -1), InvalidArgumentError);
}

TEST(NoPrefixCache, KnowsNoIdToRollBackOrRecycle) {
  const auto cache = PrefixCache::CreateNoPrefixCache();
  Insert(cache, 4242, {1, 2, 3});
  const std::vector<std::function<void()>> calls = {
      [&] { cache->RollBackSequence(4242, 1); },
      [&] { cache->RecycleSequence(4242); },
      [&] { cache->RecycleSequence(4242, false); },
  };
  for (const auto& call : calls) {
    const std::string message = MessageOf<SequenceError>(call);
    EXPECT_TRUE(Names(message, "4242")) << message;
  }
}

}  // namespace
}  // namespace pagedradix::test
