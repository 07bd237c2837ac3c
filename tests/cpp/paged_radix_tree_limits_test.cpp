// PagedRadixTree at its limits: a pool that is full, wide nodes, deep chains, any id. Nothing may
// recurse with the data, cost a walk over the tree, or keep pages that nobody needs.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/paged_radix_tree.hpp"
#include "sequence_helpers.hpp"
#include "test_seed.hpp"

namespace pagedradix::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::int64_t kManySequences = 10000;
constexpr std::int64_t kDepth = 10000;
#else
constexpr std::int64_t kManySequences = 1000000;
constexpr std::int64_t kDepth = 100000;
#endif

// --- Capacity ------------------------------------------------------------------------------------

TEST(PagedRadixTreeCapacity, ASequenceAloneTakesNoMorePagesThanItsTokensFill) {
  const auto tree = PagedRadixTree::Create();
  for (const std::size_t length : {1U, 63U, 64U, 65U, 200U, 4096U}) {
    Store(tree, 1, TokenRun(0, length));
    EXPECT_EQ(tree->FreeCapacity(), 4096 - (length + 63) / 64 * 64) << length;
    tree->RemoveSequence(1);
    EXPECT_EQ(tree->FreeCapacity(), 4096U) << length;
  }
}

TEST(PagedRadixTreeCapacity, ComesBackWhenASequenceThatSharesWithAnotherGoes) {
  const auto tree = PagedRadixTree::Create();
  Store(tree, 1, TokenRun(0, 200));
  const std::size_t before = tree->FreeCapacity();
  for (std::size_t shared = 0; shared <= 200; ++shared) {
    Store(tree, 2, Joined(TokenRun(0, shared), TokenRun(1000, 200 - shared)));
    tree->RemoveSequence(2);
    ASSERT_EQ(tree->FreeCapacity(), before) << "shared " << shared;
    ASSERT_EQ(tree->Stats().nodes, 1U) << "the split is undone";
  }
  tree->RemoveSequence(1);
  EXPECT_EQ(tree->FreeCapacity(), 4096U);
}

TEST(PagedRadixTreeCapacity, ComesBackWhicheverOfTwoGoesFirst) {
  for (const std::int64_t first : {1, 2}) {
    const auto tree = PagedRadixTree::Create();
    Store(tree, 1, TokenRun(0, 200));
    Store(tree, 2, Joined(TokenRun(0, 100), TokenRun(1000, 100)));
    tree->RemoveSequence(first);
    EXPECT_EQ(tree->FreeCapacity(), 4096U - 256U);
    EXPECT_EQ(tree->Stats().nodes, 1U);
    tree->RemoveSequence(3 - first);
    EXPECT_EQ(tree->FreeCapacity(), 4096U);
  }
}

TEST(PagedRadixTreeCapacity, GrowsByWholeBlocks) {
  const auto tree = PagedRadixTree::Create(WithPages(8, 3));
  EXPECT_EQ(tree->FreeCapacity(), 24U);
  Store(tree, 1, TokenRun(0, 24));
  EXPECT_EQ(tree->FreeCapacity(), 0U);
  tree->ExtendSequence(1, {-1});
  EXPECT_EQ(tree->FreeCapacity(), 16U);
  tree->RemoveSequence(1);
  EXPECT_EQ(tree->FreeCapacity(), 48U);
  EXPECT_EQ(tree->Stats().pages_allocated, 6U);
}

TEST(PagedRadixTreeCapacity, ResetInALoopKeepsNothing) {
  const auto tree = PagedRadixTree::Create(WithPages(4, 2));
  const SequenceDump fresh(tree);
  std::size_t bytes = 0;
  for (int round = 0; round < 200; ++round) {
    for (std::int32_t id = 0; id < 30; ++id) Store(tree, id, TokenRun(id / 3, 50));
    tree->RemoveSequence(7);
    ASSERT_EQ(tree->CheckInvariants(), "");
    tree->Reset();
    ASSERT_EQ(SequenceDump(tree), fresh);
    if (round == 0) bytes = tree->Stats().bytes;
    ASSERT_LE(tree->Stats().bytes, bytes) << "round " << round;
  }
}

// --- Ids -----------------------------------------------------------------------------------------

TEST(PagedRadixTreeIds, AreAllOf64Bits) {
  constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kTwoTo31 = std::int64_t{1} << 31;
  // Some differ from others in their upper or in their lower half only.
  const std::vector<std::int64_t> ids = {
      kLowest,      kLowest + 1, -2 * kTwoTo31, -kTwoTo31 - 1,    -kTwoTo31,    -1,      0, 1,
      kTwoTo31 - 1, kTwoTo31,    2 * kTwoTo31,  2 * kTwoTo31 + 1, kHighest - 1, kHighest};
  const auto tree = PagedRadixTree::Create(WithPages(2));
  tree->AddSequence(kLowest);
  tree->ExtendSequence(kLowest, {1, 2, 3});
  for (std::size_t i = 1; i < ids.size(); ++i) {
    tree->ForkSequence(ids[i], ids[i - 1], 2);
    tree->ExtendSequence(ids[i], {static_cast<std::int32_t>(i) + 10});
  }
  EXPECT_EQ(MatchOf(tree, {1, 2}), SequenceMatch(2, ids));
  for (std::size_t i = 1; i < ids.size(); ++i) {
    const std::int32_t own = static_cast<std::int32_t>(i) + 10;
    EXPECT_EQ(MatchOf(tree, {1, 2, own}), SequenceMatch(3, {ids[i]}));
    EXPECT_THROW(tree->AddSequence(ids[i]), SequenceError);
  }
  for (const std::int64_t id : ids) tree->RemoveSequence(id);
  for (const std::int64_t id : ids) EXPECT_FALSE(tree->HasSequence(id)) << id;
  EXPECT_EQ(tree->CheckInvariants(), "");
}

// --- Wide nodes ----------------------------------------------------------------------------------

std::vector<std::int64_t> IdsBelow(std::int64_t count) {
  std::vector<std::int64_t> ids(static_cast<std::size_t>(count));
  std::iota(ids.begin(), ids.end(), 0);
  return ids;
}

TEST(PagedRadixTreeWidth, AMillionSequencesThatGoOnFromOnePrefixAreListed) {
  const SequenceTokens prefix = TokenRun(1, 10);
  const auto tree = PagedRadixTree::Create(WithPages(4, 4096));
  Store(tree, 0, Joined(prefix, {0}));
  for (std::int32_t id = 1; id < kManySequences; ++id) {
    tree->ForkSequence(id, id - 1, 10);
    tree->ExtendSequence(id, {id});
  }
  EXPECT_EQ(MatchOf(tree, prefix), SequenceMatch(10, IdsBelow(kManySequences)));
  EXPECT_EQ(tree->Stats().nodes, static_cast<std::size_t>(kManySequences) + 1);
  for (std::int32_t id = 0; id < kManySequences; ++id) {
    ASSERT_EQ(tree->MatchPrefix(Joined(prefix, {id, 1})), SequenceMatch(11, {id}));
  }
  EXPECT_EQ(tree->CheckInvariants(), "");

  for (std::int64_t id = 0; id < kManySequences; id += 2) tree->RemoveSequence(id);
  EXPECT_EQ(MatchOf(tree, prefix).second.size(), static_cast<std::size_t>(kManySequences) / 2);
  for (std::int64_t id = 1; id < kManySequences; id += 2) tree->RollBackSequence(id, 1);
  EXPECT_EQ(tree->Stats().nodes, 1U);
  EXPECT_EQ(MatchOf(tree, prefix).second.size(), static_cast<std::size_t>(kManySequences) / 2);
  for (std::int64_t id = 1; id < kManySequences; id += 2) tree->RemoveSequence(id);
  EXPECT_EQ(tree->FreeCapacity(), tree->Stats().pages_allocated * 4);
  EXPECT_EQ(tree->CheckInvariants(), "");
}

TEST(PagedRadixTreeWidth, AMillionEqualSequencesAreListedAndRemovedInAnyOrder) {
  const SequenceTokens tokens = TokenRun(1, 100);
  const auto tree = PagedRadixTree::Create();
  Store(tree, 0, tokens);
  for (std::int64_t id = 1; id < kManySequences; ++id) tree->ForkSequence(id, 0, tokens.size());
  EXPECT_EQ(tree->FreeCapacity(), 4096U - 128U) << "stored once";
  std::vector<std::int64_t> ids = IdsBelow(kManySequences);
  EXPECT_EQ(MatchOf(tree, tokens), SequenceMatch(100, ids));
  EXPECT_EQ(tree->CheckInvariants(), "");
  TestRandom random(1);
  for (std::size_t i = ids.size(); i > 1; --i) std::swap(ids[i - 1], ids[random.Below(i)]);
  for (const std::int64_t id : ids) tree->RemoveSequence(id);
  EXPECT_EQ(tree->FreeCapacity(), 4096U);
}

TEST(PagedRadixTreeWidth, AMillionEmptySequencesCostNoPageAndNeverMatch) {
  const auto tree = PagedRadixTree::Create();
  for (std::int64_t id = 0; id < kManySequences; ++id) tree->AddSequence(id);
  EXPECT_EQ(tree->FreeCapacity(), 4096U);
  EXPECT_EQ(MatchOf(tree, {1}), SequenceMatch(0, {}));
  EXPECT_EQ(tree->SequenceIds().size(), static_cast<std::size_t>(kManySequences));
  tree->Reset();
  EXPECT_EQ(tree->SequenceIds().size(), 0U);
}

// --- Deep chains ---------------------------------------------------------------------------------

/// Sequence k is the first k + 1 tokens: a chain of as many nodes of one token each.
PagedRadixTree DeepChain() {
  auto tree = PagedRadixTree::Create(WithPages(4, 4096));
  Store(tree, 0, {0});
  for (std::int32_t id = 1; id < kDepth; ++id) {
    tree->ForkSequence(id, id - 1, static_cast<std::size_t>(id));
    tree->ExtendSequence(id, {id});
  }
  return tree;
}

TEST(PagedRadixTreeDepth, AChainIsAskedWithoutRecursion) {
  const auto tree = DeepChain();
  const SequenceTokens tokens = TokenRun(0, kDepth);
  EXPECT_EQ(tree->Stats().nodes, static_cast<std::size_t>(kDepth));
  EXPECT_EQ(tree->CheckInvariants(), "");
  EXPECT_EQ(tree->GetSequenceTokens(kDepth - 1), tokens);
  EXPECT_EQ(MatchOf(tree, tokens), SequenceMatch(kDepth, {kDepth - 1}));
  EXPECT_EQ(MatchOf(tree, {0}), SequenceMatch(1, IdsBelow(kDepth))) << "all are below";
}

TEST(PagedRadixTreeDepth, AChainIsRemovedFromEitherEndWithoutRecursion) {
  for (const bool from_the_top : {true, false}) {
    const auto tree = DeepChain();
    for (std::int64_t i = 0; i < kDepth; ++i) {
      tree->RemoveSequence(from_the_top ? i : kDepth - 1 - i);
    }
    EXPECT_EQ(tree->Stats().nodes, 0U);
    EXPECT_EQ(tree->FreeCapacity(), tree->Stats().pages_allocated * 4);
    EXPECT_EQ(tree->CheckInvariants(), "");
  }
}

TEST(PagedRadixTreeDepth, AChainIsRolledBackWithoutRecursion) {
  const auto tree = DeepChain();
  tree->RollBackSequence(kDepth - 1, kDepth);
  EXPECT_EQ(tree->GetSequenceLength(kDepth - 1), 0U);
  EXPECT_EQ(tree->Stats().nodes, static_cast<std::size_t>(kDepth) - 1);
  tree->ForkSequence(-1, kDepth - 2, 1);
  EXPECT_EQ(tree->GetSequenceTokens(-1), SequenceTokens{0});
  EXPECT_EQ(tree->CheckInvariants(), "");
}

TEST(PagedRadixTreeDepth, AChainIsResetAndDestroyedWithoutRecursion) {
  auto tree = DeepChain();
  tree->Reset();
  EXPECT_EQ(tree->Stats().nodes, 0U);
  Store(tree, 1, TokenRun(0, 10));
  EXPECT_EQ(MatchOf(tree, TokenRun(0, 10)), SequenceMatch(10, {1}));
  tree = DeepChain();
}

TEST(PagedRadixTreeDepth, AMillionTokensAreOneSequence) {
  constexpr std::size_t kMillionTokens = 1000000;
  const SequenceTokens tokens = TokenRun(0, kMillionTokens);
  const auto tree = PagedRadixTree::Create();
  Store(tree, 1, tokens);
  tree->ForkSequence(2, 1, kMillionTokens / 2);
  tree->ExtendSequence(2, {-1});
  EXPECT_EQ(tree->GetSequenceTokens(1), tokens);
  EXPECT_EQ(MatchOf(tree, tokens), SequenceMatch(kMillionTokens, {1}));
  tree->RollBackSequence(1, kMillionTokens - 1);
  EXPECT_EQ(tree->GetSequenceTokens(2), Joined(FirstOf(tokens, kMillionTokens / 2), {-1}));
  EXPECT_EQ(tree->CheckInvariants(), "");
}

}  // namespace
}  // namespace pagedradix::test
