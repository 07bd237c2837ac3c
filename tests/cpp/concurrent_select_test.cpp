// match_and_insert_with: `select` runs once, with no lock held, and may do what it likes.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <gtest/gtest.h>

#include "concurrency_support.hpp"

namespace pagedradix::test {
namespace {

using Choice = std::optional<std::string_view>;

TEST(ConcurrentSelectTest, SelectMayDoAnythingToTheTreeThatItWasCalledBy) {
  const std::uint64_t seed = PrintedSeed();
  TokenTree tree(WithPageSize(2));
  const std::size_t steps = SizeFor(20'000, 1'500, 3'000);
  std::atomic<std::size_t> not_once{0};
  std::size_t lost = 0;
  RunTogether(4, [&](std::size_t self) {
    TestRandom random(seed * 31 + self);
    const std::string own = "own-" + std::to_string(self);  // only this thread evicts it
    for (std::size_t step = 0; step < steps; ++step) {
      const Prompt prompt = RandomPrompt(random, 2, 9, 3, 6);
      std::size_t calls = 0;
      tree.MatchAndInsertWith(prompt, [&](const PrefixMatchResult& match) -> Choice {
        ++calls;
        switch (random.Below(8)) {
          case 0:
            tree.InsertTokens(RandomPrompt(random, 2, 9, 3, 6), "other");
            break;
          case 1:
            tree.EvictTenant("other", 0);
            break;
          case 2:
            tree.RemoveTenant(match.tenant);
            break;
          case 3:
            tree.MatchPrefixWithCounts(prompt);
            break;
          case 4:
            tree.MatchAndInsertWith(prompt, [](const auto&) -> Choice { return "inner"; });
            break;
          case 5:
            // The path that was matched goes away whole.
            tree.EvictTenantBySize(0);
            break;
          case 6:
            if (random.OneIn(16)) tree.Clear();
            break;
          default:
            break;
        }
        return own;
      });
      not_once += calls == 1 ? 0U : 1U;
    }
  });
  EXPECT_EQ(not_once, 0U);
  ExpectExactAtRest(tree);
  // Alone, the insert is there afterwards, whatever the callback did.
  for (int kind = 0; kind < 3; ++kind) {
    const Prompt prompt = Range(1, 8);
    tree.InsertTokens(prompt, "before");
    tree.MatchAndInsertWith(prompt, [&](const auto&) -> Choice {
      if (kind == 0) tree.Clear();
      if (kind == 1) tree.RemoveTenant("before");
      if (kind == 2) tree.EvictTenantBySize(0);
      return "after";
    });
    lost += HeldBy(tree, prompt, "after") == prompt.size() ? 0U : 1U;
  }
  EXPECT_EQ(lost, 0U);
  ExpectExactAtRest(tree);
}

TEST(ConcurrentSelectTest, TheInsertIsWholeWhenItReturnsThoughTheMatchedPathWasEvicted) {
  const std::uint64_t seed = PrintedSeed();
  TokenTree tree(WithPageSize(1));
  const std::size_t steps = SizeFor(40'000, 2'500, 5'000);
  std::atomic<std::size_t> lost{0};
  RunTogether(4, [&](std::size_t self) {
    TestRandom random(seed * 131 + self);
    const std::string keep = "keep-" + std::to_string(self);
    for (std::size_t step = 0; step < steps; ++step) {
      const Prompt prompt = RandomPrompt(random, 1, 9, 3, 7);
      if (self % 2 == 0) {
        tree.MatchAndInsertWith(prompt, [&](const auto&) -> Choice {
          if (random.OneIn(4)) tree.EvictTenant("shared", 0);
          return keep;
        });
        lost += HeldBy(tree, prompt, keep) == prompt.size() ? 0U : 1U;
        if (random.OneIn(8)) tree.EvictTenant(keep, 0);
      } else if (random.OneIn(3)) {
        tree.EvictTenant("shared", random.Below(6));
      } else {
        tree.InsertTokens(prompt, "shared");
      }
    }
  });
  EXPECT_EQ(lost, 0U);
  ExpectExactAtRest(tree);
}

TEST(ConcurrentSelectTest, NothingIsInsertedWhenSelectThrows) {
  TokenTree tree(WithPageSize(1));
  const std::size_t steps = SizeFor(20'000, 2'000, 4'000);
  std::atomic<std::size_t> thrown{0};
  RunTogether(4, [&](std::size_t self) {
    for (std::size_t step = 0; step < steps; ++step) {
      const Prompt prompt = Range(static_cast<Token>(step % 50), 1 + step % 4);
      if (self == 0) {
        tree.InsertTokens(prompt, "quiet");
        tree.EvictTenant("quiet", 5);
        continue;
      }
      try {
        tree.MatchAndInsertWith(
            prompt, [](const auto&) -> Choice { throw std::runtime_error("no worker"); });
      } catch (const std::runtime_error&) {
        ++thrown;
      }
    }
  });
  EXPECT_EQ(thrown, 3 * steps);
  EXPECT_LE(CountsOf(tree).size(), 1U);
  ExpectExactAtRest(tree);
}

TEST(ConcurrentSelectTest, ASlowSelectHoldsNobodyUp) {
  TokenTree tree(WithPageSize(1));
  const Prompt prompt = Range(1, 6);
  tree.InsertTokens(prompt, "before");
  std::atomic<bool> inside{false};
  std::atomic<bool> done{false};
  bool released = false;
  std::thread slow([&] {
    tree.MatchAndInsertWith(prompt, [&](const auto&) -> Choice {
      inside = true;
      const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      while (!done && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
      released = done;
      return "slow";
    });
  });
  while (!inside) std::this_thread::yield();
  // Each of these returns while `select` is still running, also what waits for readers.
  tree.InsertTokens(Range(1, 3), "other");
  EXPECT_EQ(tree.MatchPrefixWithCounts(prompt).matched_token_count, 6U);
  tree.EvictTenant("other", 0);
  tree.RemoveTenant("before");
  tree.Clear();
  tree.InsertTokens(Range(7, 3), "other");
  done = true;
  slow.join();
  EXPECT_TRUE(released) << "a call waited for a select that was running";
  EXPECT_EQ(CountsOf(tree), (Counts{{"other", 3}, {"slow", 6}}));
  ExpectExactAtRest(tree);
}

}  // namespace
}  // namespace pagedradix::test
