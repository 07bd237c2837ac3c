// PagedRadixTree with max_tokens: a call that needs a page too many fails as a whole.
#include <cstddef>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "pagedradix/paged_radix_tree.hpp"
#include "sequence_calls.hpp"
#include "sequence_comparison.hpp"
#include "sequence_helpers.hpp"
#include "test_seed.hpp"

namespace pagedradix::test {
namespace {

/// The call needs more than there is; the tree is as before it.
template <typename Call>
void ExpectTooLarge(const PagedRadixTree& tree, Call call) {
  const SequenceDump before(tree);
  EXPECT_THROW(call(), CapacityError);
  EXPECT_EQ(SequenceDump(tree), before);
  EXPECT_EQ(tree->CheckInvariants(), "");
}

TEST(PagedRadixTreeFull, ThePoolNeverHoldsMorePagesThanTheLimitHasRoomFor) {
  const auto tree = PagedRadixTree::Create(WithPages(7, 64, 100));
  EXPECT_EQ(tree->FreeCapacity(), 98U) << "14 pages";
  Store(tree, 1, TokenRun(0, 98));
  EXPECT_EQ(tree->FreeCapacity(), 0U);
  ExpectTooLarge(tree, [&] { tree->ExtendSequence(1, {-1}); });
}

TEST(PagedRadixTreeFull, TheLastBlockIsCutToTheLimit) {
  const auto tree = PagedRadixTree::Create(WithPages(4, 3, 4 * 8 + 3));
  EXPECT_EQ(tree->FreeCapacity(), 12U);
  Store(tree, 1, TokenRun(0, 32));
  EXPECT_EQ(tree->Stats().pages_allocated, 8U);
  ExpectTooLarge(tree, [&] { tree->ExtendSequence(1, {-1}); });
}

TEST(PagedRadixTreeFull, ALimitBelowOnePageIsRefused) {
  EXPECT_THROW(PagedRadixTree::Create(WithPages(64, 64, 63)), InvalidArgumentError);
  EXPECT_EQ(PagedRadixTree::Create(WithPages(64, 64, 64))->FreeCapacity(), 64U);
}

TEST(PagedRadixTreeFull, AnExtensionFitsAsAWholeOrNotAtAll) {
  const auto tree = PagedRadixTree::Create(WithPages(4, 2, 64));
  Store(tree, 1, TokenRun(0, 30));
  Store(tree, 2, TokenRun(0, 10));
  // Along sequence 1 first, then beyond what there is room for.
  ExpectTooLarge(tree,
                 [&] { tree->ExtendSequence(2, Joined(TokenRun(10, 20), TokenRun(-99, 40))); });
  ExpectTooLarge(tree, [&] { tree->ExtendSequence(2, TokenRun(-99, 60)); });
  ExpectTooLarge(tree, [&] { tree->ExtendSequence(2, TokenRun(-99, 1000000)); });
  tree->ExtendSequence(2, Joined(TokenRun(10, 20), TokenRun(-99, 8)));
  EXPECT_EQ(tree->GetSequenceLength(2), 38U);
}

TEST(PagedRadixTreeFull, SharingNeedsNoPages) {
  const auto tree = PagedRadixTree::Create(WithPages(4, 2, 16));
  Store(tree, 1, TokenRun(0, 16));
  EXPECT_EQ(tree->FreeCapacity(), 0U);
  Store(tree, 2, TokenRun(0, 16));
  tree->ForkSequence(3, 1, 16);
  EXPECT_EQ(MatchOf(tree, TokenRun(0, 16)), SequenceMatch(16, {1, 2, 3}));
  EXPECT_EQ(tree->CheckInvariants(), "");
}

TEST(PagedRadixTreeFull, AForkInsideAPageNeedsOne) {
  const auto tree = PagedRadixTree::Create(WithPages(4, 2, 16));
  Store(tree, 1, TokenRun(0, 16));
  ExpectTooLarge(tree, [&] { tree->ForkSequence(2, 1, 5); });
  tree->RollBackSequence(1, 4);
  tree->ForkSequence(2, 1, 5);
  EXPECT_EQ(tree->GetSequenceTokens(2), TokenRun(0, 5));
}

TEST(PagedRadixTreeFull, RollingBackWhatNobodySharesNeedsNoPage) {
  for (std::size_t count = 1; count <= 16; ++count) {
    const auto tree = PagedRadixTree::Create(WithPages(4, 2, 16));
    Store(tree, 1, TokenRun(0, 16));
    ASSERT_NO_THROW(tree->RollBackSequence(1, count)) << count;
    ASSERT_EQ(tree->GetSequenceTokens(1), TokenRun(0, 16 - count));
    ASSERT_EQ(tree->CheckInvariants(), "");
  }
}

TEST(PagedRadixTreeFull, RollingBackIntoAPageThatOthersShareNeedsOne) {
  const auto tree = PagedRadixTree::Create(WithPages(4, 2, 16));
  Store(tree, 1, TokenRun(0, 16));
  tree->ForkSequence(2, 1, 16);
  ExpectTooLarge(tree, [&] { tree->RollBackSequence(2, 3); });
  tree->RollBackSequence(2, 16);
  EXPECT_EQ(tree->GetSequenceLength(2), 0U);
}

TEST(PagedRadixTreeFull, AddingAskingAndRemovingGoOn) {
  const auto tree = PagedRadixTree::Create(WithPages(4, 2, 20));
  Store(tree, 1, TokenRun(0, 11));
  Store(tree, 2, Joined(TokenRun(0, 5), TokenRun(100, 3)));
  ExpectTooLarge(tree, [&] { tree->ExtendSequence(1, TokenRun(500, 20)); });
  tree->AddSequence(3);
  EXPECT_EQ(tree->GetSequenceTokens(2), Joined(TokenRun(0, 5), TokenRun(100, 3)));
  tree->RemoveSequence(1);
  tree->RemoveSequence(2);
  EXPECT_EQ(tree->FreeCapacity(), 20U);
  tree->ExtendSequence(3, TokenRun(500, 20));
  tree->Reset();
  Store(tree, 1, TokenRun(0, 20));
}

TEST(PagedRadixTreeFull, AnErrorInTheArgumentsIsSaidBeforeTheLackOfRoom) {
  const auto tree = PagedRadixTree::Create(WithPages(4, 1, 4));
  Store(tree, 1, TokenRun(0, 4));
  EXPECT_THROW(tree->ExtendSequence(9, TokenRun(0, 100)), SequenceError);
  EXPECT_THROW(tree->ForkSequence(1, 1, 3), SequenceError);
  EXPECT_THROW(tree->ForkSequence(2, 1, 5), InvalidArgumentError);
}

class PagedRadixTreeFullRandom : public ::testing::TestWithParam<std::size_t> {};

INSTANTIATE_TEST_SUITE_P(PageSizes, PagedRadixTreeFullRandom, ::testing::Values(1, 2, 7, 64));

TEST_P(PagedRadixTreeFullRandom, CallsThatDoNotFitLeaveNoTrace) {
  const std::uint64_t first = FirstSeed();
  std::size_t refused = 0;
  for (std::size_t run = 0; run < ScaledCount(20); ++run) {
    SCOPED_TRACE("PAGEDRADIX_TEST_SEED=" + std::to_string(first + run));
    TestRandom random(first + run);
    const std::size_t pages = random.Between(6, 16);
    SequenceComparison trees(WithPages(GetParam(), random.Between(1, 4), pages * GetParam()));
    RandomSequenceCalls calls(trees, 2, 12, random);
    for (std::size_t step = 0; step < 400; ++step) {
      const SequenceDump before(trees.Tree());
      try {
        calls.Step();
      } catch (const CapacityError& error) {
        ++refused;
        ASSERT_EQ(SequenceDump(trees.Tree()), before) << error.what();
        ASSERT_EQ(calls.LastCall().find("RemoveSequence"), std::string::npos);
        ASSERT_EQ(calls.LastCall().find("AddSequence"), std::string::npos);
      }
      trees.CompareAll();
      ASSERT_FALSE(HasFailure()) << "step " << step << ", " << calls.LastCall();
    }
    trees.RemoveAll(calls.IdsInRandomOrder());
  }
  EXPECT_GT(refused, 50U) << "the pool was hardly ever full";
}

}  // namespace
}  // namespace pagedradix::test
