// Random calls on a PrefixCache and on the naive cache: every answer must be one that the rules
// allow, and the callback's calls are compared one by one. A failure prints its seed; see
// test_seed.hpp for how to repeat it.
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "pagedradix/prefix_cache.hpp"
#include "prefix_cache_comparison.hpp"
#include "sequence_helpers.hpp"
#include "test_seed.hpp"

namespace pagedradix::test {
namespace {

struct CacheLoad {
  std::int64_t max_recycling;
  std::size_t page_size;
};

void PrintTo(const CacheLoad& load, std::ostream* out) {
  *out << "up to " << load.max_recycling << " recycling, page size " << load.page_size;
}

class PrefixCacheDifferential : public ::testing::TestWithParam<CacheLoad> {};

INSTANTIATE_TEST_SUITE_P(Limits, PrefixCacheDifferential,
                         ::testing::Values(CacheLoad{-1, 1}, CacheLoad{-1, 64}, CacheLoad{0, 4},
                                           CacheLoad{1, 2}, CacheLoad{2, 64}, CacheLoad{5, 7}));

TEST_P(PrefixCacheDifferential, AnswersAsTheRulesSayAndRemovesInOrder) {
  const std::uint64_t first = FirstSeed();
  std::size_t reused = 0;
  std::size_t forked = 0;
  for (std::size_t run = 0; run < ScaledCount(60); ++run) {
    SCOPED_TRACE("PAGEDRADIX_TEST_SEED=" + std::to_string(first + run));
    TestRandom random(first + run);
    PrefixCacheComparison caches(GetParam().max_recycling, WithPages(GetParam().page_size, 2));
    RandomCacheCalls calls(caches, random);
    for (std::size_t step = 0; step < 500; ++step) {
      ASSERT_NO_THROW(calls.Step()) << calls.LastCall();
      caches.CompareIds(RandomCacheCalls::Ids());
      ASSERT_FALSE(HasFailure()) << "step " << step << ", " << calls.LastCall();
    }
    reused += calls.Reused();
    forked += calls.Forked();
    while (caches.TryFree()) caches.CompareIds(RandomCacheCalls::Ids());
    ASSERT_FALSE(HasFailure()) << "while the recycling ones are freed";
  }
  EXPECT_GT(forked, 100U) << "too few prompts met what is cached";
  if (GetParam().max_recycling != 0) {
    EXPECT_GT(reused, 30U);
  }
}

TEST_P(PrefixCacheDifferential, AFullTreeRefusesWithoutATrace) {
  const std::uint64_t first = FirstSeed();
  std::size_t refused = 0;
  for (std::size_t run = 0; run < ScaledCount(40); ++run) {
    SCOPED_TRACE("PAGEDRADIX_TEST_SEED=" + std::to_string(first + run));
    TestRandom random(first + run);
    const std::size_t page_size = GetParam().page_size;
    PrefixCacheComparison caches(GetParam().max_recycling,
                                 WithPages(page_size, 2, 64 / page_size * page_size));
    RandomCacheCalls calls(caches, random);
    std::size_t refused_in_a_row = 0;
    for (std::size_t step = 0; step < 400; ++step) {
      try {
        calls.Step();
        refused_in_a_row = 0;
      } catch (const CapacityError&) {
        ++refused;
        // An extension that finds no room holds up all that commits first: start again.
        if (!caches.TryFree() && ++refused_in_a_row > 3) caches.Reset();
      }
      caches.CompareIds(RandomCacheCalls::Ids());
      ASSERT_FALSE(HasFailure()) << "step " << step << ", " << calls.LastCall();
    }
  }
  EXPECT_GT(refused, 50U) << "the tree was hardly ever full";
}

}  // namespace
}  // namespace pagedradix::test
