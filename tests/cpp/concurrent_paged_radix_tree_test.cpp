// PagedRadixTree from many threads, every method of it. What a sequence may hold follows from its
// id, so that each answer tells whether it is possible; at rest all is exact.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "concurrency_support.hpp"
#include "pagedradix/paged_radix_tree.hpp"
#include "reference/naive_sequence_store.hpp"
#include "sequence_caller.hpp"
#include "sequence_comparison.hpp"
#include "sequence_helpers.hpp"
#include "test_seed.hpp"

namespace pagedradix::test {
namespace {

constexpr std::size_t kSequenceThreads = 6;
class ConcurrentPagedRadixTree : public ::testing::TestWithParam<std::size_t> {};

INSTANTIATE_TEST_SUITE_P(PageSizes, ConcurrentPagedRadixTree, ::testing::Values(1, 4, 64));

TEST_P(ConcurrentPagedRadixTree, EveryAnswerIsPossibleAndAllIsExactAtRest) {
  const std::uint64_t seed = PrintedSeed();
  const auto tree = PagedRadixTree::Create(WithPages(GetParam(), 2));
  const std::size_t fresh_capacity = tree->FreeCapacity();
  std::vector<SequenceCaller> callers;
  for (std::size_t self = 0; self < kSequenceThreads; ++self) {
    callers.emplace_back(tree, self, seed * 7919 + self);
  }
  for (std::size_t round = 0; round < SizeFor(5, 2, 3); ++round) {
    std::array<std::atomic<std::size_t>, SequenceCaller::kKinds> wrong{};
    RunTogether(kSequenceThreads, [&](std::size_t self) {
      for (std::size_t step = 0; step < SizeFor(6000, 1000, 2000); ++step) {
        // One wakes up again and again, and so stops others in the middle of what they do.
        if (self == 0 && step % 4 == 0) std::this_thread::sleep_for(std::chrono::microseconds(10));
        if (!callers[self].Step()) wrong[callers[self].Kind()].fetch_add(1);
      }
    });
    for (std::size_t kind = 0; kind < wrong.size(); ++kind) {
      EXPECT_EQ(wrong[kind], 0U) << "impossible answers in case " << kind << " of Step";
    }
    ASSERT_EQ(tree->CheckInvariants(), "");
    ASSERT_FALSE(HasFailure()) << "in round " << round;
  }
  reference::NaiveSequenceStore naive;
  for (const auto& [id, tokens] : SequencesOf(tree)) {
    naive.AddSequence(id);
    naive.ExtendSequence(id, tokens);
  }
  CompareFigures(naive, tree);
  for (const std::int64_t id : tree->SequenceIds()) tree->RemoveSequence(id);
  EXPECT_EQ(tree->Stats().pages_used, 0U);
  EXPECT_EQ((tree->FreeCapacity() - fresh_capacity) % (2 * GetParam()), 0U) << "whole blocks";
  EXPECT_EQ(tree->CheckInvariants(), "");
}

TEST(ConcurrentPagedRadixTreeReset, LeavesAUsableTreeWheneverItComes) {
  const std::uint64_t seed = PrintedSeed();
  const auto tree = PagedRadixTree::Create(WithPages(4, 2));
  std::atomic<std::size_t> wrong{0};
  RunTogether(kSequenceThreads, [&](std::size_t self) {
    TestRandom random(seed + self);
    const auto id = static_cast<std::int64_t>(self);
    const SequenceTokens tokens = OwnTokens(id, 0, 40);
    for (std::size_t step = 0; step < SizeFor(5000, 500, 1000); ++step) {
      if (random.OneIn(16)) tree->Reset();
      try {
        tree->AddSequence(id);
        tree->ExtendSequence(id, tokens);
        if (tree->GetSequenceTokens(id) != tokens) wrong.fetch_add(1);
        tree->RemoveSequence(id);
      } catch (const SequenceError&) {  // Somebody has reset the tree meanwhile.
        if (tree->HasSequence(id)) wrong.fetch_add(1);
      }
    }
  });
  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(tree->CheckInvariants(), "");
  tree->Reset();
  EXPECT_EQ(tree->FreeCapacity(), 8U);
}

// Lookups of a long sequence overlap each other without a gap; a plain reader-writer lock that
// prefers readers would keep the changes waiting for as long as they go on.
TEST(ConcurrentPagedRadixTreeFairness, LookupsWithoutAGapDoNotKeepChangesWaiting) {
  constexpr std::size_t kReaders = 6;
  const std::size_t changes = SizeFor(200, 50, 50);
  const auto tree = PagedRadixTree::Create();
  const SequenceTokens tokens(200'000, 5);
  Store(tree, 0, tokens);
  std::atomic<bool> done{false};
  std::atomic<std::size_t> made{0};
  RunTogether(kReaders + 1, [&](std::size_t self) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    if (self != 0) {
      while (!done && std::chrono::steady_clock::now() < deadline) tree->MatchPrefix(tokens);
      return;
    }
    for (; made < changes && std::chrono::steady_clock::now() < deadline; ++made) {
      tree->AddSequence(1);
      tree->RemoveSequence(1);
    }
    done = true;
  });
  EXPECT_EQ(made, changes);
}

}  // namespace
}  // namespace pagedradix::test
