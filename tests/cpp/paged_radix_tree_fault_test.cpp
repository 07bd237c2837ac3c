// PagedRadixTree without memory: whichever allocation of a call fails, the tree is then as if the
// call had not been made, and the next call works. Removing needs no memory.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "failing_new.hpp"
#include "pagedradix/detail/memory/fault_injection.hpp"
#include "pagedradix/paged_radix_tree.hpp"
#include "sequence_calls.hpp"
#include "sequence_comparison.hpp"
#include "sequence_helpers.hpp"
#include "test_seed.hpp"

namespace pagedradix::test {
namespace {

namespace faults = detail::fault_injection;
using SequenceCall = std::function<void(const PagedRadixTree&)>;
using TreeBuilder = PagedRadixTree (*)();

/// Makes `call` on trees from `build` with its 1st, 2nd, ... allocation failing until none is left
/// to fail; returns how many there were.
std::uint64_t FailEveryAllocation(TreeBuilder build, const SequenceCall& call) {
  const PagedRadixTree never_failed = build();
  call(never_failed);
  for (std::uint64_t n = 1; n < 10000; ++n) {
    SCOPED_TRACE("allocation " + std::to_string(n));
    const PagedRadixTree tree = build();
    const SequenceDump before(tree);
    const std::uint64_t failures = faults::FailureCount();
    bool threw = false;
    try {
      const ScopedFailureAnywhere failure(n);
      call(tree);
    } catch (const std::bad_alloc&) {
      threw = true;
    }
    EXPECT_EQ(threw, faults::FailureCount() != failures) << "a failure must reach the caller";
    EXPECT_EQ(tree->CheckInvariants(), "");
    if (threw) {
      EXPECT_EQ(SequenceDump(tree), before);
      call(tree);
    }
    EXPECT_EQ(SequenceDump(tree), SequenceDump(never_failed));
    EXPECT_EQ(tree->CheckInvariants(), "");
    if (!threw || ::testing::Test::HasFailure()) return n - 1;
  }
  ADD_FAILURE() << "the call never ends to allocate";
  return 0;
}

PagedRadixTree EmptyTree() { return PagedRadixTree::Create(WithPages(4, 2)); }

/// Sequences that share, that part inside a page and at its end, and one that is empty.
PagedRadixTree BranchedTree() {
  PagedRadixTree tree = EmptyTree();
  Store(tree, 1, TokenRun(0, 19));
  Store(tree, 2, Joined(TokenRun(0, 6), TokenRun(100, 9)));
  Store(tree, 3, Joined(TokenRun(0, 8), TokenRun(200, 5)));
  tree->ForkSequence(4, 1, 19);
  tree->ForkSequence(5, 1, 14);
  tree->AddSequence(6);
  return tree;
}

/// No page is free.
PagedRadixTree FilledTree() {
  PagedRadixTree tree = EmptyTree();
  Store(tree, 1, TokenRun(0, 4));
  Store(tree, 2, TokenRun(100, 4));
  EXPECT_EQ(tree->FreeCapacity(), 0U);
  return tree;
}

/// A node of very many children, below a prefix and below the root.
PagedRadixTree WideTree() {
  PagedRadixTree tree = EmptyTree();
  for (std::int32_t id = 0; id < 256; ++id) {
    Store(tree, id, {1, 2, 1000 + id});
    Store(tree, 1000 + id, {1000 + id});
  }
  return tree;
}

TEST(PagedRadixTreeWithoutMemory, ConstructionFailsCleanly) {
  std::uint64_t n = 1;
  for (;; ++n) {
    ASSERT_LT(n, 10000U);
    const ScopedFailureAnywhere failure(n);
    const std::uint64_t failures = faults::FailureCount();
    try {
      const auto tree = PagedRadixTree::Create();
      ASSERT_EQ(faults::FailureCount(), failures);
      break;
    } catch (const std::bad_alloc&) {
      ASSERT_NE(faults::FailureCount(), failures);
    }
  }
  EXPECT_GT(n, 1U) << "a tree has pages from the beginning";
}

TEST(PagedRadixTreeWithoutMemory, FirstSequencesLeaveNoTrace) {
  std::uint64_t failures = 0;
  failures += FailEveryAllocation(EmptyTree, [](const auto& tree) { Store(tree, 1, {}); });
  failures += FailEveryAllocation(EmptyTree, [](const auto& tree) { tree->AddSequence(1); });
  EXPECT_GT(failures, 0U);
}

TEST(PagedRadixTreeWithoutMemory, ExtensionsOfEveryKindLeaveNoTrace) {
  const std::vector<SequenceTokens> extensions = {
      {},
      {500},                                         // a new child, or the end of a leaf
      TokenRun(500, 1000),                           // many blocks
      TokenRun(0, 6),                                // ends where others part, for the empty one
      TokenRun(0, 3),                                // ends inside a page
      TokenRun(0, 8),                                // ends with a page
      TokenRun(0, 19),                               // ends where others end
      Joined(TokenRun(0, 10), TokenRun(500, 20)),    // turns off inside a page
      Joined(TokenRun(0, 12), TokenRun(500, 20)),    // turns off at the end of one
      TokenRun(14, 5),                               // along others, for the one of 14
      Joined(TokenRun(14, 2), TokenRun(500, 1000)),  // turns off from them
  };
  std::uint64_t failures = 0;
  for (const SequenceTokens& tokens : extensions) {
    for (std::int64_t id = 1; id <= 6; ++id) {
      SCOPED_TRACE(::testing::PrintToString(tokens) + " for " + std::to_string(id));
      failures += FailEveryAllocation(
          BranchedTree, [&](const PagedRadixTree& tree) { tree->ExtendSequence(id, tokens); });
      ASSERT_FALSE(HasFailure());
    }
  }
  EXPECT_GT(failures, extensions.size());
}

TEST(PagedRadixTreeWithoutMemory, ForksAtEveryOffsetLeaveNoTrace) {
  std::uint64_t failures = 0;
  for (std::size_t offset = 1; offset <= 19; ++offset) {
    SCOPED_TRACE("offset " + std::to_string(offset));
    failures += FailEveryAllocation(
        BranchedTree, [&](const PagedRadixTree& tree) { tree->ForkSequence(9, 1, offset); });
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(failures, 0U);
}

TEST(PagedRadixTreeWithoutMemory, RollbacksByEveryCountLeaveNoTrace) {
  std::uint64_t failures = 0;
  for (std::int64_t id = 1; id <= 5; ++id) {
    for (std::size_t count = 1; count <= BranchedTree()->GetSequenceLength(id); ++count) {
      SCOPED_TRACE("sequence " + std::to_string(id) + " by " + std::to_string(count));
      failures += FailEveryAllocation(
          BranchedTree, [&](const PagedRadixTree& tree) { tree->RollBackSequence(id, count); });
      ASSERT_FALSE(HasFailure());
    }
  }
  EXPECT_GT(failures, 0U);
}

TEST(PagedRadixTreeWithoutMemory, AFullPoolGrowsOrStaysAsItIs) {
  const std::vector<SequenceCall> calls = {
      [](const PagedRadixTree& tree) { tree->ExtendSequence(1, {7}); },
      [](const PagedRadixTree& tree) { tree->ExtendSequence(2, TokenRun(7, 100)); },
      [](const PagedRadixTree& tree) { tree->ForkSequence(3, 1, 2); },
  };
  for (const SequenceCall& call : calls) EXPECT_GT(FailEveryAllocation(FilledTree, call), 0U);
}

TEST(PagedRadixTreeWithoutMemory, WideNodesGrowOrStayAsTheyAre) {
  for (std::int32_t i = 0; i < 3; ++i) {
    FailEveryAllocation(WideTree, [&](const PagedRadixTree& tree) { Store(tree, 5000, {}); });
    FailEveryAllocation(WideTree, [&](const PagedRadixTree& tree) {
      tree->ExtendSequence(i, {4});
      tree->RollBackSequence(i, 1);
    });
    ASSERT_FALSE(HasFailure());
  }
}

TEST(PagedRadixTreeWithoutMemory, QuestionsAndResetLeaveNoTrace) {
  const std::vector<SequenceCall> calls = {
      [](const PagedRadixTree& tree) { tree->GetSequence(1); },
      [](const PagedRadixTree& tree) { tree->GetSequenceTokens(1); },
      [](const PagedRadixTree& tree) { tree->GetSequenceLength(1); },
      [](const PagedRadixTree& tree) { tree->MatchPrefix({1, 2}); },
      [](const PagedRadixTree& tree) { tree->SequenceIds(); },
      [](const PagedRadixTree& tree) { tree->Stats(); },
      [](const PagedRadixTree& tree) { tree->FreeCapacity(); },
      [](const PagedRadixTree& tree) { tree->Reset(); },
  };
  for (const SequenceCall& call : calls) {
    FailEveryAllocation(BranchedTree, call);
    FailEveryAllocation(WideTree, call);
  }
}

TEST(PagedRadixTreeWithoutMemory, HasSequenceAndRemoveSequenceNeverFail) {
  for (const TreeBuilder build : {BranchedTree, FilledTree, WideTree}) {
    const std::vector<std::int64_t> ids = build()->SequenceIds();
    for (const std::int64_t id : ids) {
      const PagedRadixTree tree = build();
      SequenceMap expected = SequencesOf(tree);
      expected.erase(id);
      {
        const ScopedFailureAnywhere failure(1);
        EXPECT_NO_THROW(EXPECT_TRUE(tree->HasSequence(id)));
        EXPECT_NO_THROW(tree->RemoveSequence(id));
        EXPECT_NO_THROW(EXPECT_FALSE(tree->HasSequence(id)));
      }
      ASSERT_EQ(SequencesOf(tree), expected);
      ASSERT_EQ(tree->CheckInvariants(), "");
    }
    const PagedRadixTree tree = build();
    {
      const ScopedFailureAnywhere failure(1);
      for (const std::int64_t id : ids) EXPECT_NO_THROW(tree->RemoveSequence(id));
    }
    EXPECT_EQ(tree->Stats().pages_used, 0U);
    EXPECT_EQ(tree->CheckInvariants(), "");
  }
}

TEST(PagedRadixTreeWithoutMemory, RandomCallsThatFailLeaveNoTrace) {
  const std::uint64_t first = FirstSeed();
  const std::uint64_t failures = faults::FailureCount();
  for (std::size_t run = 0; run < ScaledCount(40); ++run) {
    SCOPED_TRACE("PAGEDRADIX_TEST_SEED=" + std::to_string(first + run));
    TestRandom random(first + run);
    SequenceComparison trees(WithPages(random.Between(1, 5), random.Between(1, 3)));
    RandomSequenceCalls calls(trees, run % 4 == 0 ? 400 : 2, run % 4 == 0 ? 100 : 12, random);
    for (std::size_t step = 0; step < 300; ++step) {
      const SequenceDump before(trees.Tree());
      try {
        const faults::ScopedFailure failure(random.Between(1, 4));
        calls.Step();
      } catch (const std::bad_alloc&) {
        ASSERT_EQ(calls.LastCall().find("RemoveSequence"), std::string::npos);
        ASSERT_EQ(SequenceDump(trees.Tree()), before) << calls.LastCall();
      }
      if (random.OneIn(4)) trees.CompareAll();
      ASSERT_FALSE(HasFailure()) << "step " << step << ", " << calls.LastCall();
    }
    trees.RemoveAll(calls.IdsInRandomOrder());
  }
  EXPECT_GT(faults::FailureCount(), failures + 100) << "hardly a call failed";
}

}  // namespace
}  // namespace pagedradix::test
