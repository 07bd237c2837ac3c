// PrefixCache as a specification: how many finished sequences are kept, which goes first, and what
// the callback sees and may do.
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/prefix_cache.hpp"
#include "prefix_cache_helpers.hpp"
#include "sequence_helpers.hpp"

namespace pagedradix::test {
namespace {

using RemovedIds = std::vector<std::int64_t>;

/// A prompt that shares nothing with that of another id.
SequenceTokens OwnPrompt(std::int64_t id) {
  return TokenRun(static_cast<std::int32_t>(id) * 1000, 10);
}

class CallbackFailure : public std::runtime_error {
 public:
  CallbackFailure() : std::runtime_error("callback failed") {}
};

class PrefixCacheRecycling : public ::testing::Test {
 protected:
  /// With a callback that notes the id and then does whatever `then_` is.
  PrefixCache Limited(std::int64_t limit) {
    return PrefixCache::CreateRadixPrefixCache(limit, [this](std::int64_t id) {
      removed_.push_back(id);
      const auto then = then_;  // which may replace itself
      if (then) then(id);
    });
  }

  RemovedIds removed_;
  std::function<void(std::int64_t)> then_;
};

TEST_F(PrefixCacheRecycling, WithoutALimitNothingIsRemoved) {
  const auto cache = Limited(-1);
  for (std::int64_t id = 0; id < 2000; ++id) ServeAndRecycle(cache, id, OwnPrompt(id));
  for (std::int64_t id = 0; id < 2000; ++id) ASSERT_TRUE(cache->HasSequence(id));
  EXPECT_EQ(removed_, RemovedIds());
}

TEST_F(PrefixCacheRecycling, ALimitOfZeroRemovesAtOnce) {
  const auto cache = Limited(0);
  Serve(cache, 1, OwnPrompt(1));
  Serve(cache, 2, OwnPrompt(2));
  cache->RecycleSequence(2);
  cache->RecycleSequence(1, true);
  EXPECT_EQ(removed_, (RemovedIds{2, 1}));
  EXPECT_FALSE(cache->HasSequence(1));
  EXPECT_FALSE(cache->TryFreeMemory());
  EXPECT_EQ(Insert(cache, 3, OwnPrompt(1)), NewSequence());
}

TEST_F(PrefixCacheRecycling, ASequenceWhoseExtensionHasNoRoomCanBeGivenUp) {
  PagedRadixTreeOptions options;
  options.page_size = 4;
  options.pages_per_block = 1;
  options.max_tokens = 8;
  const auto cache = PrefixCache::CreateRadixPrefixCache(-1, nullptr, options);
  cache->InsertSequence(1, {1});
  cache->InsertSequence(2, {2});
  cache->ExtendSequence(1, TokenRun(0, 9));
  EXPECT_THROW(cache->CommitSequenceExtension(), CapacityError);
  EXPECT_FALSE(cache->TryFreeMemory());
  cache->RecycleSequence(1, false);
  cache->ExtendSequence(2, TokenRun(0, 8));
  cache->CommitSequenceExtension();
  EXPECT_FALSE(cache->HasSequence(1));
}

TEST_F(PrefixCacheRecycling, ALimitOfOneKeepsTheLatest) {
  const auto cache = Limited(1);
  for (std::int64_t id = 0; id < 4; ++id) ServeAndRecycle(cache, id, OwnPrompt(id));
  EXPECT_EQ(removed_, (RemovedIds{0, 1, 2}));
  EXPECT_TRUE(cache->HasSequence(3));
}

TEST_F(PrefixCacheRecycling, TheOneThatWasRecycledFirstGoesFirst) {
  const auto cache = Limited(3);
  for (std::int64_t id = 0; id < 6; ++id) Serve(cache, id, OwnPrompt(id));
  for (const std::int64_t id : {4, 0, 2, 5, 1, 3}) cache->RecycleSequence(id);
  EXPECT_EQ(removed_, (RemovedIds{4, 0, 2}));
  for (const std::int64_t id : {5, 1, 3}) EXPECT_TRUE(cache->HasSequence(id));
}

TEST_F(PrefixCacheRecycling, ActiveSequencesDoNotCountAgainstTheLimit) {
  const auto cache = Limited(1);
  for (std::int64_t id = 0; id < 10; ++id) Serve(cache, id, OwnPrompt(id));
  cache->RecycleSequence(7);
  EXPECT_EQ(removed_, RemovedIds());
}

TEST_F(PrefixCacheRecycling, OneThatIsNotToStayIsRemovedAndTakesNobodysPlace) {
  const auto cache = Limited(1);
  for (std::int64_t id = 0; id < 3; ++id) Serve(cache, id, OwnPrompt(id));
  cache->RecycleSequence(0);
  cache->RecycleSequence(1, false);
  EXPECT_EQ(removed_, (RemovedIds{1}));
  EXPECT_TRUE(cache->HasSequence(0));
  EXPECT_FALSE(cache->HasSequence(1));
}

TEST_F(PrefixCacheRecycling, AReusedSequenceLeavesTheOrderAndComesBackAtItsEnd) {
  const auto cache = Limited(-1);
  for (std::int64_t id = 0; id < 3; ++id) ServeAndRecycle(cache, id, OwnPrompt(id));
  EXPECT_EQ(Serve(cache, 9, Joined(OwnPrompt(0), {-1})), Reused(0, 10));
  EXPECT_TRUE(cache->TryFreeMemory());
  EXPECT_EQ(removed_, (RemovedIds{1}));
  cache->RecycleSequence(0);
  EXPECT_TRUE(cache->TryFreeMemory());
  EXPECT_TRUE(cache->TryFreeMemory());
  EXPECT_EQ(removed_, (RemovedIds{1, 2, 0}));
  EXPECT_FALSE(cache->TryFreeMemory());
  EXPECT_EQ(removed_, (RemovedIds{1, 2, 0})) << "each once";
}

TEST_F(PrefixCacheRecycling, ARecyclingSequenceWithAnExtensionIsCommittedFirst) {
  const auto cache = Limited(-1);
  Insert(cache, 1, {1});
  cache->ExtendSequence(1, {1, 2, 3});
  cache->RecycleSequence(1);
  EXPECT_EQ(Insert(cache, 2, {1, 2, 3, 4}), Reused(1, 3));
}

TEST_F(PrefixCacheRecycling, FreeingGivesTheRoomBack) {
  const auto cache = PrefixCache::CreateRadixPrefixCache(-1, nullptr, WithPages(4, 4, 64));
  for (std::int64_t id = 0; id < 100; ++id) {
    ServeAndRecycle(cache, id, TokenRun(static_cast<std::int32_t>(id) * 100, 64));
    ASSERT_TRUE(cache->TryFreeMemory());
    ASSERT_FALSE(cache->HasSequence(id));
  }
}

TEST_F(PrefixCacheRecycling, ResetCallsNobody) {
  const auto cache = Limited(-1);
  Serve(cache, 1, OwnPrompt(1));
  ServeAndRecycle(cache, 2, OwnPrompt(2));
  cache->Reset();
  EXPECT_EQ(removed_, RemovedIds());
  ServeAndRecycle(cache, 2, OwnPrompt(2));
  EXPECT_TRUE(cache->TryFreeMemory());
  EXPECT_EQ(removed_, (RemovedIds{2}));
}

TEST_F(PrefixCacheRecycling, NoCallbackIsNeeded) {
  const auto cache = PrefixCache::CreateRadixPrefixCache(1);
  for (std::int64_t id = 0; id < 3; ++id) ServeAndRecycle(cache, id, OwnPrompt(id));
  EXPECT_TRUE(cache->TryFreeMemory());
  EXPECT_FALSE(cache->HasSequence(2));
}

// --- The callback --------------------------------------------------------------------------------

/// The three ways in which a sequence is removed: of 0, 1 and 2, all active, one goes.
class PrefixCacheCallback : public PrefixCacheRecycling, public ::testing::WithParamInterface<int> {
 protected:
  void SetUp() override {
    for (std::int64_t id = 0; id < 3; ++id) Serve(cache_, id, OwnPrompt(id));
    cache_->RecycleSequence(0);
  }

  /// Removes sequence 0, or sequence 1 where it is to go at once.
  void RemoveOne() {
    if (GetParam() == 0) cache_->RecycleSequence(1);
    if (GetParam() == 1) cache_->RecycleSequence(1, false);
    if (GetParam() == 2) {
      EXPECT_TRUE(cache_->TryFreeMemory());
    }
  }
  std::int64_t Gone() const { return GetParam() == 1 ? 1 : 0; }

  PrefixCache cache_ = Limited(1);
};

INSTANTIATE_TEST_SUITE_P(Ways, PrefixCacheCallback, ::testing::Values(0, 1, 2));

TEST_P(PrefixCacheCallback, ComesOnceWhenAllIsDone) {
  then_ = [&](std::int64_t id) {
    EXPECT_FALSE(cache_->HasSequence(id));
    EXPECT_EQ(cache_->HasSequence(1), GetParam() != 1);
    EXPECT_EQ(Insert(cache_, 50, Joined(OwnPrompt(id), {-1})), NewSequence()) << "forgotten";
  };
  RemoveOne();
  EXPECT_EQ(removed_, (RemovedIds{Gone()}));
  EXPECT_TRUE(cache_->HasSequence(50));
}

TEST_P(PrefixCacheCallback, MayThrowAndTheSequenceIsGoneAllTheSame) {
  then_ = [](std::int64_t) { throw CallbackFailure(); };
  EXPECT_THROW(RemoveOne(), CallbackFailure);
  EXPECT_EQ(removed_, (RemovedIds{Gone()}));
  EXPECT_FALSE(cache_->HasSequence(Gone()));
  then_ = nullptr;
  // Sequence 1 has taken the place of 0 if it was to be recycled.
  EXPECT_EQ(cache_->TryFreeMemory(), GetParam() != 2);
  EXPECT_FALSE(cache_->TryFreeMemory());
  cache_->RecycleSequence(2);
  EXPECT_EQ(Insert(cache_, 60, Joined(OwnPrompt(2), {-1})), Reused(2, 10));
  EXPECT_EQ(Insert(cache_, 61, Joined(OwnPrompt(Gone()), {-1})), NewSequence());
}

TEST_P(PrefixCacheCallback, MayCallEveryMethod) {
  then_ = [&](std::int64_t id) {
    then_ = nullptr;
    Serve(cache_, id, OwnPrompt(id));
    cache_->CommitSequenceExtension();
    cache_->RollBackSequence(id, 3);
    EXPECT_EQ(cache_->Mode(), PrefixCacheMode::kRadix);
    while (cache_->TryFreeMemory()) EXPECT_FALSE(cache_->HasSequence(removed_.back()));
    cache_->RecycleSequence(id);
  };
  RemoveOne();
  EXPECT_EQ(Insert(cache_, 70, Joined(OwnPrompt(Gone()), {-1})), Reused(Gone(), 7));
}

TEST_P(PrefixCacheCallback, MayRemoveOthersDeeperAndDeeper) {
  then_ = [&](std::int64_t) { cache_->TryFreeMemory(); };
  RemoveOne();
  cache_->RecycleSequence(2);
  while (cache_->TryFreeMemory()) continue;
  const std::array<std::size_t, 3> gone = {3, 3, 2};
  EXPECT_EQ(removed_.size(), gone[static_cast<std::size_t>(GetParam())]) << "each once";
}

TEST_P(PrefixCacheCallback, MayResetTheCache) {
  then_ = [&](std::int64_t) { cache_->Reset(); };
  RemoveOne();
  EXPECT_EQ(removed_.size(), 1U);
  for (std::int64_t id = 0; id < 3; ++id) EXPECT_FALSE(cache_->HasSequence(id));
  EXPECT_EQ(Insert(cache_, 1, OwnPrompt(1)), NewSequence());
}

}  // namespace
}  // namespace pagedradix::test
