// PrefixCacheComparison: a PrefixCache and a NaivePrefixCache that are told the same and must say
// the same, and random calls for the two.
//
// Where the rules leave a choice, the naive cache follows the fast one. Differences are reported as
// non-fatal GoogleTest failures. CapacityError and std::bad_alloc reach the caller, and the naive
// cache is left out of that call: it then says what the cache must have stayed. (Extensions that
// the cache has committed by then and the naive one has not make no difference: every call that
// could tell commits first.)
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/prefix_cache.hpp"
#include "prefix_cache_helpers.hpp"
#include "reference/naive_prefix_cache.hpp"
#include "sequence_helpers.hpp"
#include "test_seed.hpp"

namespace pagedradix::test {

class PrefixCacheComparison {
 public:
  explicit PrefixCacheComparison(std::int64_t max_recycling,
                                 const PagedRadixTreeOptions& options = {})
      : cache_(PrefixCache::CreateRadixPrefixCache(
            max_recycling, [this](std::int64_t id) { removed_.push_back(id); }, options)),
        naive_(max_recycling) {}
  // The callback refers to this object.
  PrefixCacheComparison(const PrefixCacheComparison&) = delete;
  PrefixCacheComparison& operator=(const PrefixCacheComparison&) = delete;

  const PrefixCache& Cache() const { return cache_; }
  const reference::NaivePrefixCache& Naive() const { return naive_; }

  /// What the cache chose; nothing when it refused.
  std::optional<NaiveInsertResult> Insert(std::int64_t id, const SequenceTokens& prompt,
                                          int window = -1, int sink = 0) {
    std::optional<NaiveInsertResult> chosen;
    std::vector<NaiveInsertResult> possible;
    const SequenceOutcome outcome =
        OutcomeOf([&] { chosen = ResultOf(cache_->InsertSequence(id, prompt, window, sink)); });
    EXPECT_EQ(outcome,
              OutcomeOf([&] { possible = naive_.PossibleResults(id, prompt, window, sink); }));
    if (!chosen) return chosen;
    EXPECT_EQ(std::count(possible.begin(), possible.end(), *chosen), 1)
        << ::testing::PrintToString(*chosen) << " is none of "
        << ::testing::PrintToString(possible);
    if (!::testing::Test::HasFailure()) naive_.Insert(id, window, sink, *chosen);
    return chosen;
  }
  void Extend(std::int64_t id, const SequenceTokens& tokens) {
    Both([&](auto& side) { side.ExtendSequence(id, tokens); });
  }
  void Commit() {
    Both([&](auto& side) { side.CommitSequenceExtension(); });
  }
  void RollBack(std::int64_t id, std::size_t count) {
    Both([&](auto& side) { side.RollBackSequence(id, count); });
  }
  void Recycle(std::int64_t id, bool lazy = true) {
    Both([&](auto& side) { side.RecycleSequence(id, lazy); });
  }
  bool TryFree() {
    const bool freed = cache_->TryFreeMemory();
    EXPECT_EQ(freed, naive_.TryFreeMemory());
    return freed;
  }
  void Reset() {
    Both([&](auto& side) { side.Reset(); });
  }

  void CompareIds(const std::vector<std::int64_t>& ids) const {
    for (const std::int64_t id : ids) {
      EXPECT_EQ(cache_->HasSequence(id), naive_.HasSequence(id)) << id;
    }
    EXPECT_EQ(removed_, naive_.Removed()) << "the callback's calls";
  }

 private:
  template <typename Call>
  void Both(Call call) {
    const SequenceOutcome outcome = OutcomeOf([&] { call(*cache_); });
    EXPECT_EQ(outcome, OutcomeOf([&] { call(naive_); }));
  }

  PrefixCache cache_;
  reference::NaivePrefixCache naive_;
  std::vector<std::int64_t> removed_;
};

/// Draws calls as an engine makes them, with mistakes now and then, and prompts that mostly go on
/// from what is cached.
class RandomCacheCalls {
 public:
  RandomCacheCalls(PrefixCacheComparison& caches, TestRandom& random)
      : caches_(caches), random_(random) {}

  const std::string& LastCall() const { return last_call_; }
  std::size_t Reused() const { return reused_; }
  std::size_t Forked() const { return forked_; }

  static std::vector<std::int64_t> Ids() {
    return {0, 1, 2, 3, -2, 5, 6, 7, 8, 9, std::int64_t{1} << 40, std::int64_t{1} << 32};
  }

  void Step() {
    const std::int64_t id = random_.Pick(Ids());
    const std::size_t draw = random_.Below(100);
    if (draw < 40) return Insert(random_.OneIn(50) ? -1 : id);
    if (draw < 60) {
      last_call_ = "ExtendSequence " + std::to_string(id);
      // One for a recycling sequence is a mistake: now and then it is made.
      if (caches_.Naive().IsRecycling(id) && !random_.OneIn(8)) return;
      return caches_.Extend(id, Tokens(8));
    }
    if (draw < 64) {
      last_call_ = "CommitSequenceExtension";
      return caches_.Commit();
    }
    if (draw < 72) {
      last_call_ = "RollBackSequence " + std::to_string(id);
      return caches_.RollBack(id, CountWithin(id));
    }
    if (draw < 94) {
      last_call_ = "RecycleSequence " + std::to_string(id);
      return caches_.Recycle(id, !random_.OneIn(6));
    }
    if (draw < 99) {
      last_call_ = "TryFreeMemory";
      caches_.TryFree();
      return;
    }
    last_call_ = "Reset";
    if (random_.OneIn(4)) caches_.Reset();
  }

  void Insert(std::int64_t id) {
    constexpr std::array<std::pair<int, int>, 6> kWindows = {
        {{-1, 0}, {-1, 0}, {-1, 3}, {4, 0}, {4, 1}, {8, 1}}};
    const SequenceTokens prompt = Prompt();
    const auto [window, sink] = kWindows[random_.Below(kWindows.size())];
    last_call_ = "InsertSequence " + std::to_string(id) + ", " + std::to_string(prompt.size()) +
                 " tokens, window " + std::to_string(window) + ", " + std::to_string(sink);
    const std::optional<NaiveInsertResult> result = caches_.Insert(id, prompt, window, sink);
    if (!result) return;
    if (result->reused != -1) ++reused_;
    if (result->forked != -1) ++forked_;
    // As an engine does, which may be interrupted just here.
    if (random_.OneIn(8)) return;
    last_call_ = "ExtendSequence after " + last_call_;
    const auto rest = static_cast<std::ptrdiff_t>(result->prefilled_offset);
    caches_.Extend(result->reused != -1 ? result->reused : id,
                   SequenceTokens(prompt.begin() + rest, prompt.end()));
  }

 private:
  SequenceTokens Tokens(std::size_t most) {
    SequenceTokens tokens(random_.Below(most + 1));
    for (std::int32_t& token : tokens) token = static_cast<std::int32_t>(random_.Below(2));
    return tokens;
  }

  /// Often a cached sequence as it is, or without about a tenth of it.
  SequenceTokens Prompt() {
    const SequenceMap& cached = caches_.Naive().Sequences().Sequences();
    SequenceTokens prompt;
    const auto cached_one = cached.lower_bound(random_.Pick(Ids()));
    if (cached_one != cached.end()) prompt = cached_one->second;
    const std::size_t tenth = prompt.size() / 10;
    if (random_.OneIn(2)) {
      prompt.resize(prompt.size() - std::min(prompt.size(), random_.Below(tenth + 3)));
    } else if (random_.OneIn(3)) {
      prompt.resize(random_.Below(prompt.size() + 1));
    }
    return Joined(prompt, Tokens(random_.OneIn(3) ? 24 : 2));
  }

  std::size_t CountWithin(std::int64_t id) {
    if (!caches_.Naive().HasSequence(id)) return 1;
    const std::size_t length = caches_.Naive().Sequences().GetSequenceLength(id);
    return random_.Below(std::min<std::size_t>(length, 12) + 2);
  }

  PrefixCacheComparison& caches_;
  TestRandom& random_;
  std::string last_call_;
  std::size_t reused_ = 0;
  std::size_t forked_ = 0;
};

}  // namespace pagedradix::test
