// Inserts beside evictions on shared prefixes: what is inserted for a tenant that nobody evicts is
// there when the call returns, and stays.
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "concurrency_support.hpp"

namespace pagedradix::test {
namespace {

constexpr std::size_t kKeepers = 2;   // threads that insert for "keep", which is never evicted
constexpr std::size_t kVictims = 2;   // threads that insert for tenants that are
constexpr std::size_t kEvictors = 2;  // threads that evict them to next to nothing
constexpr std::array<std::string_view, 2> kEvicted = {"victim-0", "victim-1"};
constexpr std::string_view kKeep = "keep";

class EvictionStorm {
 public:
  EvictionStorm(std::size_t page_size, std::uint64_t seed)
      : page_size_(page_size), seed_(seed), tree_(WithPageSize(page_size)) {}

  void RunRound(std::size_t prompts) {
    ++round_;
    std::array<std::vector<Prompt>, kKeepers> kept;
    std::atomic<std::size_t> working{kKeepers};
    std::atomic<std::size_t> lost{0};
    RunTogether(kKeepers + kVictims + kEvictors, [&](std::size_t self) {
      TestRandom random(seed_ * 1'000'003 + round_ * 101 + self);
      if (self < kKeepers) {
        lost += Keep(random, prompts, kept[self]);
        working.fetch_sub(1);
      } else {
        while (working.load() != 0) {
          // The last one wakes up again and again, and so stops others in the middle of an insert.
          const bool sleeps = self + 1 == kKeepers + kVictims + kEvictors;
          if (sleeps) std::this_thread::sleep_for(std::chrono::microseconds(10));
          const std::string_view tenant = kEvicted[random.Below(kEvicted.size())];
          if (self < kKeepers + kVictims) {
            tree_.InsertTokens(Some(random), tenant);
          } else {
            tree_.EvictTenant(tenant, random.Below(4) * page_size_);
          }
        }
      }
    });
    EXPECT_EQ(lost, 0U) << "inserts were not found by the thread that made them";
    std::size_t missing = 0;
    for (const std::vector<Prompt>& prompts_of_one : kept) {
      for (const Prompt& prompt : prompts_of_one) {
        missing += HeldBy(tree_, prompt, kKeep) < prompt.size() ? 1U : 0U;
      }
    }
    EXPECT_EQ(missing, 0U) << "inserts were lost";
    ExpectExactAtRest(tree_);
  }

  TokenTree& tree() { return tree_; }

 private:
  Prompt Some(TestRandom& random) const {
    return RandomPrompt(random, page_size_, static_cast<Token>(round_ % 4), 3, 7);
  }

  // Inserts for "keep" and looks at once, and again at an older one. Returns how often it missed.
  std::size_t Keep(TestRandom& random, std::size_t prompts, std::vector<Prompt>& kept) {
    std::size_t missing = 0;
    for (std::size_t i = 0; i < prompts; ++i) {
      kept.push_back(Some(random));
      const Prompt& fresh = kept.back();
      if (random.OneIn(2)) {
        tree_.InsertTokens(fresh, kKeep);
      } else {
        tree_.MatchAndInsert(fresh, kKeep);
      }
      missing += tree_.MatchPrefixWithCounts(fresh).matched_token_count < fresh.size() ? 1U : 0U;
      const Prompt& older = random.Pick(kept);
      missing += HeldBy(tree_, older, kKeep) < older.size() ? 1U : 0U;
      // So that the evictors get their share where there are few cores.
      if (random.OneIn(64)) std::this_thread::yield();
    }
    return missing;
  }

  const std::size_t page_size_;
  const std::uint64_t seed_;
  TokenTree tree_;
  std::size_t round_ = 0;
};

class ConcurrentEvictTest : public ::testing::TestWithParam<std::size_t> {};

TEST_P(ConcurrentEvictTest, NothingIsLostBesideEvictions) {
  EvictionStorm storm(GetParam(), PrintedSeed());
  const std::size_t rounds = SizeFor(64, 8, 16);
  for (std::size_t round = 0; round < rounds; ++round) {
    // Mostly from an empty tree, where nodes come and go; sometimes on top of what is there.
    if (round % 4 != 3) storm.tree().RemoveTenant(kKeep);
    if (round % 16 == 8) storm.tree().Clear();
    storm.RunRound(300);
    if (HasFailure()) {
      FAIL() << "in round " << round;
    }
  }
  std::cout << storm.tree().Stats().evicted_nodes << " nodes removed since the last clear\n";
}

INSTANTIATE_TEST_SUITE_P(PageSizes, ConcurrentEvictTest, ::testing::Values(1, 4));

// The same few nodes lose their last owner and get a new one all the time.
TEST(ConcurrentReownTest, ANodeThatIsOwnedAgainIsFoundByWhoInsertedIt) {
  constexpr std::size_t kThreads = 4;
  const std::uint64_t seed = PrintedSeed();
  const std::size_t steps = SizeFor(100'000, 8'000, 20'000);
  TokenTree tree(WithPageSize(1));
  // Each thread evicts its own tenant only, so what it inserted stays until it says so.
  const std::array<std::string, kThreads> tenants = {"a", "b", "c", "d"};
  const std::vector<Prompt> prompts = {Range(1, 2), Range(1, 4), Range(1, 6), Range(1, 9)};
  std::atomic<std::size_t> missed{0};
  std::atomic<std::size_t> left{0};
  RunTogether(kThreads, [&](std::size_t self) {
    TestRandom random(seed * 77 + self);
    for (std::size_t step = 0; step < steps; ++step) {
      const Prompt& prompt = random.Pick(prompts);
      tree.InsertTokens(prompt, tenants[self]);
      missed += tree.MatchPrefixWithCounts(prompt).matched_token_count < prompt.size() ? 1U : 0U;
      missed += HeldBy(tree, prompt, tenants[self]) < prompt.size() ? 1U : 0U;
      missed += tree.TenantTokenSize(tenants[self]) < prompt.size() ? 1U : 0U;
      if (random.OneIn(4)) continue;
      tree.EvictTenant(tenants[self], 0);
      left += tree.TenantTokenSize(tenants[self]) + HeldBy(tree, prompt, tenants[self]);
    }
  });
  EXPECT_EQ(missed, 0U);
  EXPECT_EQ(left, 0U) << "tokens that an eviction down to 0 left to a tenant that nobody else uses";
  ExpectExactAtRest(tree);
  for (const std::string& tenant : tenants) tree.EvictTenant(tenant, 0);
  EXPECT_EQ(tree.Stats().nodes, 0U);
  ExpectExactAtRest(tree);
}

}  // namespace
}  // namespace pagedradix::test
