// Random calls on a PagedRadixTree and on the naive store: every answer is compared, and all that
// can be seen of the two at intervals. A failure prints its seed; see test_seed.hpp for how to
// repeat it.
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "pagedradix/paged_radix_tree.hpp"
#include "sequence_calls.hpp"
#include "sequence_comparison.hpp"
#include "sequence_helpers.hpp"
#include "test_seed.hpp"

namespace pagedradix::test {
namespace {

struct SequenceLoad {
  std::size_t page_size;
  std::size_t kinds;
  std::size_t ids;
  std::size_t runs;
  std::size_t steps;
  std::size_t interval;  // between comparisons of everything
};

void PrintTo(const SequenceLoad& load, std::ostream* out) {
  *out << "page size " << load.page_size << ", " << load.kinds << " kinds of tokens, " << load.ids
       << " ids";
}

class PagedRadixTreeDifferential : public ::testing::TestWithParam<SequenceLoad> {
 protected:
  /// `body(trees, calls, random)` for each run, its seed in every message.
  template <typename Body>
  void ForEachRun(Body body) {
    const SequenceLoad& load = GetParam();
    const std::uint64_t first = FirstSeed();
    for (std::size_t run = 0; run < ScaledCount(load.runs); ++run) {
      SCOPED_TRACE("PAGEDRADIX_TEST_SEED=" + std::to_string(first + run));
      TestRandom random(first + run);
      SequenceComparison trees(WithPages(load.page_size, random.Between(1, 5)));
      RandomSequenceCalls calls(trees, load.kinds, load.ids, random);
      ASSERT_NO_THROW(body(trees, calls, random)) << "in " << calls.LastCall();
      ASSERT_FALSE(HasFailure()) << "in " << calls.LastCall();
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Narrow, PagedRadixTreeDifferential,
                         ::testing::Values(SequenceLoad{1, 2, 12, 60, 500, 8},
                                           SequenceLoad{2, 2, 12, 60, 500, 8},
                                           SequenceLoad{7, 2, 12, 60, 500, 8},
                                           SequenceLoad{64, 2, 12, 30, 500, 8}));
INSTANTIATE_TEST_SUITE_P(Wide, PagedRadixTreeDifferential,
                         ::testing::Values(SequenceLoad{1, 400, 500, 3, 4000, 200},
                                           SequenceLoad{2, 400, 500, 3, 4000, 200},
                                           SequenceLoad{7, 400, 500, 3, 4000, 200},
                                           SequenceLoad{64, 400, 200, 2, 2000, 200}));

TEST_P(PagedRadixTreeDifferential, AnswersLikeTheNaiveStoreAndLeavesNothingBehind) {
  ForEachRun([](SequenceComparison& trees, RandomSequenceCalls& calls, TestRandom&) {
    for (std::size_t step = 0; step < GetParam().steps; ++step) {
      calls.Step();
      if (step % GetParam().interval == 0) trees.CompareAll();
      ASSERT_FALSE(HasFailure()) << "step " << step;
    }
    trees.RemoveAll(calls.IdsInRandomOrder());
  });
}

/// Pages that are not free, by the capacity that is left: the pool may grow meanwhile.
std::size_t PagesInUse(const SequenceComparison& trees) {
  const PagedRadixTreeOptions options = trees.Tree()->Options();
  return trees.Tree()->Stats().pages_allocated - trees.Tree()->FreeCapacity() / options.page_size;
}

TEST_P(PagedRadixTreeDifferential, WhateverIsAddedAndRemovedLeavesTheCapacityAsItWas) {
  ForEachRun([](SequenceComparison& trees, RandomSequenceCalls& calls, TestRandom& random) {
    constexpr std::int64_t kGuests = 5;
    constexpr std::int64_t kFirstGuest = 1000000;
    for (std::size_t round = 0; round < GetParam().steps / 20; ++round) {
      SCOPED_TRACE("round " + std::to_string(round));
      for (int step = 0; step < 10; ++step) calls.Step();
      const std::size_t before = PagesInUse(trees);
      for (std::int64_t guest = kFirstGuest; guest < kFirstGuest + kGuests; ++guest) {
        // Along others, or forked from one of them or from another guest.
        if (random.OneIn(2)) calls.Fork(guest, random.OneIn(3) ? guest - 1 : calls.SomeId());
        if (!trees.Naive().HasSequence(guest)) trees.Add(guest);
        calls.Extend(guest);
        if (random.OneIn(2)) calls.Extend(guest);
      }
      for (const std::int64_t id : calls.IdsInRandomOrder()) {
        if (id >= kFirstGuest && id < kFirstGuest + kGuests) calls.Remove(id);
      }
      ASSERT_EQ(PagesInUse(trees), before);
      ASSERT_FALSE(HasFailure());
    }
    trees.CompareAll();
  });
}

}  // namespace
}  // namespace pagedradix::test
