// Matches of prompts that were inserted before, while other threads split exactly their edges: a
// match is never shorter than what was inserted and stays owned.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "concurrency_support.hpp"

namespace pagedradix::test {
namespace {

constexpr std::size_t kPages = 16;          // pages of a prompt
constexpr std::size_t kStormPrompts = 128;  // prompts of a round, for each splitter
constexpr std::size_t kSplitters = 2;
constexpr std::size_t kMatchers = 2;
constexpr Token kDiverge = 0xffff0000;

struct Storm {
  std::uint64_t matches = 0;
  std::uint64_t splits = 0;
  std::uint64_t short_matches = 0;
};

/// Rounds on one tree, emptied in between. In each, prompts are inserted and left alone; then each
/// splitter cuts its prompts at every page, one prompt after the other, while the matchers match
/// the prompts that are being cut.
class SplitStorm {
 public:
  SplitStorm(std::size_t page_size, std::uint64_t matches, std::uint64_t seed)
      : page_size_(page_size), wanted_(matches), seed_(seed), tree_(WithPageSize(page_size)) {
    for (std::size_t i = 0; i < kSplitters * kStormPrompts; ++i) {
      Prompt prompt(kPages * page_size);
      // Neighbours share their first pages, so that paths have several nodes.
      for (std::size_t at = 0; at < prompt.size(); ++at) {
        const std::size_t page = at / page_size;
        prompt[at] = static_cast<Token>(page < 2 ? i / 8 : i * kPages + page);
      }
      prompts_.push_back(std::move(prompt));
    }
  }

  Storm Run() {
    Meeting meeting(kSplitters + kMatchers);
    RunTogether(kSplitters + kMatchers, [&](std::size_t self) {
      TestRandom random(seed_ * 1000 + self);
      while (true) {
        if (self == 0) BeginRound();
        meeting.Arrive();
        if (stop_) return;
        if (self < kSplitters) {
          SplitAll(self, random);
        } else {
          MatchWhileSplitting(random);
        }
        meeting.Arrive();
      }
    });
    return {matches_, splits_, short_matches_};
  }

 private:
  void BeginRound() {
    splits_ += tree_.Stats().splits - setup_splits_;
    stop_ = matches_ >= wanted_;
    if (stop_) return;
    tree_.Clear();
    for (const Prompt& prompt : prompts_) tree_.InsertTokens(prompt, "keep");
    setup_splits_ = tree_.Stats().splits;
    splitting_ = kSplitters;
  }

  void SplitAll(std::size_t self, TestRandom& random) {
    std::vector<std::size_t> cuts(kPages - 1);
    std::iota(cuts.begin(), cuts.end(), std::size_t{1});
    for (std::size_t i = 0; i < kStormPrompts; ++i) {
      progress_[self].store(i, std::memory_order_relaxed);
      const Prompt& base = prompts_[self * kStormPrompts + i];
      for (std::size_t left = cuts.size(); left > 1; --left) {
        std::swap(cuts[left - 1], cuts[random.Below(left)]);
      }
      for (const std::size_t cut : cuts) {
        const auto end = base.begin() + static_cast<std::ptrdiff_t>(cut * page_size_);
        Prompt diverging(base.begin(), end);
        // Sometimes the insert ends where it splits, and there is no new leaf.
        if (!random.OneIn(8)) {
          diverging.insert(diverging.end(), page_size_, kDiverge + static_cast<Token>(self));
        }
        tree_.InsertTokens(diverging, self == 0 ? "splitter-0" : "splitter-1");
      }
    }
    splitting_.fetch_sub(1);
  }

  void MatchWhileSplitting(TestRandom& random) {
    std::uint64_t matches = 0;
    std::uint64_t short_matches = 0;
    constexpr std::string_view kKept = "keep";
    while (splitting_.load() != 0) {
      const std::size_t splitter = random.Below(kSplitters);
      const std::size_t at = progress_[splitter].load(std::memory_order_relaxed);
      const Prompt& prompt = prompts_[splitter * kStormPrompts + at];
      for (std::size_t i = 0; i < 8; ++i) {
        std::size_t held = 0;
        if (i % 4 == 3) {
          tree_.MatchTenants(prompt, &kKept, 1, &held);
        } else {
          held = tree_.MatchPrefixWithCounts(prompt).matched_token_count;
        }
        if (held < prompt.size()) ++short_matches;
      }
      matches += 8;
    }
    matches_ += matches;
    short_matches_ += short_matches;
  }

  const std::size_t page_size_;
  const std::uint64_t wanted_;
  const std::uint64_t seed_;
  TokenTree tree_;
  std::vector<Prompt> prompts_;
  bool stop_ = false;               // written by thread 0 between two meetings
  std::uint64_t setup_splits_ = 0;  // thread 0's
  std::uint64_t splits_ = 0;        // thread 0's
  std::atomic<std::size_t> splitting_{0};
  std::atomic<std::size_t> progress_[kSplitters] = {};
  std::atomic<std::uint64_t> matches_{0};
  std::atomic<std::uint64_t> short_matches_{0};
};

class ConcurrentSplitStormTest : public ::testing::TestWithParam<std::size_t> {};

TEST_P(ConcurrentSplitStormTest, WhatWasInsertedBeforeIsMatchedWhole) {
  const std::uint64_t matches = SizeFor(5'000'000, 100'000, 300'000);
  const Storm storm = SplitStorm(GetParam(), matches, PrintedSeed()).Run();
  std::cout << storm.matches << " matches raced " << storm.splits << " splits, "
            << storm.short_matches << " false misses\n";
  EXPECT_GE(storm.matches, matches);
  EXPECT_GT(storm.splits, 0U);
  EXPECT_EQ(storm.short_matches, 0U);
}

INSTANTIATE_TEST_SUITE_P(PageSizes, ConcurrentSplitStormTest, ::testing::Values(1, 16));

}  // namespace
}  // namespace pagedradix::test
