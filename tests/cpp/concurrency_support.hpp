// What the concurrency tests share: threads that start together, sizes that fit the build, and the
// checks of a tree at rest.
//
// Sizes are given for each kind of build, because a sanitizer slows a race down by ten and more;
// PAGEDRADIX_TEST_SCALE multiplies them for a longer search (see test_seed.hpp).
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/token_tree.hpp"
#include "test_seed.hpp"
#include "tree_helpers.hpp"

#if defined(__SANITIZE_THREAD__)
#define PAGEDRADIX_TEST_TSAN 1
#elif defined(__SANITIZE_ADDRESS__)
#define PAGEDRADIX_TEST_ASAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define PAGEDRADIX_TEST_TSAN 1
#elif __has_feature(address_sanitizer)
#define PAGEDRADIX_TEST_ASAN 1
#endif
#endif

namespace pagedradix::test {

/// The size for the build that runs, scaled.
inline std::size_t SizeFor([[maybe_unused]] std::size_t plain, [[maybe_unused]] std::size_t tsan,
                           [[maybe_unused]] std::size_t asan) {
#if defined(PAGEDRADIX_TEST_TSAN)
  return ScaledCount(tsan);
#elif defined(PAGEDRADIX_TEST_ASAN)
  return ScaledCount(asan);
#else
  return ScaledCount(plain);
#endif
}

/// The seed of a test, printed so that a failure can be run again.
inline std::uint64_t PrintedSeed() {
  const std::uint64_t seed = FirstSeed();
  std::cout << "PAGEDRADIX_TEST_SEED=" << seed << '\n';
  return seed;
}

/// Lets `count` threads go on together, again and again. Spins a little, then yields.
class Meeting {
 public:
  explicit Meeting(std::size_t count) : count_(count) {}

  void Arrive() {
    const std::size_t round = round_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == count_) {
      arrived_.store(0, std::memory_order_relaxed);
      round_.store(round + 1, std::memory_order_release);
      return;
    }
    constexpr int kSpins = 2000;
    for (int spins = 0; round_.load(std::memory_order_acquire) == round; ++spins) {
      if (spins >= kSpins) std::this_thread::yield();
    }
  }

 private:
  const std::size_t count_;
  std::atomic<std::size_t> arrived_{0};
  std::atomic<std::size_t> round_{0};
};

/// Runs `body(self)` in `count` threads that begin together; returns when all have ended.
template <typename Body>
void RunTogether(std::size_t count, Body body) {
  Meeting latch(count);
  std::vector<std::thread> threads;
  threads.reserve(count);
  for (std::size_t self = 0; self < count; ++self) {
    threads.emplace_back([&latch, &body, self] {
      latch.Arrive();
      body(self);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

inline std::size_t HeldBy(const TokenTree& tree, const Prompt& prompt, std::string_view tenant) {
  std::size_t held = 0;
  tree.MatchTenants(prompt, &tenant, 1, &held);
  return held;
}

/// A prompt from a family in which prefixes are shared: each page is one of `branches`, and all
/// prompts begin with the page `family`.
inline Prompt RandomPrompt(TestRandom& random, std::size_t page_size, Token family,
                           std::size_t branches, std::size_t max_pages) {
  Prompt prompt(page_size, family);
  for (std::size_t pages = random.Below(max_pages); pages != 0; --pages) {
    prompt.insert(prompt.end(), page_size, static_cast<Token>(random.Below(branches)));
  }
  return prompt;
}

/// At rest everything agrees: the invariants, the counts as recomputed from the entries, the
/// figures.
inline void ExpectExactAtRest(const TokenTree& tree) {
  EXPECT_EQ(tree.CheckInvariants(), "");
  Counts counts;
  std::size_t nodes = 0;
  std::size_t tokens = 0;
  std::vector<Prompt> above;
  for (const auto& [prefix, owners] : ListingOf(tree)) {
    while (!above.empty() &&
           (above.back().size() >= prefix.size() ||
            !std::equal(above.back().begin(), above.back().end(), prefix.begin()))) {
      above.pop_back();
    }
    const std::size_t length = prefix.size() - (above.empty() ? 0 : above.back().size());
    for (const std::string& owner : owners) counts[owner] += length;
    ++nodes;
    tokens += length;
    above.push_back(prefix);
  }
  const Counts reported = CountsOf(tree);
  for (const auto& [tenant, count] : reported) {
    EXPECT_EQ(count, counts[tenant]) << tenant;
    EXPECT_EQ(tree.TenantTokenSize(tenant), count) << tenant;
  }
  for (const auto& [tenant, count] : counts) {
    EXPECT_EQ(reported.count(tenant), 1U) << tenant << " owns " << count << " tokens, unknown";
  }
  const TokenTreeStats stats = tree.Stats();
  EXPECT_EQ(stats.nodes, nodes);
  EXPECT_EQ(stats.tokens, tokens);
  EXPECT_EQ(stats.tenants, reported.size());
}

}  // namespace pagedradix::test
