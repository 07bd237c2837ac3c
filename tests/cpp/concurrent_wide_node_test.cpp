// A node with very many children: its table grows and turns wide (above 512 children) while others
// match, evict and insert below it.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "concurrency_support.hpp"

namespace pagedradix::test {
namespace {

constexpr std::size_t kInserters = 4;
constexpr std::size_t kWideChildren = 1600;  // of one node, by all threads together

class ConcurrentWideNodeTest : public ::testing::TestWithParam<bool> {
 protected:
  // Children of the root, or of a node that everybody owns.
  Prompt ChildPrompt(std::size_t child) const {
    Prompt prompt;
    if (GetParam()) prompt.push_back(7);
    prompt.push_back(static_cast<Token>(100 + child));
    prompt.push_back(1);
    prompt.push_back(static_cast<Token>(child));
    return prompt;
  }
};

TEST_P(ConcurrentWideNodeTest, NoChildIsMissedOrLostWhileTheTableGrows) {
  const std::uint64_t seed = PrintedSeed();
  const std::size_t rounds = SizeFor(60, 3, 6);
  TokenTree tree(WithPageSize(1));
  std::size_t missed_in_all = 0;
  for (std::size_t round = 0; round < rounds; ++round) {
    tree.Clear();
    std::atomic<std::size_t> missed{0};
    RunTogether(kInserters, [&](std::size_t self) {
      TestRandom random(seed * 1009 + round * kInserters + self);
      for (std::size_t child = self; child < kWideChildren; child += kInserters) {
        // Every third is a tenant's that is evicted again and again.
        const bool keep = (child / kInserters) % 3 != 2;
        tree.InsertTokens(ChildPrompt(child), keep ? "keep" : "go");
        if (random.OneIn(16)) tree.EvictTenant("go", random.Below(60));
        if (random.OneIn(4)) {
          // Splits below the wide node, in place.
          Prompt other = ChildPrompt(child);
          other.back() = 9'999'999;
          tree.InsertTokens(other, random.OneIn(2) ? "go" : "keep");
        }
        const std::size_t past = self + kInserters * random.Below(child / kInserters + 1);
        if ((past / kInserters) % 3 == 2) continue;
        const Prompt prompt = ChildPrompt(past);
        const bool found =
            tree.MatchPrefixWithCounts(prompt).matched_token_count == prompt.size() &&
            HeldBy(tree, prompt, "keep") == prompt.size();
        missed += found ? 0U : 1U;
      }
    });
    missed_in_all += missed;
    for (std::size_t child = 0; child < kWideChildren; ++child) {
      if ((child / kInserters) % 3 == 2) continue;
      const Prompt prompt = ChildPrompt(child);
      EXPECT_EQ(HeldBy(tree, prompt, "keep"), prompt.size());
    }
    ExpectExactAtRest(tree);
    if (HasFailure()) {
      FAIL() << "in round " << round;
    }
  }
  EXPECT_EQ(missed_in_all, 0U);
}

TEST_P(ConcurrentWideNodeTest, AWideNodeIsEmptiedAndFilledAgain) {
  const std::uint64_t seed = PrintedSeed();
  const std::size_t rounds = SizeFor(60, 3, 6);
  TokenTree tree(WithPageSize(1));
  for (std::size_t round = 0; round < rounds; ++round) {
    RunTogether(kInserters, [&](std::size_t self) {
      TestRandom random(seed * 2003 + round * kInserters + self);
      for (std::size_t step = 0; step < 2 * kWideChildren / kInserters; ++step) {
        const Prompt prompt = ChildPrompt(random.Below(kWideChildren));
        tree.InsertTokens(prompt, self % 2 == 0 ? "even" : "odd");
        // Sometimes all of it goes, the wide node too.
        if (random.OneIn(256)) tree.EvictTenant(random.OneIn(2) ? "even" : "odd", 0);
        if (random.OneIn(8)) tree.EvictTenant("even", random.Below(2 * kWideChildren));
      }
    });
    ExpectExactAtRest(tree);
    tree.EvictTenantBySize(0);
    EXPECT_EQ(tree.Stats().nodes, 0U);
    EXPECT_EQ(CountsOf(tree), (Counts{{"even", 0}, {"odd", 0}}));
    if (HasFailure()) {
      FAIL() << "in round " << round;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(BelowASharedNode, ConcurrentWideNodeTest, ::testing::Bool());

}  // namespace
}  // namespace pagedradix::test
