// Two evictions of one tenant; removals of a tenant beside inserters of the same name.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "concurrency_support.hpp"

namespace pagedradix::test {
namespace {

class ConcurrentTenantsTest : public ::testing::TestWithParam<EvictionPolicy> {};

TEST_P(ConcurrentTenantsTest, TwoEvictionsOfOneTenantTakeEachTokenOnce) {
  const std::uint64_t seed = PrintedSeed();
  TokenTree tree(WithPolicy(GetParam()));
  const std::size_t steps = SizeFor(15'000, 1'200, 2'500);
  std::atomic<std::size_t> inserted{0};
  std::atomic<std::size_t> evicted{0};
  std::atomic<std::size_t> working{2};
  RunTogether(4, [&](std::size_t self) {
    TestRandom random(seed * 17 + self);
    if (self < 2) {
      for (std::size_t step = 0; step < steps; ++step) {
        // Nobody else inserts these tokens, and the first one is new: all of them are added.
        const Prompt prompt = Range(static_cast<Token>((step * 2 + self) * 64), 1 + step % 7);
        tree.InsertTokens(prompt, "t");
        inserted += prompt.size();
        tree.MatchPrefixWithCounts(prompt);
      }
      working.fetch_sub(1);
    } else {
      while (working.load() != 0) evicted += tree.EvictTenant("t", random.Below(40));
    }
  });
  EXPECT_EQ(evicted + tree.TenantTokenSize("t"), inserted);
  EXPECT_EQ(tree.Stats().evicted_tokens, evicted);
  ExpectExactAtRest(tree);
  evicted += tree.EvictTenant("t", 0);
  EXPECT_EQ(evicted, inserted);
  EXPECT_EQ(CountsOf(tree), (Counts{{"t", 0}}));
  EXPECT_EQ(tree.Stats().nodes, 0U);
}

INSTANTIATE_TEST_SUITE_P(Policies, ConcurrentTenantsTest,
                         ::testing::Values(EvictionPolicy::kLru, EvictionPolicy::kLfu,
                                           EvictionPolicy::kFifo, EvictionPolicy::kMru,
                                           EvictionPolicy::kFilo, EvictionPolicy::kPriority));

TEST(ConcurrentRemovalTest, AnInsertThatNoRemovalOverlapsIsThereWhole) {
  const std::uint64_t seed = PrintedSeed();
  TokenTree tree(WithPageSize(1));
  const std::size_t steps = SizeFor(60'000, 4'000, 8'000);
  std::atomic<std::size_t> begun{0};  // removals
  std::atomic<std::size_t> ended{0};
  std::atomic<std::size_t> working{3};
  std::atomic<std::size_t> judged{0};
  std::atomic<std::size_t> lost{0};
  RunTogether(4, [&](std::size_t self) {
    TestRandom random(seed * 19 + self);
    if (self == 3) {
      while (working.load() != 0) {
        ++begun;
        tree.RemoveTenant("t");
        ++ended;
        for (std::size_t pause = random.Below(200); pause != 0; --pause) {
          tree.MatchPrefixWithCounts(Prompt{1});
        }
      }
      return;
    }
    for (std::size_t step = 0; step < steps; ++step) {
      const Prompt prompt = RandomPrompt(random, 1, 1, 4, 6);
      const std::size_t ended_before = ended.load();
      tree.InsertTokens(prompt, "t");
      const bool found =
          HeldBy(tree, prompt, "t") == prompt.size() && tree.TenantTokenSize("t") >= prompt.size();
      if (begun.load() != ended_before) continue;
      ++judged;
      lost += found ? 0U : 1U;
    }
    working.fetch_sub(1);
  });
  EXPECT_GT(judged, 0U);
  EXPECT_EQ(lost, 0U) << "of " << judged;
  ExpectExactAtRest(tree);
  tree.RemoveTenant("t");
  EXPECT_TRUE(CountsOf(tree).empty());
  EXPECT_TRUE(ListingOf(tree).empty());
  EXPECT_EQ(tree.Stats().nodes, 0U);
}

TEST(ConcurrentRemovalTest, NamesThatComeAndGoKeepTheirNumbersApart) {
  const std::uint64_t seed = PrintedSeed();
  TokenTree tree(WithPageSize(1));
  constexpr std::size_t kThreads = 4;
  const std::size_t steps = SizeFor(20'000, 1'500, 3'000);
  std::atomic<std::size_t> stranger{0};
  RunTogether(kThreads, [&](std::size_t self) {
    TestRandom random(seed * 23 + self);
    for (std::size_t step = 0; step < steps; ++step) {
      // What begins with n is the tenant n's alone, also when its number was another's before.
      const auto family = static_cast<Token>(random.Below(12));
      const std::string tenant = std::to_string(family);
      const Prompt prompt = RandomPrompt(random, 1, family, 3, 4);
      if (random.OneIn(4)) {
        tree.RemoveTenant(tenant);
        continue;
      }
      const PrefixMatchResult match = tree.MatchAndInsert(prompt, tenant);
      stranger += match.Matched() && match.tenant != tenant ? 1U : 0U;
      for (const TenantTokens& held : tree.MatchTenants(prompt)) {
        stranger += held.tenant == tenant ? 0U : 1U;
      }
    }
  });
  EXPECT_EQ(stranger, 0U);
  ExpectExactAtRest(tree);
}

// Two threads make one tenant an owner of chains of nodes that are there already. Whichever comes
// second finds the other's work half done, and must not return before it is whole.
TEST(ConcurrentOwnTest, AnInsertOfWhatAnotherIsInsertingIsCountedWhenItReturns) {
  constexpr std::size_t kPrompts = 500;
  constexpr std::size_t kLength = 8;
  const std::size_t rounds = SizeFor(200, 6, 10);
  const auto prompt_of = [](std::size_t i) {
    return Range(static_cast<Token>(i * kLength), kLength);
  };
  TokenTree tree(WithPageSize(1));
  for (std::size_t i = 0; i < kPrompts; ++i) {
    Prompt prompt = prompt_of(i);
    for (; !prompt.empty(); prompt.pop_back()) tree.InsertTokens(prompt, "keep");
  }
  std::atomic<std::size_t> uncounted{0};
  std::atomic<std::size_t> not_held{0};
  for (std::size_t round = 0; round < rounds; ++round) {
    std::array<std::atomic<std::size_t>, 2> at{};
    RunTogether(2, [&](std::size_t self) {
      for (std::size_t i = 0; i < kPrompts; ++i) {
        const Prompt prompt = prompt_of(i);
        // Side by side if both are running; nobody waits for one that is not.
        at[self] = i;
        for (int spins = 0; at[1 - self] < i && spins < 300; ++spins) {
        }
        tree.InsertTokens(prompt, "t");
        uncounted += tree.TenantTokenSize("t") < (i + 1) * kLength ? 1U : 0U;
        not_held += HeldBy(tree, prompt, "t") < kLength ? 1U : 0U;
      }
    });
    EXPECT_EQ(tree.EvictTenant("t", 0), kPrompts * kLength);
  }
  EXPECT_EQ(uncounted, 0U);
  EXPECT_EQ(not_held, 0U);
  ExpectExactAtRest(tree);
}

TEST(ConcurrentClearTest, ClearAndRemovalsEndBesideThreadsThatEvictWithoutPause) {
  TokenTree tree(WithPageSize(1));
  std::atomic<bool> done{false};
  const std::size_t clears = SizeFor(60, 10, 20);
  RunTogether(5, [&](std::size_t self) {
    if (self == 0) {
      for (std::size_t i = 0; i < clears; ++i) {
        tree.Clear();
        tree.RemoveTenant("t");
      }
      done = true;
      return;
    }
    for (Token token = 0; !done; ++token) {
      tree.InsertTokens(Prompt{token % 5, token}, "t");
      tree.EvictTenant("t", 2);
      tree.EvictTenantBySize(1);
    }
  });
  ExpectExactAtRest(tree);
}

}  // namespace
}  // namespace pagedradix::test
