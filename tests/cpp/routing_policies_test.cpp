// What each routing policy promises, and the hash and the queues that they rest on.
#include <cstddef>
#include <cstdint>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/routing/cache_aware_policy.hpp"
#include "pagedradix/routing/consistent_hash_policy.hpp"
#include "pagedradix/routing/prefill_queues.hpp"
#include "pagedradix/routing/prompt_hash.hpp"
#include "pagedradix/routing/simple_policies.hpp"
#include "pagedradix/routing/splitmix64.hpp"

namespace pagedradix::routing {
namespace {

std::vector<Token> Tokens(std::size_t count, Token factor = 2654435761U) {
  std::vector<Token> tokens(count);
  for (std::size_t i = 0; i < count; ++i) tokens[i] = static_cast<Token>(i) * factor;
  return tokens;
}

// A query that owns its arrays.
struct Situation {
  std::vector<Token> prompt;
  std::vector<std::size_t> held;
  std::vector<double> backlog;

  RoutingQuery Query() const { return {prompt, held.data(), backlog.data(), held.size()}; }
};

TEST(SplitMix64, GivesThePublishedSequence) {
  EXPECT_EQ(SplitMix64At(0, 0), 0xE220A8397B1DCDAFULL);
  EXPECT_EQ(SplitMix64At(0, 1), 0x6E789E6AA1B965F4ULL);
  EXPECT_EQ(SplitMix64At(0, 2), 0x06C45D188009454FULL);
}

TEST(PromptHash, IsXxh64OfTheTokensAsLittleEndianWords) {
  EXPECT_EQ(PromptHash(Tokens(0)), 0xEF46DB3751D8E999ULL);
  EXPECT_EQ(PromptHash(Tokens(1)), 0x3AEFA6FD5CF2DEB4ULL);
  EXPECT_EQ(PromptHash(Tokens(2)), 0xB617E10F4A256A10ULL);
  EXPECT_EQ(PromptHash(Tokens(7)), 0x8299D3EB041C77ABULL);
  EXPECT_EQ(PromptHash(Tokens(8)), 0x3DD0543EDF5F34F7ULL);
  EXPECT_EQ(PromptHash(Tokens(21)), 0xE57ECC12D2590142ULL);
  EXPECT_EQ(PromptHash(Tokens(1000)), 0x25C4A2D99D72F1E8ULL);
  EXPECT_EQ(PromptHash(Tokens(21), 7), 0xA97BE893C94293C0ULL);
}

TEST(LeastLoadedPolicy, TakesTheLowestBacklogAndOfEqualsTheFirst) {
  LeastLoadedPolicy policy;
  EXPECT_EQ(policy.Choose(Situation{{}, {0, 0, 0}, {5, 2, 2}}.Query()), 1U);
  EXPECT_EQ(policy.Choose(Situation{{}, {0, 0, 0}, {0, 0, 0}}.Query()), 0U);
}

TEST(RoundRobinPolicy, VisitsEveryWorkerInTurn) {
  RoundRobinPolicy policy;
  const Situation situation{{}, {0, 0, 0}, {9, 0, 0}};
  std::vector<std::size_t> chosen;
  for (int i = 0; i < 7; ++i) chosen.push_back(policy.Choose(situation.Query()));
  EXPECT_EQ(chosen, (std::vector<std::size_t>{0, 1, 2, 0, 1, 2, 0}));
}

TEST(RandomPolicy, RepeatsForASeedAndSpreadsEvenly) {
  RandomPolicy first(7);
  RandomPolicy second(7);
  RandomPolicy other(8);
  const Situation situation{{}, {0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}};
  std::vector<int> count(5);
  int differences = 0;
  for (int i = 0; i < 10000; ++i) {
    const std::size_t worker = first.Choose(situation.Query());
    ASSERT_EQ(worker, second.Choose(situation.Query()));
    differences += worker != other.Choose(situation.Query()) ? 1 : 0;
    ++count.at(worker);
  }
  EXPECT_GT(differences, 7000);
  for (const int n : count) EXPECT_NEAR(n, 2000, 200);
}

TEST(CacheAwarePolicy, TakesTheBestMatchAboveTheThreshold) {
  CacheAwarePolicy policy;
  EXPECT_EQ(policy.Choose(Situation{Tokens(100), {16, 64, 32}, {0, 9, 0}}.Query()), 1U);
}

TEST(CacheAwarePolicy, TakesTheLeastLoadedIfTheBestMatchIsNotMoreThanTheThreshold) {
  CacheAwarePolicy policy;
  EXPECT_EQ(policy.Choose(Situation{Tokens(64), {16, 32, 0}, {3, 9, 1}}.Query()), 2U);
  EXPECT_EQ(policy.Choose(Situation{Tokens(63), {16, 32, 0}, {3, 9, 1}}.Query()), 1U);
}

TEST(CacheAwarePolicy, BreaksTiesByBacklogThenByNumber) {
  CacheAwarePolicy policy;
  EXPECT_EQ(policy.Choose(Situation{Tokens(64), {64, 64, 64}, {7, 5, 5}}.Query()), 1U);
}

TEST(CacheAwarePolicy, PrefersBalanceOnlyWhenBothLimitsAreExceeded) {
  CacheAwarePolicy policy({0.5, 100, 1.5});
  const auto choose = [&](double low, double high) {
    return policy.Choose(Situation{Tokens(64), {64, 0}, {high, low}}.Query());
  };
  EXPECT_EQ(choose(0, 100), 0U);    // differ by no more than 100
  EXPECT_EQ(choose(0, 101), 1U);    // both exceeded
  EXPECT_EQ(choose(202, 303), 0U);  // 101 more, but only 1.5 times
  EXPECT_EQ(choose(202, 304), 1U);
}

TEST(CacheAwarePolicy, SendsAnEmptyPromptToTheLeastLoaded) {
  CacheAwarePolicy policy({0.0, 100, 1.5});
  EXPECT_EQ(policy.Choose(Situation{{}, {0, 0}, {2, 1}}.Query()), 1U);
}

TEST(ConsistentHashPolicy, DependsOnTheFirstTokensOnly) {
  ConsistentHashPolicy policy(8, 32);
  std::vector<Token> longer = Tokens(100);
  const std::size_t owner = policy.Choose({longer, nullptr, nullptr, 8});
  longer[32] = 12345;
  EXPECT_EQ(policy.Choose({longer, nullptr, nullptr, 8}), owner);
  EXPECT_EQ(policy.Choose({Tokens(32), nullptr, nullptr, 8}), owner);

  std::set<std::size_t> owners;
  for (Token token = 0; token < 50; ++token) {
    longer[31] = token;
    owners.insert(policy.Choose({longer, nullptr, nullptr, 8}));
  }
  EXPECT_GT(owners.size(), 1U);
}

TEST(ConsistentHashPolicy, GivesEveryWorkerAFairPart) {
  ConsistentHashPolicy policy(8, 16);
  std::vector<int> count(8);
  for (Token token = 0; token < 8000; ++token) {
    ++count.at(policy.Choose({Tokens(16, token), nullptr, nullptr, 8}));
  }
  for (const int n : count) EXPECT_NEAR(n, 1000, 350);
}

TEST(ConsistentHashPolicy, MovesPromptsOnlyToTheNewWorker) {
  ConsistentHashPolicy before(7, 16);
  ConsistentHashPolicy after(8, 16);
  for (Token token = 0; token < 2000; ++token) {
    const std::vector<Token> prompt = Tokens(16, token);
    const std::size_t old_owner = before.Choose({prompt, nullptr, nullptr, 7});
    const std::size_t new_owner = after.Choose({prompt, nullptr, nullptr, 8});
    ASSERT_TRUE(new_owner == old_owner || new_owner == 7U) << "token " << token;
  }
}

TEST(PrefillQueues, WaitsForWhatIsQueuedAndDrainsWithTime) {
  PrefillQueues queues(2);
  EXPECT_EQ(queues.Push(0, 10, 100), 100);
  EXPECT_EQ(queues.Push(0, 30, 50), 130);  // 80 left, then its own 50
  double backlog[2];
  queues.Backlogs(40, backlog);
  EXPECT_EQ(backlog[0], 120);
  EXPECT_EQ(backlog[1], 0);
  queues.Backlogs(1000, backlog);
  EXPECT_EQ(backlog[0], 0);
  EXPECT_EQ(queues.Push(0, 1000, 5), 5);
}

TEST(PrefillQueues, LosesNothingBetweenThreads) {
  constexpr int kThreads = 4;
  constexpr int kPushes = 5000;
  PrefillQueues queues(1);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < kPushes; ++n) queues.Push(0, 0, 3);
    });
  }
  for (std::thread& thread : threads) thread.join();
  double backlog = 0;
  queues.Backlogs(0, &backlog);
  EXPECT_EQ(backlog, 3.0 * kThreads * kPushes);
}

}  // namespace
}  // namespace pagedradix::routing
