// One edge cut at one place, while another thread is right there.
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "concurrency_support.hpp"

namespace pagedradix::test {
namespace {

constexpr Token kLeavesHere = 0xffff0000;

// A prompt is cut, and what is behind the cut loses its only owner: whoever found the lower node
// before the cut must still find the part above it.
TEST(ConcurrentKeptPrefixTest, TheUpperPartIsMatchedWhileTheLowerIsSplitOffAndEvicted) {
  constexpr std::size_t kTokens = 2048;  // takes a while to compare
  const std::size_t cycles = SizeFor(100'000, 2'000, 8'000);
  TokenTree tree(WithPageSize(1));
  std::atomic<std::size_t> current{0};  // 2 * i + 1 while half of prompt i at least is owned
  std::atomic<std::size_t> judged{0};
  std::atomic<std::size_t> missed{0};
  const auto prompt_of = [](std::size_t i) {
    return Range(static_cast<Token>(i % 64) * kTokens, kTokens);
  };
  RunTogether(3, [&](std::size_t self) {
    if (self == 0) {
      for (std::size_t i = 0; i < cycles; ++i) {
        const Prompt whole = prompt_of(i);
        const Prompt half(whole.begin(), whole.begin() + kTokens / 2);
        tree.InsertTokens(whole, "t");
        current = 2 * i + 1;
        tree.InsertTokens(half, "t");
        tree.EvictTenant("t", kTokens / 2);
        current = 2 * i + 2;
        tree.EvictTenant("t", 0);
      }
      current = SIZE_MAX - 1;
      return;
    }
    for (std::size_t now = current; now != SIZE_MAX - 1; now = current) {
      if (now % 2 == 0) continue;
      const Prompt prompt = prompt_of(now / 2);
      const std::size_t matched = tree.MatchPrefixWithCounts(prompt).matched_token_count;
      if (current != now) continue;
      ++judged;
      missed += matched < kTokens / 2 ? 1U : 0U;
    }
  });
  std::cout << judged << " matches judged in " << cycles << " cycles\n";
  EXPECT_EQ(missed, 0U);
  ExpectExactAtRest(tree);
}

// Cutters cut prompts where their own end, so that the upper node has one child; the adder adds a
// second child right there. Both must be found by their own first pages from then on. The adder
// sleeps in between: where there are few cores, its waking up stops a cutter wherever that is.
TEST(ConcurrentCutTest, AChildAddedWhileAnEdgeIsCutHidesNeitherOfTheTwo) {
  constexpr std::size_t kCutters = 2;
  constexpr std::size_t kCuts = 2000;  // of each prompt, from its end upwards
  const std::size_t rounds = SizeFor(150, 3, 8);
  const auto cut_at = [](std::size_t cutter, std::size_t cut) {
    return Range(static_cast<Token>(cutter * 1'000'000), cut);
  };
  TokenTree tree(WithPageSize(1));
  std::size_t added_in_all = 0;
  for (std::size_t round = 0; round < rounds && !HasFailure(); ++round) {
    tree.Clear();
    std::array<std::atomic<std::size_t>, kCutters> at{};
    for (std::size_t cutter = 0; cutter < kCutters; ++cutter) {
      tree.InsertTokens(cut_at(cutter, kCuts + 1), "keep");
      at[cutter] = kCuts;
    }
    std::vector<Prompt> added;
    RunTogether(kCutters + 1, [&](std::size_t self) {
      if (self < kCutters) {
        for (std::size_t cut = kCuts; cut != 0; --cut) {
          const Prompt prompt = cut_at(self, cut);
          at[self] = cut;
          tree.InsertTokens(prompt, "cutter");
        }
        at[self] = 0;
        return;
      }
      for (bool cutting = true; cutting;) {
        std::this_thread::sleep_for(std::chrono::microseconds(10));
        cutting = false;
        for (std::size_t cutter = 0; cutter < kCutters; ++cutter) {
          const std::size_t cut = at[cutter];
          if (cut == 0) continue;
          cutting = true;
          added.push_back(cut_at(cutter, cut));
          added.back().push_back(kLeavesHere);
          tree.InsertTokens(added.back(), "adder");
        }
      }
    });
    EXPECT_EQ(tree.CheckInvariants(), "");
    for (std::size_t cutter = 0; cutter < kCutters; ++cutter) {
      const Prompt whole = cut_at(cutter, kCuts + 1);
      EXPECT_EQ(tree.MatchPrefixWithCounts(whole).matched_token_count, whole.size());
      EXPECT_EQ(HeldBy(tree, cut_at(cutter, kCuts), "cutter"), kCuts);
    }
    for (const Prompt& prompt : added) EXPECT_EQ(HeldBy(tree, prompt, "adder"), prompt.size());
    added_in_all += added.size();
  }
  std::cout << added_in_all << " children added beside cuts\n";
}

}  // namespace
}  // namespace pagedradix::test
