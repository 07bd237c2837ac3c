// PrefixCache as a specification: which sequence a prompt reuses or is forked from, what is queued
// and committed, and what is refused.
#include "pagedradix/prefix_cache.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "prefix_cache_helpers.hpp"
#include "sequence_helpers.hpp"

namespace pagedradix::test {
namespace {

// A prompt's last token is never matched, so prompts here end in one that is there for that.
constexpr std::int32_t kLast = -1;

SequenceTokens PromptOf(const SequenceTokens& matched) { return Joined(matched, {kLast}); }

/// Whether the cache, asked by a new sequence that is gone afterwards, knows these tokens.
std::size_t KnownTokens(const PrefixCache& cache, const SequenceTokens& tokens) {
  constexpr std::int64_t kProbe = 999999;
  const NaiveInsertResult result = Insert(cache, kProbe, PromptOf(tokens));
  EXPECT_EQ(result.reused, -1) << "only active sequences can be asked after";
  cache->RecycleSequence(kProbe, false);
  return result.prefilled_offset;
}

class PrefixCacheRules : public ::testing::Test {
 protected:
  PrefixCache cache_ = PrefixCache::CreateRadixPrefixCache(-1);
};

// --- Rule 1: nothing matches ---------------------------------------------------------------------

TEST_F(PrefixCacheRules, WhereNothingMatchesTheSequenceIsNew) {
  EXPECT_EQ(Serve(cache_, 1, TokenRun(0, 10)), NewSequence());
  EXPECT_EQ(Serve(cache_, 2, TokenRun(50, 10)), NewSequence());
  EXPECT_EQ(Serve(cache_, 3, TokenRun(90, 10), 4, 1), NewSequence());
  for (const std::int64_t id : {1, 2, 3}) EXPECT_TRUE(cache_->HasSequence(id));
}

TEST_F(PrefixCacheRules, ThePromptsLastTokenIsNeverMatched) {
  Serve(cache_, 1, TokenRun(0, 10));
  EXPECT_EQ(Serve(cache_, 2, TokenRun(0, 10)), ForkedFrom(1, 9));
  EXPECT_EQ(Serve(cache_, 3, TokenRun(0, 1)), NewSequence());
  EXPECT_EQ(Serve(cache_, 4, TokenRun(0, 2)).prefilled_offset, 1U);
}

TEST_F(PrefixCacheRules, OneTokenIsAPromptThatIsAlwaysNew) {
  EXPECT_EQ(Serve(cache_, 1, {5}), NewSequence());
  EXPECT_EQ(Serve(cache_, 2, {5}), NewSequence());
  EXPECT_EQ(KnownTokens(cache_, {5}), 1U);
}

// --- Rule 2: with a sliding window ---------------------------------------------------------------

TEST_F(PrefixCacheRules, WithAWindowARecyclingSequenceOfJustTheMatchIsReused) {
  ServeAndRecycle(cache_, 1, TokenRun(0, 10), 4, 2);
  EXPECT_EQ(Serve(cache_, 2, PromptOf(TokenRun(0, 10)), 4, 2), Reused(1, 10));
  EXPECT_FALSE(cache_->HasSequence(2)) << "the prompt goes on as sequence 1";
  EXPECT_FALSE(cache_->TryFreeMemory()) << "which is active again";
}

TEST_F(PrefixCacheRules, WithAWindowNothingIsRolledBack) {
  ServeAndRecycle(cache_, 1, TokenRun(0, 100), 4, 2);
  EXPECT_EQ(Serve(cache_, 2, PromptOf(TokenRun(0, 99)), 4, 2), NewSequence());
  EXPECT_TRUE(cache_->HasSequence(2));
}

TEST_F(PrefixCacheRules, WithAWindowNothingIsReusedFromAnActiveSequence) {
  Serve(cache_, 1, TokenRun(0, 10), 4, 2);
  EXPECT_EQ(Serve(cache_, 2, PromptOf(TokenRun(0, 10)), 4, 2), NewSequence());
}

TEST_F(PrefixCacheRules, WithAWindowTheSizesMustBeTheSame) {
  ServeAndRecycle(cache_, 1, TokenRun(0, 10), 4, 2);
  ServeAndRecycle(cache_, 2, TokenRun(0, 10));
  EXPECT_EQ(Insert(cache_, 3, PromptOf(TokenRun(0, 10)), 5, 2), NewSequence());
  EXPECT_EQ(Insert(cache_, 4, PromptOf(TokenRun(0, 10)), 4, 1), NewSequence());
  EXPECT_EQ(Insert(cache_, 5, PromptOf(TokenRun(0, 10)), 4, 2), Reused(1, 10));
}

TEST_F(PrefixCacheRules, WithAWindowNothingIsForked) {
  Serve(cache_, 1, TokenRun(0, 10));
  EXPECT_EQ(Insert(cache_, 2, PromptOf(TokenRun(0, 10)), 4, 2), NewSequence());
}

// --- Rule 3: without a window, reuse -------------------------------------------------------------

TEST_F(PrefixCacheRules, ARecyclingSequenceIsReusedAndRolledBackToTheMatch) {
  ServeAndRecycle(cache_, 1, TokenRun(0, 100));
  EXPECT_EQ(Insert(cache_, 2, PromptOf(TokenRun(0, 95))), Reused(1, 95, 5));
  EXPECT_FALSE(cache_->HasSequence(2));
  EXPECT_EQ(KnownTokens(cache_, TokenRun(0, 100)), 95U) << "the rest is dropped";
}

TEST_F(PrefixCacheRules, ARecyclingSequenceIsReusedWhereTheMatchIsAllOfIt) {
  ServeAndRecycle(cache_, 1, TokenRun(0, 100));
  EXPECT_EQ(Serve(cache_, 2, TokenRun(0, 150)), Reused(1, 100));
  EXPECT_EQ(KnownTokens(cache_, TokenRun(0, 150)), 150U);
}

TEST_F(PrefixCacheRules, ReuseTakesMoreThanNineTenthsOfTheLength) {
  for (const std::size_t length : {10U, 20U, 70U, 100U, 1000U, 99990U}) {
    ServeAndRecycle(cache_, 1, TokenRun(0, length));
    const std::size_t nine_tenths = length / 10 * 9;
    EXPECT_EQ(Insert(cache_, 2, PromptOf(TokenRun(0, nine_tenths))), ForkedFrom(1, nine_tenths));
    cache_->RecycleSequence(2, false);
    EXPECT_EQ(Insert(cache_, 2, PromptOf(TokenRun(0, nine_tenths + 1))),
              Reused(1, nine_tenths + 1, length / 10 - 1));
    cache_->Reset();
  }
}

TEST_F(PrefixCacheRules, TheShortestOfTheMatchedOnesIsReused) {
  Serve(cache_, 1, Joined(TokenRun(0, 100), TokenRun(500, 6)));
  Serve(cache_, 2, Joined(TokenRun(0, 100), TokenRun(600, 3)));
  Serve(cache_, 3, Joined(TokenRun(0, 100), TokenRun(700, 5)));
  for (const std::int64_t id : {1, 2, 3}) cache_->RecycleSequence(id);
  EXPECT_EQ(Insert(cache_, 9, PromptOf(TokenRun(0, 100))), Reused(2, 100, 3));
}

TEST_F(PrefixCacheRules, TheLongestMatchCountsEvenIfAShorterOneCouldBeReused) {
  ServeAndRecycle(cache_, 1, Joined(TokenRun(0, 91), TokenRun(500, 100)));
  ServeAndRecycle(cache_, 2, Joined(TokenRun(0, 90), TokenRun(600, 1)));
  EXPECT_EQ(Insert(cache_, 9, PromptOf(TokenRun(0, 91))), ForkedFrom(1, 91));
}

TEST_F(PrefixCacheRules, SequencesWithAWindowAreNotReusedByOnesWithout) {
  ServeAndRecycle(cache_, 1, TokenRun(0, 100), 4, 2);
  EXPECT_EQ(Insert(cache_, 2, PromptOf(TokenRun(0, 100))), NewSequence());
}

TEST_F(PrefixCacheRules, AnActiveSequenceIsNotReused) {
  Serve(cache_, 1, TokenRun(0, 100));
  EXPECT_EQ(Insert(cache_, 2, PromptOf(TokenRun(0, 100))), ForkedFrom(1, 100));
}

TEST_F(PrefixCacheRules, ASequenceThatWasReusedIsActiveUntilItIsRecycledAgain) {
  ServeAndRecycle(cache_, 1, TokenRun(0, 100));
  EXPECT_EQ(Serve(cache_, 2, PromptOf(TokenRun(0, 100))), Reused(1, 100));
  EXPECT_EQ(Insert(cache_, 3, PromptOf(TokenRun(0, 100))), ForkedFrom(1, 100));
  cache_->RecycleSequence(1);
  EXPECT_EQ(Insert(cache_, 4, Joined(PromptOf(TokenRun(0, 100)), {7})), Reused(1, 101));
}

// --- Rule 4: without a window, fork --------------------------------------------------------------

TEST_F(PrefixCacheRules, AnySequenceWithoutAWindowIsForkedAtTheMatch) {
  Serve(cache_, 1, TokenRun(0, 100), 4, 2);
  Serve(cache_, 2, TokenRun(0, 100));
  EXPECT_EQ(Serve(cache_, 3, Joined(TokenRun(0, 40), TokenRun(500, 5))), ForkedFrom(2, 40));
  EXPECT_EQ(KnownTokens(cache_, Joined(TokenRun(0, 40), TokenRun(500, 5))), 45U);
}

TEST_F(PrefixCacheRules, ARecyclingSequenceTooLongToReuseIsForkedAndStaysRecycling) {
  ServeAndRecycle(cache_, 1, TokenRun(0, 100));
  EXPECT_EQ(Insert(cache_, 2, PromptOf(TokenRun(0, 40))), ForkedFrom(1, 40));
  EXPECT_TRUE(cache_->TryFreeMemory());
  EXPECT_FALSE(cache_->HasSequence(1));
  EXPECT_TRUE(cache_->HasSequence(2)) << "a fork lives on without its parent";
}

// --- Rule 5: what matches may not be forked ------------------------------------------------------

TEST_F(PrefixCacheRules, WhereAllThatMatchHaveWindowsTheSequenceIsNew) {
  Serve(cache_, 1, TokenRun(0, 100), 4, 2);
  EXPECT_EQ(Insert(cache_, 2, PromptOf(TokenRun(0, 100))), NewSequence());
  EXPECT_TRUE(cache_->HasSequence(2));
}

// --- Extensions ----------------------------------------------------------------------------------

TEST_F(PrefixCacheRules, WhateverIsQueuedIsCommittedBeforeAMatch) {
  Insert(cache_, 1, {1, 2});
  cache_->ExtendSequence(1, {1, 2});
  cache_->ExtendSequence(1, {3});
  cache_->ExtendSequence(1, {});
  cache_->ExtendSequence(1, {4, 5});
  EXPECT_EQ(Insert(cache_, 2, {1, 2, 3, 4, 5, 6}), ForkedFrom(1, 5));
}

TEST_F(PrefixCacheRules, TheQueueHasItsOwnCopyOfTheTokens) {
  Insert(cache_, 1, {1, 2});
  {
    SequenceTokens tokens = TokenRun(1, 1000);
    cache_->ExtendSequence(1, tokens);
    tokens.assign(1000, 77);
  }
  EXPECT_EQ(KnownTokens(cache_, TokenRun(1, 1000)), 1000U);
}

TEST_F(PrefixCacheRules, BothSpellingsOfCommitDoTheSame) {
  ServeAndRecycle(cache_, 1, {1, 2});
  cache_->ExtendSequence(1, {3});
  EXPECT_THROW(cache_->CommitSequenceExtention(), SequenceError);
  cache_->ExtendSequence(1, {3});
  EXPECT_THROW(cache_->CommitSequenceExtension(), SequenceError);
}

TEST_F(PrefixCacheRules, AnExtensionForASequenceThatIsGoneIsDropped) {
  cache_->ExtendSequence(1, {1, 2, 3});
  ASSERT_NO_THROW(cache_->CommitSequenceExtension());
  EXPECT_EQ(KnownTokens(cache_, {1, 2, 3}), 0U);
  cache_->ExtendSequence(5, {1, 2, 3});
  Insert(cache_, 5, {9});
  EXPECT_EQ(KnownTokens(cache_, {1, 2, 3}), 0U) << "it was gone before sequence 5 came";
}

TEST_F(PrefixCacheRules, AnExtensionForARecyclingSequenceIsDroppedWithAnErrorAndTheOthersStay) {
  ServeAndRecycle(cache_, 4242, {1, 2});
  Insert(cache_, 2, {8});
  cache_->ExtendSequence(2, {8});
  cache_->ExtendSequence(4242, {3});
  cache_->ExtendSequence(2, {9});
  const std::string message = MessageOf<SequenceError>([&] { cache_->CommitSequenceExtension(); });
  EXPECT_TRUE(Names(message, "4242")) << message;
  ASSERT_NO_THROW(cache_->CommitSequenceExtension());
  EXPECT_EQ(KnownTokens(cache_, {8, 9}), 2U);
  EXPECT_EQ(Insert(cache_, 3, {1, 2, 3, 4}), Reused(4242, 2)) << "not extended";
}

TEST_F(PrefixCacheRules, AnExtensionForASequenceThatWasFreedMeanwhileIsDropped) {
  ServeAndRecycle(cache_, 1, {1, 2});
  cache_->ExtendSequence(1, {3});
  EXPECT_TRUE(cache_->TryFreeMemory());
  EXPECT_NO_THROW(cache_->CommitSequenceExtension());
  EXPECT_FALSE(cache_->HasSequence(1));
}

TEST_F(PrefixCacheRules, ResetForgetsSequencesAndQueueAndIsUsableAfterwards) {
  Serve(cache_, 1, {1, 2, 3});
  ServeAndRecycle(cache_, 2, {5, 6});
  cache_->ExtendSequence(1, {4});
  cache_->Reset();
  EXPECT_FALSE(cache_->HasSequence(1));
  EXPECT_FALSE(cache_->HasSequence(2));
  EXPECT_FALSE(cache_->TryFreeMemory());
  EXPECT_EQ(Insert(cache_, 1, {1, 2, 3}), NewSequence());
  EXPECT_EQ(KnownTokens(cache_, {4}), 0U) << "what was queued for the old sequence 1";
}

// --- Rollbacks -----------------------------------------------------------------------------------

TEST_F(PrefixCacheRules, RollingBackCommitsAndThenDropsTheLastTokens) {
  Insert(cache_, 1, {1});
  cache_->ExtendSequence(1, {1, 2, 3});
  cache_->RollBackSequence(1, 1);
  EXPECT_EQ(KnownTokens(cache_, {1, 2, 3}), 2U);
  cache_->RollBackSequence(1, 2);
  EXPECT_TRUE(cache_->HasSequence(1));
  EXPECT_EQ(KnownTokens(cache_, {1, 2, 3}), 0U);
}

}  // namespace
}  // namespace pagedradix::test
