// PagedRadixTree as a specification: what each call does to one tree.
#include "pagedradix/paged_radix_tree.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sequence_helpers.hpp"

namespace pagedradix::test {
namespace {

using Ids = std::vector<std::int64_t>;

TEST(PagedRadixTree, AFreshTreeHasRoomFor64PagesOf64Tokens) {
  const auto tree = PagedRadixTree::Create();
  EXPECT_EQ(tree->FreeCapacity(), 4096U);
  EXPECT_EQ(tree->Options().page_size, 64U);
  EXPECT_EQ(tree->Options().pages_per_block, 64U);
  EXPECT_EQ(tree->Options().max_tokens, std::numeric_limits<std::size_t>::max());
}

TEST(PagedRadixTree, AFreshTreeHoldsNothing) {
  const auto tree = PagedRadixTree::Create();
  EXPECT_FALSE(tree->HasSequence(0));
  EXPECT_EQ(tree->SequenceIds(), Ids());
  EXPECT_EQ(MatchOf(tree, {1, 2}), SequenceMatch(0, {}));
  const PagedRadixTreeStats stats = tree->Stats();
  EXPECT_EQ(stats.sequences, 0U);
  EXPECT_EQ(stats.nodes, 0U);
  EXPECT_EQ(stats.tokens, 0U);
  EXPECT_EQ(stats.pages_used, 0U);
  EXPECT_EQ(stats.pages_allocated, 64U);
  EXPECT_EQ(tree->CheckInvariants(), "");
}

TEST(PagedRadixTree, KeepsItsOptions) {
  const auto tree = PagedRadixTree::Create(WithPages(7, 5, 700));
  EXPECT_EQ(tree->Options().page_size, 7U);
  EXPECT_EQ(tree->Options().pages_per_block, 5U);
  EXPECT_EQ(tree->Options().max_tokens, 700U);
  EXPECT_EQ(tree->FreeCapacity(), 35U);
}

TEST(PagedRadixTree, TakesTheLargestPagesAndTheLargestBlocks) {
  constexpr std::size_t kLargest = std::size_t{1} << 20;
  for (const PagedRadixTreeOptions& options : {WithPages(kLargest, 1), WithPages(1, kLargest)}) {
    const auto tree = PagedRadixTree::Create(options);
    EXPECT_EQ(tree->FreeCapacity(), kLargest);
    Store(tree, 1, TokenRun(0, 1000));
    tree->ForkSequence(2, 1, 500);
    EXPECT_EQ(SequencesOf(tree), (SequenceMap{{1, TokenRun(0, 1000)}, {2, TokenRun(0, 500)}}));
    EXPECT_EQ(tree->CheckInvariants(), "");
  }
}

TEST(PagedRadixTree, CopiesOfAHandleShareTheTree) {
  EXPECT_FALSE(PagedRadixTree().defined());
  const auto tree = PagedRadixTree::Create();
  PagedRadixTree copy;
  copy = tree;
  copy->AddSequence(1);
  EXPECT_TRUE(tree->HasSequence(1));
  EXPECT_TRUE(copy.same_as(tree));
  EXPECT_NE(copy, PagedRadixTree::Create());
  EXPECT_FALSE(std::is_copy_constructible_v<PagedRadixTreeObj>);
}

class PagedRadixTreeOfPageSize : public ::testing::TestWithParam<std::size_t> {
 protected:
  // Ends inside a page, whatever the page size, but for 1.
  std::size_t Length() const { return 3 * GetParam() + GetParam() / 2; }
  SequenceTokens Tokens() const { return TokenRun(100, Length()); }

  PagedRadixTree tree_ = PagedRadixTree::Create(WithPages(GetParam(), 4));
};

INSTANTIATE_TEST_SUITE_P(PageSizes, PagedRadixTreeOfPageSize, ::testing::Values(1, 2, 7, 64));

TEST_P(PagedRadixTreeOfPageSize, AnAddedSequenceIsEmpty) {
  tree_->AddSequence(5);
  EXPECT_TRUE(tree_->HasSequence(5));
  EXPECT_FALSE(tree_->HasSequence(6));
  EXPECT_EQ(tree_->GetSequenceLength(5), 0U);
  EXPECT_EQ(tree_->GetSequence(5), IntTuple());
  EXPECT_EQ(tree_->Stats().sequences, 1U);
  EXPECT_EQ(tree_->Stats().pages_used, 0U);
}

TEST_P(PagedRadixTreeOfPageSize, ExtendingAppendsWhateverThePieces) {
  const SequenceTokens tokens = Tokens();
  for (std::size_t piece = 1; piece <= tokens.size(); ++piece) {
    const auto id = static_cast<std::int64_t>(piece);
    tree_->AddSequence(id);
    for (std::size_t at = 0; at < tokens.size(); at += piece) {
      tree_->ExtendSequence(id, tokens.data() + at, std::min(piece, tokens.size() - at));
    }
    ASSERT_EQ(tree_->GetSequenceTokens(id), tokens) << "pieces of " << piece;
    ASSERT_EQ(tree_->GetSequence(id), IntTuple(tokens.begin(), tokens.end()));
    ASSERT_EQ(tree_->GetSequenceLength(id), tokens.size());
  }
  EXPECT_EQ(tree_->Stats().tokens, tokens.size()) << "stored once for all";
  EXPECT_EQ(tree_->CheckInvariants(), "");
}

TEST_P(PagedRadixTreeOfPageSize, ExtendingByNothingChangesNothing) {
  Store(tree_, 1, Tokens());
  tree_->AddSequence(2);
  const SequenceDump before(tree_);
  tree_->ExtendSequence(1, {});
  tree_->ExtendSequence(2, {});
  tree_->ExtendSequence(2, nullptr, 0);
  EXPECT_EQ(SequenceDump(tree_), before);
}

TEST_P(PagedRadixTreeOfPageSize, MatchesTheLongestPrefixOfAnySequenceAndListsAllThatShareIt) {
  const SequenceTokens tokens = Tokens();
  const std::size_t half = Length() / 2;
  Store(tree_, 1, tokens);
  Store(tree_, 2, Joined(FirstOf(tokens, half), {7}));
  Store(tree_, 3, tokens);
  EXPECT_EQ(MatchOf(tree_, tokens), SequenceMatch(Length(), {1, 3}));
  EXPECT_EQ(MatchOf(tree_, Joined(tokens, {7})), SequenceMatch(Length(), {1, 3}));
  EXPECT_EQ(MatchOf(tree_, Joined(FirstOf(tokens, half), {7, 8})), SequenceMatch(half + 1, {2}));
  EXPECT_EQ(MatchOf(tree_, Joined(FirstOf(tokens, half), {9})), SequenceMatch(half, {1, 2, 3}));
  EXPECT_EQ(MatchOf(tree_, {9}), SequenceMatch(0, {}));
  EXPECT_EQ(MatchOf(tree_, {}), SequenceMatch(0, {}));
}

TEST_P(PagedRadixTreeOfPageSize, MatchesEndAnywhere) {
  const SequenceTokens tokens = Tokens();
  Store(tree_, 1, tokens);
  const SequenceDump before(tree_);
  for (std::size_t length = 1; length <= Length(); ++length) {
    const SequenceTokens prefix = FirstOf(tokens, length);
    ASSERT_EQ(MatchOf(tree_, prefix), SequenceMatch(length, {1}));
    ASSERT_EQ(MatchOf(tree_, Joined(prefix, {-1})), SequenceMatch(length, {1}));
  }
  EXPECT_EQ(SequenceDump(tree_), before) << "a match changes nothing";
}

TEST_P(PagedRadixTreeOfPageSize, EmptySequencesNeverMatch) {
  tree_->AddSequence(1);
  EXPECT_EQ(MatchOf(tree_, Tokens()), SequenceMatch(0, {}));
  Store(tree_, 2, Tokens());
  EXPECT_EQ(MatchOf(tree_, Tokens()), SequenceMatch(Length(), {2}));
  EXPECT_EQ(MatchOf(tree_, {}), SequenceMatch(0, {}));
}

TEST_P(PagedRadixTreeOfPageSize, ExtendingAlongWhatIsStoredSharesItFromAnyPoint) {
  const SequenceTokens tokens = Tokens();
  Store(tree_, 0, tokens);
  for (std::size_t at = 1; at < Length(); ++at) {
    Store(tree_, 1, FirstOf(tokens, at));
    tree_->ExtendSequence(1, tokens.data() + at, Length() - at);
    ASSERT_EQ(tree_->Stats().tokens, Length()) << "extended from " << at;
    ASSERT_EQ(MatchOf(tree_, tokens), SequenceMatch(Length(), {0, 1}));
    tree_->RemoveSequence(1);
  }
  EXPECT_EQ(tree_->CheckInvariants(), "");
}

TEST_P(PagedRadixTreeOfPageSize, ForksTakeAnyPrefixOfTheirParent) {
  const SequenceTokens tokens = Tokens();
  Store(tree_, 0, tokens);
  SequenceMap expected = {{0, tokens}};
  for (std::size_t offset = 1; offset <= Length(); ++offset) {
    const auto id = static_cast<std::int64_t>(offset);
    tree_->ForkSequence(id, 0, offset);
    expected[id] = FirstOf(tokens, offset);
  }
  EXPECT_EQ(SequencesOf(tree_), expected);
  EXPECT_EQ(tree_->Stats().tokens, Length());
  EXPECT_EQ(tree_->CheckInvariants(), "");
}

TEST_P(PagedRadixTreeOfPageSize, ForkAndParentGoTheirOwnWays) {
  const SequenceTokens tokens = Tokens();
  for (std::size_t offset = 1; offset <= Length(); ++offset) {
    const SequenceTokens fork = FirstOf(tokens, offset);
    tree_->Reset();
    Store(tree_, 0, tokens);
    tree_->ForkSequence(1, 0, offset);
    tree_->ExtendSequence(1, {-1, -2});
    tree_->ExtendSequence(0, {-3});
    ASSERT_EQ(SequencesOf(tree_),
              (SequenceMap{{0, Joined(tokens, {-3})}, {1, Joined(fork, {-1, -2})}}));
    tree_->RollBackSequence(0, Length());
    ASSERT_EQ(SequencesOf(tree_),
              (SequenceMap{{0, FirstOf(tokens, 1)}, {1, Joined(fork, {-1, -2})}}));
    tree_->RemoveSequence(0);
    ASSERT_EQ(SequencesOf(tree_), (SequenceMap{{1, Joined(fork, {-1, -2})}}));
    ASSERT_EQ(tree_->CheckInvariants(), "");
  }
}

TEST_P(PagedRadixTreeOfPageSize, RollingBackDropsTheLastTokens) {
  const SequenceTokens tokens = Tokens();
  for (std::size_t count = 1; count <= Length(); ++count) {
    Store(tree_, 1, tokens);
    tree_->RollBackSequence(1, count);
    ASSERT_EQ(tree_->GetSequenceTokens(1), FirstOf(tokens, Length() - count));
    ASSERT_EQ(tree_->Stats().tokens, Length() - count) << "nobody needs the others";
    tree_->ExtendSequence(1, {-1});
    ASSERT_EQ(tree_->GetSequenceTokens(1), Joined(FirstOf(tokens, Length() - count), {-1}));
    ASSERT_EQ(tree_->CheckInvariants(), "");
    tree_->RemoveSequence(1);
  }
}

TEST_P(PagedRadixTreeOfPageSize, RollingBackLeavesWhatOthersShare) {
  const SequenceTokens tokens = Tokens();
  Store(tree_, 0, tokens);
  Store(tree_, 2, Joined(FirstOf(tokens, Length() / 2), {-5}));
  for (std::size_t count = 1; count <= Length(); ++count) {
    tree_->ForkSequence(1, 0, Length());
    tree_->RollBackSequence(1, count);
    ASSERT_EQ(SequencesOf(tree_), (SequenceMap{{0, tokens},
                                               {1, FirstOf(tokens, Length() - count)},
                                               {2, Joined(FirstOf(tokens, Length() / 2), {-5})}}));
    ASSERT_EQ(tree_->Stats().tokens, Length() + 1);
    ASSERT_EQ(tree_->CheckInvariants(), "");
    tree_->RemoveSequence(1);
  }
}

TEST_P(PagedRadixTreeOfPageSize, RemovingLeavesTheOthersAsIfItHadNeverBeen) {
  const SequenceTokens tokens = Tokens();
  Store(tree_, 0, tokens);
  Store(tree_, 1, Joined(FirstOf(tokens, Length() / 2), {-5, -6}));
  const SequenceDump before(tree_);
  for (std::size_t shared = 0; shared <= Length(); ++shared) {
    Store(tree_, 2, Joined(FirstOf(tokens, shared), {-7}));
    tree_->ForkSequence(3, 2, shared + 1);
    tree_->RemoveSequence(2);
    tree_->RemoveSequence(3);
    const std::size_t pages_grown = tree_->Stats().pages_allocated - before.stats.pages_allocated;
    ASSERT_EQ(pages_grown % 4, 0U) << "the pool grows by whole blocks";
    ASSERT_EQ(tree_->FreeCapacity(), before.free_capacity + pages_grown * GetParam());
    ASSERT_EQ(SequencesOf(tree_), before.sequences);
    ASSERT_EQ(tree_->Stats().nodes, before.stats.nodes);
    ASSERT_EQ(tree_->Stats().pages_used, before.stats.pages_used);
    ASSERT_EQ(tree_->CheckInvariants(), "");
  }
}

TEST_P(PagedRadixTreeOfPageSize, ARemovedIdMayBeAddedAgain) {
  Store(tree_, 1, Tokens());
  tree_->RemoveSequence(1);
  EXPECT_FALSE(tree_->HasSequence(1));
  EXPECT_EQ(MatchOf(tree_, Tokens()), SequenceMatch(0, {}));
  tree_->AddSequence(1);
  EXPECT_EQ(tree_->GetSequenceLength(1), 0U);
}

TEST_P(PagedRadixTreeOfPageSize, ResetIsAFreshStart) {
  const SequenceDump fresh(tree_);
  for (int round = 0; round < 3; ++round) {
    Store(tree_, 1, Tokens());
    Store(tree_, 2, TokenRun(5, 20 * GetParam()));
    tree_->ForkSequence(3, 1, 1);
    tree_->Reset();
    ASSERT_EQ(SequenceDump(tree_), fresh) << "round " << round;
    ASSERT_FALSE(tree_->HasSequence(1));
    ASSERT_EQ(tree_->CheckInvariants(), "");
  }
}

TEST(PagedRadixTree, TakesAnyTokenValue) {
  constexpr std::int32_t kLowest = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t kHighest = std::numeric_limits<std::int32_t>::max();
  const auto tree = PagedRadixTree::Create(WithPages(2));
  std::int64_t id = 0;
  SequenceMap expected;
  for (const std::int32_t first : {kLowest, -1, 0, 1, kHighest}) {
    for (const std::int32_t second : {kHighest, 0, kLowest}) {
      Store(tree, id, {first, second, first});
      expected[id++] = {first, second, first};
    }
  }
  EXPECT_EQ(SequencesOf(tree), expected);
  EXPECT_EQ(MatchOf(tree, {-1, kLowest, 5}), SequenceMatch(2, {5}));
  EXPECT_EQ(tree->GetSequence(0), (IntTuple{kLowest, kHighest, kLowest})) << "the sign stays";
}

TEST(PagedRadixTree, MayBeGivenTokensThatAreNotInAVector) {
  const auto tree = PagedRadixTree::Create();
  const std::int32_t tokens[] = {1, 2, 3};
  tree->AddSequence(1);
  tree->ExtendSequence(1, tokens, 3);
  EXPECT_EQ(tree->MatchPrefix(tokens, 2), SequenceMatch(2, {1}));
  EXPECT_EQ(tree->MatchPrefix(nullptr, 0), SequenceMatch(0, {}));
}

}  // namespace
}  // namespace pagedradix::test
