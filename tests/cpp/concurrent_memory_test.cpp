// Memory: bounded while prompts come and go, and back where it was after clear().
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "concurrency_support.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace pagedradix::test {
namespace {

/// Threads insert prompts of up to 16 pages, each for a tenant of its own that is kept at 400
/// tokens.
void Churn(TokenTree& tree, std::uint64_t seed, std::size_t threads, std::size_t steps) {
  RunTogether(threads, [&](std::size_t self) {
    TestRandom random(seed * 53 + self);
    const std::string tenant = "t" + std::to_string(self);
    for (std::size_t step = 0; step < steps; ++step) {
      tree.InsertTokens(RandomPrompt(random, tree.PageSize(), 1, 50, 16), tenant);
      tree.EvictTenant(tenant, 400);
    }
  });
}

TEST(ConcurrentMemoryTest, ItDoesNotGrowWhileAsMuchGoesAsComes) {
  constexpr std::size_t kThreads = 4;
  const std::uint64_t seed = PrintedSeed();
  TokenTree tree(WithPageSize(4));
  const std::size_t steps = SizeFor(3'000, 300, 500);
  std::vector<std::size_t> live;
  for (std::size_t round = 0; round < 12; ++round) {
    Churn(tree, seed + round, kThreads, steps);
    live.push_back(tree.Stats().memory_bytes);
  }
  const std::size_t early = *std::max_element(live.begin(), live.begin() + 4);
  const std::size_t late = *std::max_element(live.end() - 4, live.end());
  // Owner places, tables and indexes keep their largest size; a leak of each round would double it.
  EXPECT_LT(late, early + early / 2) << "after warming up: " << early << " bytes";
  ExpectExactAtRest(tree);
}

TEST(ConcurrentMemoryTest, LimboDrainsWhenNobodyIsInside) {
  TokenTree tree(WithPageSize(4));
  Churn(tree, PrintedSeed(), 4, SizeFor(2'000, 300, 500));
  // Retiring is what drives reclaiming: a few calls alone bring it down to what they leave behind.
  for (Token i = 0; i < 2'000; ++i) {
    tree.InsertTokens(Prompt(8, 1'000 + i), "last");
    tree.EvictTenant("last", 0);
  }
  EXPECT_LT(tree.Stats().limbo_objects, 64U);
  ExpectExactAtRest(tree);
}

TEST(ConcurrentMemoryTest, ClearBringsItBackToWhereItWas) {
  TokenTree tree(WithPageSize(4));
  const std::size_t fresh = tree.Stats().memory_bytes;
  for (std::size_t round = 0; round < 5; ++round) {
    Churn(tree, PrintedSeed() + round, 4, SizeFor(1'000, 150, 250));
    EXPECT_GT(tree.Stats().memory_bytes, fresh);
    tree.Clear();
    EXPECT_EQ(tree.Stats().memory_bytes, fresh);
    EXPECT_EQ(tree.Stats().limbo_objects, 0U);
    ExpectExactAtRest(tree);
  }
}

#if defined(__unix__) || defined(__APPLE__)

TEST(ConcurrentForkTest, TheChildUsesEvictsClearsAndDestroysTheTree) {
  auto tree = std::make_unique<TokenTree>(WithPageSize(4));
  Churn(*tree, PrintedSeed(), 4, SizeFor(1'000, 150, 250));
  const Prompt prompt = Range(1, 64);
  tree->InsertTokens(prompt, "parent");
  const Counts before = CountsOf(*tree);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    int failed = 0;
    failed |= tree->MatchPrefixWithCounts(prompt).matched_token_count == 64 ? 0 : 1;
    failed |= CountsOf(*tree) == before ? 0 : 2;
    tree->MatchAndInsert(Range(1, 128), "child");
    failed |= HeldBy(*tree, Range(1, 128), "child") == 128 ? 0 : 4;
    tree->EvictTenantBySize(16);
    tree->RemoveTenant("parent");
    failed |= tree->CheckInvariants().empty() ? 0 : 8;
    tree->Clear();
    tree->InsertTokens(prompt, "child");
    failed |= CountsOf(*tree) == Counts{{"child", 64}} ? 0 : 16;
    tree.reset();
    _exit(failed);
  }
  // The parent goes on meanwhile and sees nothing of it.
  tree->InsertTokens(Range(1, 96), "parent");
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0) << "the bits say what failed in the child";
  EXPECT_EQ(CountsOf(*tree).count("child"), 0U);
  EXPECT_EQ(HeldBy(*tree, Range(1, 96), "parent"), 96U);
  ExpectExactAtRest(*tree);
}

#endif

}  // namespace
}  // namespace pagedradix::test
