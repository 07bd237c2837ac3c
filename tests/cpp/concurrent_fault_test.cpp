// Many threads, all of them short of memory now and then: a call that fails changes nothing that
// its thread can see, what cannot fail does not, and at rest all is exact.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "attempt.hpp"
#include "cache_caller.hpp"
#include "concurrency_support.hpp"
#include "pagedradix/detail/memory/fault_injection.hpp"
#include "pagedradix/paged_radix_tree.hpp"
#include "pagedradix/prefix_cache.hpp"
#include "pagedradix/token_tree.hpp"
#include "reference/naive_token_tree.hpp"
#include "sequence_caller.hpp"
#include "tree_helpers.hpp"

namespace pagedradix::test {
namespace {

constexpr std::size_t kPoorThreads = 6;

/// Prints how many allocations failed while it was there, and expects more than `least`.
class InjectedFailures {
 public:
  explicit InjectedFailures(std::size_t least) : least_(least) {}
  ~InjectedFailures() {
    const std::uint64_t injected = detail::fault_injection::FailureCount() - before_;
    std::cout << injected << " allocations failed\n";
    EXPECT_GT(injected, least_) << "hardly a call failed";
  }
  InjectedFailures(const InjectedFailures&) = delete;
  InjectedFailures& operator=(const InjectedFailures&) = delete;

 private:
  const std::size_t least_;
  const std::uint64_t before_ = detail::fault_injection::FailureCount();
};

/// One thread's calls on a tree: on prompts that are its alone, compared with a naive tree, and on
/// prompts that all threads change.
class PoorCaller {
 public:
  PoorCaller(TokenTree& tree, std::size_t self, std::uint64_t seed)
      : tree_(tree),
        naive_(tree.PageSize(), EvictionPolicy::kFifo),
        tenant_("own" + std::to_string(self)),
        family_(static_cast<Token>(1000 + self)),
        random_(seed) {}

  /// Whether all answers were possible ones.
  bool Step() { return random_.OneIn(2) ? OwnStep() : SharedStep(); }

  /// Compares what the tree holds for this thread with the naive tree, at rest.
  void CompareAll() {
    const auto counts = CountsOf(tree_);
    const auto own = counts.find(tenant_);
    EXPECT_EQ(own == counts.end() ? 0 : own->second, naive_.TokenSize(tenant_));
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(OwnIsExact(OwnPrompt()));
  }

 private:
  Prompt OwnPrompt() { return RandomPrompt(random_, tree_.PageSize(), family_, 3, 8); }

  bool OwnIsExact(const Prompt& prompt) {
    return HeldBy(tree_, prompt, tenant_) == naive_.Peek(prompt).matched;
  }

  // The tree is FIFO, so that a touch by a call that failed later changes nothing.
  bool OwnStep() {
    const Prompt prompt = OwnPrompt();
    const std::size_t before = naive_.Peek(prompt).matched;
    std::size_t matched = before;
    switch (random_.Below(4)) {
      case 0:
        if (Attempt(random_, [&] { tree_.InsertTokens(prompt, tenant_); })) Insert(prompt);
        break;
      case 1:
        if (Attempt(random_,
                    [&] { matched = tree_.MatchAndInsert(prompt, tenant_).matched_token_count; })) {
          Insert(prompt);
        }
        break;
      case 2: {
        const auto select = [&](const PrefixMatchResult& match) -> std::string_view {
          matched = match.matched_token_count;
          return tenant_;
        };
        if (Attempt(random_, [&] { tree_.MatchAndInsertWith(prompt, select); })) Insert(prompt);
        break;
      }
      default:
        if (!Evict(random_.Below(40) * tree_.PageSize())) return false;
    }
    return matched == before && OwnIsExact(prompt);
  }

  void Insert(const Prompt& prompt) { naive_.InsertTokens(prompt, tenant_); }

  // Needs no memory.
  bool Evict(std::size_t max_tokens) {
    std::size_t lost = 0;
    if (!Attempt(random_, [&] { lost = tree_.EvictTenant(tenant_, max_tokens); })) return false;
    const std::uint64_t before = naive_.Figures().evicted_tokens;
    naive_.EvictTenant(tenant_, max_tokens);
    return lost == naive_.Figures().evicted_tokens - before;
  }

  bool SharedStep() {
    constexpr std::array<std::string_view, 3> kShared = {"t0", "t1", "t2"};
    const std::string_view tenant = random_.Pick(kShared);
    const Prompt prompt = RandomPrompt(random_, tree_.PageSize(), 1, 3, 8);
    switch (random_.Below(8)) {
      case 0:
      case 1:
      case 2:
        Attempt(random_, [&] { tree_.InsertTokens(prompt, tenant); });
        return true;
      case 3:
        Attempt(random_, [&] { tree_.MatchAndInsert(prompt, tenant); });
        return true;
      case 4:
        Attempt(random_, [&] { tree_.Serialize(); });
        return true;
      case 5:
        return !random_.OneIn(8) || Attempt(random_, [&] { tree_.RemoveTenant(tenant); });
      default:
        return Attempt(random_, [&] { tree_.EvictTenant(tenant, random_.Below(40)); });
    }
  }

  TokenTree& tree_;
  reference::NaiveTokenTree naive_;
  const std::string tenant_;
  const Token family_;
  TestRandom random_;
};

class ConcurrentTokenTreeWithoutMemory : public ::testing::TestWithParam<std::size_t> {};

INSTANTIATE_TEST_SUITE_P(PageSizes, ConcurrentTokenTreeWithoutMemory, ::testing::Values(1, 16));

TEST_P(ConcurrentTokenTreeWithoutMemory, CallsThatFailLeaveNoTraceAndNoLock) {
  const std::uint64_t seed = PrintedSeed();
  const InjectedFailures failures(500);
  TokenTree tree(WithPolicy(EvictionPolicy::kFifo, GetParam()));
  std::vector<PoorCaller> callers;
  for (std::size_t self = 0; self < kPoorThreads; ++self) {
    callers.emplace_back(tree, self, seed * 7919 + self);
  }
  for (std::size_t round = 0; round < SizeFor(5, 2, 3); ++round) {
    std::atomic<std::size_t> wrong{0};
    RunTogether(kPoorThreads, [&](std::size_t self) {
      for (std::size_t step = 0; step < SizeFor(3000, 500, 700); ++step) {
        if (!callers[self].Step()) wrong.fetch_add(1);
      }
    });
    EXPECT_EQ(wrong, 0U) << "impossible answers";
    ExpectExactAtRest(tree);
    for (PoorCaller& caller : callers) caller.CompareAll();
    ASSERT_FALSE(HasFailure()) << "in round " << round;
  }
}

TEST(ConcurrentClearWithoutMemory, NeverFails) {
  const std::uint64_t seed = PrintedSeed();
  TokenTree tree(WithPageSize(4));
  std::atomic<std::size_t> wrong{0};
  RunTogether(kPoorThreads, [&](std::size_t self) {
    TestRandom random(seed * 7919 + self);
    for (std::size_t step = 0; step < SizeFor(2000, 300, 500); ++step) {
      const Prompt prompt = RandomPrompt(random, tree.PageSize(), 1, 3, 8);
      Attempt(random, [&] { tree.InsertTokens(prompt, "t"); });
      if (random.OneIn(32) && !Attempt(random, [&] { tree.Clear(); })) wrong.fetch_add(1);
    }
  });
  EXPECT_EQ(wrong, 0U);
  ExpectExactAtRest(tree);
}

class ConcurrentPagedRadixTreeWithoutMemory : public ::testing::TestWithParam<std::size_t> {};

INSTANTIATE_TEST_SUITE_P(PageSizes, ConcurrentPagedRadixTreeWithoutMemory,
                         ::testing::Values(1, 16));

TEST_P(ConcurrentPagedRadixTreeWithoutMemory, CallsThatFailLeaveNoTraceAndNoLock) {
  const std::uint64_t seed = PrintedSeed();
  const InjectedFailures failures(500);
  const auto tree = PagedRadixTree::Create(WithPages(GetParam(), 2));
  std::atomic<std::size_t> wrong{0};
  RunTogether(kPoorThreads, [&](std::size_t self) {
    SequenceCaller caller(tree, self, seed * 7919 + self);
    for (std::size_t step = 0; step < SizeFor(10'000, 2000, 3000); ++step) {
      if (!caller.Step()) wrong.fetch_add(1);
    }
  });
  EXPECT_EQ(wrong, 0U) << "impossible answers";
  EXPECT_EQ(tree->CheckInvariants(), "");
  for (const std::int64_t id : tree->SequenceIds()) tree->RemoveSequence(id);
  EXPECT_EQ(tree->Stats().pages_used, 0U);
}

TEST(ConcurrentPrefixCacheWithoutMemory, CallsThatFailLoseNoSequence) {
  const std::uint64_t seed = PrintedSeed();
  const std::size_t steps = SizeFor(8000, 1000, 2000);
  const InjectedFailures failures(500);
  CacheLedger ledger(kPoorThreads * steps);
  const auto cache = PrefixCache::CreateRadixPrefixCache(
      20, [&](std::int64_t id) { ledger.removed[static_cast<std::size_t>(id)].fetch_add(1); },
      WithPages(4, 2));
  std::atomic<std::size_t> wrong{0};
  RunTogether(kPoorThreads, [&](std::size_t self) {
    CacheCaller caller(cache, ledger, seed * 7919 + self);
    for (std::size_t step = 0; step < steps; ++step) {
      if (!caller.Step()) wrong.fetch_add(1);
    }
    caller.FinishAll();
  });
  EXPECT_EQ(wrong, 0U) << "impossible answers";
  while (cache->TryFreeMemory()) {
  }
  for (std::size_t id = 0; id < ledger.created.size(); ++id) {
    ASSERT_EQ(ledger.removed[id], ledger.created[id]) << id;
  }
}

}  // namespace
}  // namespace pagedradix::test
