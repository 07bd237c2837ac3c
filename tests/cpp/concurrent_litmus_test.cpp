// Store buffering: of two threads that each insert a prompt and then match the other's, one at
// least finds it. And what one thread saw inserted, a thread that it tells sees too.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "concurrency_support.hpp"

namespace pagedradix::test {
namespace {

constexpr std::size_t kBatch = 64;  // pairs of prompts between two meetings

/// Two threads insert prompts of pairs and match the partner's, side by side. Counts how often both
/// missed.
template <typename PromptOf>
std::size_t BothMissed(TokenTree& tree, std::size_t batches, PromptOf prompt_of) {
  Meeting meeting(2);
  std::array<std::array<bool, kBatch>, 2> found{};
  std::size_t both_missed = 0;
  RunTogether(2, [&](std::size_t self) {
    const std::array<const char*, 2> tenants = {"a", "b"};
    for (std::size_t batch = 0; batch < batches; ++batch) {
      if (self == 0 && batch % 16 == 0) tree.Clear();
      meeting.Arrive();
      for (std::size_t i = 0; i < kBatch; ++i) {
        const std::size_t pair = batch * kBatch + i;
        const Prompt mine = prompt_of(pair, self);
        const Prompt other = prompt_of(pair, 1 - self);
        tree.InsertTokens(mine, tenants[self]);
        found[self][i] = tree.MatchPrefixWithCounts(other).matched_token_count == other.size();
      }
      meeting.Arrive();
      if (self != 0) continue;
      for (std::size_t i = 0; i < kBatch; ++i) both_missed += found[0][i] || found[1][i] ? 0U : 1U;
    }
  });
  return both_missed;
}

Token Fresh(std::size_t pair) { return static_cast<Token>(pair * 4 + 1'000'000); }

TEST(ConcurrentLitmusTest, TwoWhoAddLeavesBesideEachOtherDoNotBothMiss) {
  TokenTree tree(WithPageSize(1));
  EXPECT_EQ(BothMissed(tree, SizeFor(1000, 60, 150),
                       [](std::size_t pair, std::size_t self) {
                         return Prompt{1, Fresh(pair) + static_cast<Token>(self)};
                       }),
            0U);
  ExpectExactAtRest(tree);
}

TEST(ConcurrentLitmusTest, TwoWhoSplitTheSameEdgeDoNotBothMiss) {
  TokenTree tree(WithPageSize(1));
  EXPECT_EQ(BothMissed(tree, SizeFor(1000, 60, 150),
                       [](std::size_t pair, std::size_t self) {
                         Prompt prompt = Range(Fresh(pair), 3);
                         prompt.push_back(static_cast<Token>(self));
                         // The first to come makes the edge, the other splits it, at either end.
                         if (pair % 2 == self) prompt.erase(prompt.begin() + 2);
                         return prompt;
                       }),
            0U);
  ExpectExactAtRest(tree);
}

TEST(ConcurrentLitmusTest, WhatWasInsertedBeforeASignalIsSeenAfterIt) {
  TokenTree tree(WithPageSize(1));
  const std::size_t prompts = SizeFor(60'000, 3'000, 8'000);
  std::atomic<std::size_t> inserted{0};
  std::atomic<std::size_t> missed{0};
  RunTogether(3, [&](std::size_t self) {
    const auto prompt_of = [](std::size_t i) {
      return Prompt{static_cast<Token>(i % 7), Fresh(i), static_cast<Token>(i)};
    };
    if (self == 0) {
      for (std::size_t i = 0; i < prompts; ++i) {
        tree.InsertTokens(prompt_of(i), "a");
        inserted.store(i + 1, std::memory_order_release);
      }
      return;
    }
    for (std::size_t seen = 0; seen < prompts;) {
      seen = inserted.load(std::memory_order_acquire);
      if (seen == 0) continue;
      const Prompt prompt = prompt_of(seen - 1);
      const bool found = tree.MatchPrefixWithCounts(prompt).matched_token_count == 3 &&
                         HeldBy(tree, prompt, "a") == 3;
      missed += found ? 0U : 1U;
    }
  });
  EXPECT_EQ(missed, 0U);
}

}  // namespace
}  // namespace pagedradix::test
