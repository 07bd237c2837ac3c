// Each race that the protocol exists for, as a script: one thread is stopped between the two steps
// that matter, others do the worst they can, and it goes on. tests/mutations/ shows which rule of
// docs/concurrency.md each test guards: with the rule taken out the test fails.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "concurrency_support.hpp"
#include "stopped_thread.hpp"
#include "tree_helpers.hpp"

namespace pagedradix::test {
namespace {

using namespace std::chrono_literals;

/// A tree over pages of one letter.
class ScriptedRace : public testing::Test {
 protected:
  static Prompt Letters(std::string_view word) { return Prompt(word.begin(), word.end()); }

  void Insert(std::string_view word, std::string_view tenant) {
    tree_.InsertTokens(Letters(word), tenant);
  }
  std::size_t Match(std::string_view word) {
    return tree_.MatchPrefixWithCounts(Letters(word)).matched_token_count;
  }
  std::size_t Held(std::string_view word, std::string_view tenant) {
    return HeldBy(tree_, Letters(word), tenant);
  }
  void TearDown() override {
    detail::sync_point::hook = nullptr;
    if (!HasFailure()) ExpectExactAtRest(tree_);
  }

  /// How long a thread that need not wait has at most, and how long one that must wait is watched.
  static constexpr auto kSoon = 20s;
  static constexpr auto kWhile = 30ms;

  TokenTree tree_{WithPageSize(1)};
};

// --- Readers -------------------------------------------------------------------------------------

TEST_F(ScriptedRace, R1_ASplitBetweenChildAndEdgeHidesNothing) {
  Insert("abcd", "t");
  std::size_t matched = 0;
  StoppedThread reader(SyncPoint::kChildLoaded, [&] { matched = Match("abcd"); });
  Insert("ab", "t");
  reader.GoOn();
  EXPECT_EQ(matched, 4U);
}

TEST_F(ScriptedRace, R1_ASplitInATableThatWasReplacedMeanwhileHidesNothing) {
  Insert("abcd", "t");
  Insert("x", "t");
  std::size_t matched = 0;
  StoppedThread reader(SyncPoint::kChildLoaded, [&] { matched = Match("abcd"); });
  for (const char* other : {"k", "l", "m", "n", "o", "p"}) Insert(other, "t");
  Insert("ab", "t");
  reader.GoOn();
  EXPECT_EQ(matched, 4U);
}

TEST_F(ScriptedRace, R3_TheUpperPartIsFoundWhenTheLowerWasSplitOffAndEvicted) {
  Insert("abcd", "t");
  std::size_t matched = 0;
  StoppedThread reader(SyncPoint::kEdgeCompared, [&] { matched = Match("abcd"); });
  Insert("ab", "t");
  tree_.EvictTenant("t", 2);
  reader.GoOn();
  EXPECT_EQ(matched, 2U);
}

TEST_F(ScriptedRace, R3_ANodeThatChangesHandsIsOwnedAllTheTime) {
  Insert("ab", "s");
  Insert("ab", "t");
  tree_.EvictTenant("s", 0);
  for (int round = 0; round < 10; ++round) {  // until its place may be used again (R18)
    Insert("w", "w");
    tree_.EvictTenant("w", 0);
  }
  std::size_t matched = 0;
  StoppedThread reader(SyncPoint::kMatchEnded, [&] { matched = Match("ab"); });
  Insert("ab", "s");
  tree_.EvictTenant("t", 0);
  reader.GoOn();
  EXPECT_EQ(matched, 2U);
}

TEST_F(ScriptedRace, R4_AMatchWhoseOwnersAllLeaveLooksAgain) {
  Insert("ab", "s");
  Insert("abcd", "t");
  PrefixMatchResult result;
  StoppedThread reader(SyncPoint::kMatchEnded,
                       [&] { result = tree_.MatchPrefixWithCounts(Letters("abcd")); });
  tree_.EvictTenant("t", 0);
  reader.GoOn();
  EXPECT_EQ(result.matched_token_count, 2U);
  EXPECT_EQ(result.tenant, "s");
}

TEST_F(ScriptedRace, R5_ChildrenThatWereRemovedHideNoOther) {
  constexpr Token kChildren = 300;
  for (Token first = 0; first < kChildren; ++first) {
    tree_.InsertTokens(Prompt{first}, first % 2 == 0 ? "even" : "odd");
  }
  tree_.EvictTenant("even", 0);
  for (Token first = 1; first < kChildren; first += 2) {
    EXPECT_EQ(HeldBy(tree_, Prompt{first}, "odd"), 1U) << first;
  }
}

// --- Writers -------------------------------------------------------------------------------------

TEST_F(ScriptedRace, R6_ALeafThatSomebodyElseAddedMeanwhileIsNotAddedTwice) {
  Insert("a", "t");
  StoppedThread writer(SyncPoint::kInsertWalked, [&] { Insert("abc", "t"); });
  Insert("abx", "s");
  writer.GoOn();
  EXPECT_EQ(Held("abc", "t"), 3U);
  EXPECT_EQ(Held("abx", "s"), 3U);
}

TEST_F(ScriptedRace, R6_AnInsertWhoseParentWentAwayGoesOnAboveIt) {
  Insert("ab", "s");
  StoppedThread writer(SyncPoint::kInsertWalked, [&] { Insert("abcd", "t"); });
  tree_.EvictTenant("s", 0);
  writer.GoOn();
  EXPECT_EQ(Held("abcd", "t"), 4U);
}

TEST_F(ScriptedRace, R6_ASplitThatComesSecondMeasuresAgain) {
  Insert("abcdef", "s");
  StoppedThread writer(SyncPoint::kInsertWalked, [&] { Insert("abcx", "t"); });
  Insert("ab", "s");
  writer.GoOn();
  EXPECT_EQ(Held("abcx", "t"), 4U);
  EXPECT_EQ(Match("abcdef"), 6U);
}

TEST_F(ScriptedRace, R7_TheParentOfANewOwnerIsNotEvictedMeanwhile) {
  Insert("a", "t");
  Insert("abc", "s");
  StoppedThread writer(SyncPoint::kParentClaimed, [&] { Insert("abc", "t"); });
  tree_.EvictTenant("t", 0);
  writer.GoOn();
  EXPECT_EQ(Held("abc", "t"), 3U);
}

TEST_F(ScriptedRace, R7_WhatATenantOwnsIsCounted) {
  Insert("ab", "s");
  StoppedThread writer(SyncPoint::kInsertEnding, [&] { Insert("ab", "t"); });
  Insert("ab", "t");
  EXPECT_EQ(tree_.EvictTenant("t", 0), 2U);
  EXPECT_EQ(tree_.TenantTokenSize("t"), 0U);
  writer.GoOn();
  EXPECT_EQ(tree_.TenantTokenSize("t"), 2U);
}

TEST_F(ScriptedRace, R8_TheParentOfANewLeafIsNotEvictedMeanwhile) {
  Insert("a", "t");
  StoppedThread writer(SyncPoint::kLeafClaimed, [&] { Insert("abc", "t"); });
  BackgroundThread evictor([&] { tree_.EvictTenant("t", 2); });
  EXPECT_FALSE(evictor.EndsWithin(kWhile)) << "it has to wait for the lock";
  writer.GoOn();
  evictor.Join();
  EXPECT_EQ(Held("a", "t"), 1U);
}

TEST_F(ScriptedRace, R8_ABufferThatChangesDuringAnInsertIsFoundAsItWasCopied) {
  for (const char* other : {"k", "l"}) Insert(other, "t");  // so that children go by their hash
  Prompt buffer = Letters("abc");
  StoppedThread writer(SyncPoint::kLeafCopied, [&] { tree_.InsertTokens(buffer, "t"); });
  buffer = Letters("xyz");
  writer.GoOn();
  EXPECT_EQ(Held("abc", "t"), 3U);
}

TEST_F(ScriptedRace, R9_ReadersGoOnWhileAnEdgeIsCut) {
  Insert("abcd", "t");
  StoppedThread writer(SyncPoint::kUpperLinked, [&] { Insert("abx", "t"); });
  std::atomic<std::size_t> matched{0};
  BackgroundThread reader([&] { matched = Match("abcd"); });
  EXPECT_TRUE(reader.EndsWithin(kSoon)) << "a reader waits for a writer";
  writer.GoOn();
  reader.Join();
  EXPECT_EQ(matched, 4U);
}

TEST_F(ScriptedRace, R9_AChildAddedWhileAnEdgeIsCutHidesNeitherOfTheTwo) {
  Insert("abcd", "t");
  StoppedThread splitter(SyncPoint::kUpperLinked, [&] { Insert("ab", "t"); });
  BackgroundThread adder([&] { Insert("abx", "t"); });
  EXPECT_FALSE(adder.EndsWithin(kWhile)) << "it has to wait for the lock";
  splitter.GoOn();
  adder.Join();
  EXPECT_EQ(Match("abcd"), 4U);
  EXPECT_EQ(Match("abx"), 3U);
}

// --- Eviction ------------------------------------------------------------------------------------

TEST_F(ScriptedRace, R10_ALeafThatGotAChildIsNotEvicted) {
  Insert("ab", "t");
  StoppedThread evictor(SyncPoint::kRecordPopped, [&] { tree_.EvictTenant("t", 1); });
  Insert("abcd", "t");
  evictor.GoOn();
  EXPECT_GE(Held("abcd", "t"), 2U);
}

TEST_F(ScriptedRace, R11_ANodeThatIsOwnedAgainIsNotUnlinked) {
  Insert("ab", "s");
  StoppedThread evictor(SyncPoint::kUnowned, [&] { tree_.EvictTenant("s", 0); });
  Insert("ab", "t");
  evictor.GoOn();
  EXPECT_EQ(Held("ab", "t"), 2U);
}

TEST_F(ScriptedRace, R11_ANodeThatWasSplitMeanwhileIsUnlinkedFromItsNewParent) {
  Insert("abcd", "s");
  StoppedThread evictor(SyncPoint::kUnowned, [&] { tree_.EvictTenant("s", 0); });
  Insert("ab", "t");
  evictor.GoOn();
  EXPECT_EQ(Held("abcd", "t"), 2U);
  EXPECT_EQ(Match("abcd"), 2U);
}

TEST_F(ScriptedRace, R13_AParentIsQueuedOnceItsLastChildHasGone) {
  Insert("ab", "t");
  Insert("abcd", "t");
  StoppedThread evictor(SyncPoint::kOwnerRemoved, [&] { tree_.EvictTenant("t", 2); });
  EXPECT_EQ(Held("abcd", "t"), 2U);
  evictor.GoOn();
  EXPECT_EQ(tree_.EvictTenant("t", 0), 2U);
}

TEST_F(ScriptedRace, R14_WhatAnInsertOwnsIsNotEvictedBeforeItEnds) {
  Insert("ab", "s");
  StoppedThread writer(SyncPoint::kInsertEnding, [&] { Insert("ab", "t"); });
  EXPECT_EQ(tree_.EvictTenant("t", 0), 0U);
  EXPECT_EQ(Held("ab", "t"), 2U);
  writer.GoOn();
  EXPECT_EQ(tree_.EvictTenant("t", 0), 2U);
}

// --- Whole tenants, whole trees ------------------------------------------------------------------

TEST_F(ScriptedRace, R14_WhatCanBeTakenAwayBelongsToAKnownTenant) {
  StoppedThread writer(SyncPoint::kInsertEnding, [&] { Insert("ab", "t"); });
  bool removed = false;
  BackgroundThread remover([&] { removed = tree_.RemoveTenant("t"); });
  EXPECT_FALSE(remover.EndsWithin(kWhile)) << "the name is not known";
  writer.GoOn();
  remover.Join();
  EXPECT_TRUE(removed);
  EXPECT_EQ(Match("ab"), 0U);
}

TEST_F(ScriptedRace, R14_AnInsertOfWhatAnUnknownTenantHoldsMakesItKnown) {
  Insert("ab", "s");
  StoppedThread writer(SyncPoint::kLeafClaimed, [&] { Insert("abcd", "t"); });
  Insert("ab", "t");  // t owns it by now, with a claim for the leaf to come
  EXPECT_EQ(CountsOf(tree_).count("t"), 1U);
  writer.GoOn();
}

TEST_F(ScriptedRace, R18_ALateTouchMeetsNoStranger) {
  TokenTree tree(WithPolicy(EvictionPolicy::kLfu));
  const Prompt contested = Letters("ab");
  tree.InsertTokens(contested, "s");
  tree.InsertTokens(Letters("abc"), "keeper");
  tree.InsertTokens(contested, "s");  // the last to touch it: a match names s
  StoppedThread reader(SyncPoint::kPlaceFound, [&] { tree.MatchPrefixWithCounts(contested); });
  tree.EvictTenant("s", 0);
  tree.InsertTokens(contested, "t");
  tree.InsertTokens(Letters("xy"), "t");
  reader.GoOn();
  // Both of t's leaves were hit once, so the older one goes first.
  tree.EvictTenant("t", 2);
  EXPECT_EQ(HeldBy(tree, Letters("xy"), "t"), 2U);
}

TEST_F(ScriptedRace, R19_AnEvictionEndsHoweverMuchComesMeanwhile) {
  constexpr Token kOld = 10;
  constexpr Token kEnough = 1000;
  for (Token first = 0; first < kOld; ++first) tree_.InsertTokens(Prompt{first}, "t");
  Token newest = kOld;
  const AtSyncPoint insert(SyncPoint::kRecordPopped, [&] {
    if (newest < kEnough) tree_.InsertTokens(Prompt{newest++}, "t");
  });
  EXPECT_EQ(tree_.EvictTenant("t", 4), 6U);
  EXPECT_LT(newest, kEnough);
}

TEST_F(ScriptedRace, R19_AnEvictionFreesAsItGoes) {
  constexpr Token kLeaves = 5000;
  for (Token first = 0; first < kLeaves; ++first) tree_.InsertTokens(Prompt{first}, "t");
  std::size_t most = 0;
  const AtSyncPoint look(SyncPoint::kUnlinked,
                         [&] { most = std::max(most, tree_.Stats().limbo_objects); });
  tree_.EvictTenant("t", 0);
  EXPECT_LT(most, kLeaves / 10);
}

TEST_F(ScriptedRace, R20_AnInsertForATenantThatIsBeingRemovedIsForTheNextOfThatName) {
  Insert("x", "t");
  Insert("ab", "s");
  StoppedThread writer(SyncPoint::kInsertWalked, [&] { Insert("ab", "t"); });
  EXPECT_TRUE(tree_.RemoveTenant("t"));
  writer.GoOn();
  EXPECT_EQ(Held("ab", "t"), 2U);
  EXPECT_EQ(Held("x", "t"), 0U);
}

TEST_F(ScriptedRace, R20_AnInsertAfterTheNameIsGoneIsNotRemoved) {
  Insert("x", "t");
  StoppedThread remover(SyncPoint::kTenantSealed, [&] { tree_.RemoveTenant("t"); });
  Insert("ab", "t");
  remover.GoOn();
  EXPECT_EQ(Held("ab", "t"), 2U);
  EXPECT_EQ(Held("x", "t"), 0U);
}

TEST_F(ScriptedRace, R21_APathThatWasUnlinkedDuringSelectIsNotUsed) {
  Insert("abcd", "s");
  const auto select = [&](const PrefixMatchResult&) -> std::optional<std::string_view> {
    tree_.RemoveTenant("s");
    for (const char* other : {"kkkk", "llll", "mmmm", "abxx"}) Insert(other, "u");
    return "t";
  };
  tree_.MatchAndInsertWith(Letters("abcdef"), select);
  EXPECT_EQ(Held("abcdef", "t"), 6U);
  EXPECT_EQ(Held("kkkk", "t"), 0U);
}

TEST_F(ScriptedRace, R21_ATreeThatWasClearedDuringSelectGetsTheInsert) {
  Insert("abcd", "s");
  const auto select = [&](const PrefixMatchResult&) -> std::optional<std::string_view> {
    tree_.Clear();
    return "t";
  };
  tree_.MatchAndInsertWith(Letters("abcd"), select);
  EXPECT_EQ(Held("abcd", "t"), 4U);
  EXPECT_EQ(tree_.Stats().nodes, 1U);
}

// --- Reclamation ---------------------------------------------------------------------------------

TEST_F(ScriptedRace, R23_WhatAReaderLooksAtIsNotFreed) {
  Insert("abcd", "s");
  std::size_t matched = 9;
  StoppedThread reader(SyncPoint::kChildLoaded, [&] { matched = Match("abcd"); });
  for (int round = 0; round < 1000; ++round) {
    tree_.EvictTenant("s", 0);
    Insert("wxyz", "s");
  }
  EXPECT_GT(tree_.Stats().limbo_objects, 0U) << "nothing waits for the reader";
  tree_.EvictTenant("s", 0);
  reader.GoOn();
  EXPECT_EQ(matched, 0U);
  Insert("abcd", "s");
  tree_.EvictTenant("s", 0);
  EXPECT_LT(tree_.Stats().limbo_objects, 100U) << "what waited is not freed";
}

TEST_F(ScriptedRace, R24_ClearWaitsForWhoIsInside) {
  Insert("abcd", "s");
  std::size_t matched = 9;
  StoppedThread reader(SyncPoint::kChildLoaded, [&] { matched = Match("abcd"); });
  BackgroundThread clearer([&] { tree_.Clear(); });
  EXPECT_FALSE(clearer.EndsWithin(kWhile)) << "memory is freed under a reader";
  reader.GoOn();
  clearer.Join();
  EXPECT_EQ(matched, 4U);
  EXPECT_EQ(Match("abcd"), 0U);
}

TEST_F(ScriptedRace, R24_WhoComesAfterTheNewGenerationDoesNotWaitForClear) {
  Insert("abcd", "s");
  StoppedThread clearer(SyncPoint::kGenerationReplaced, [&] { tree_.Clear(); });
  BackgroundThread writer([&] { Insert("wxyz", "t"); });
  EXPECT_TRUE(writer.EndsWithin(kSoon));
  clearer.GoOn();
  writer.Join();
  EXPECT_EQ(Held("wxyz", "t"), 4U);
  EXPECT_EQ(Match("abcd"), 0U);
}

}  // namespace
}  // namespace pagedradix::test
