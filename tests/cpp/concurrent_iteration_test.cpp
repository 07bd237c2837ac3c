// iter_entries, serialize and match_tenants beside writers: what is owned throughout is listed, and
// nothing that cannot have been.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "concurrency_support.hpp"

namespace pagedradix::test {
namespace {

constexpr std::size_t kWriters = 3;
constexpr std::array<std::string_view, 3> kNames = {"come", "go", "keep"};

class ConcurrentIterationTest : public ::testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override {
    TestRandom random(PrintedSeed());
    for (std::size_t i = 0; i < 60; ++i) {
      kept_.push_back(RandomPrompt(random, page_size_, static_cast<Token>(i % 3), 3, 6));
      tree_.InsertTokens(kept_.back(), "keep");
    }
  }

  /// `look` runs again and again beside writers that split, own, evict and remove.
  template <typename Look>
  void BesideWriters(std::size_t looks, Look look) {
    std::atomic<bool> done{false};
    RunTogether(kWriters + 1, [&](std::size_t self) {
      if (self == kWriters) {
        for (std::size_t i = 0; i < looks && !HasFailure(); ++i) look();
        done = true;
        return;
      }
      TestRandom random(FirstSeed() * 41 + self);
      while (!done) {
        const std::string_view tenant = random.OneIn(2) ? "come" : "go";
        const auto family = static_cast<Token>(random.Below(4));
        tree_.InsertTokens(RandomPrompt(random, page_size_, family, 4, 7), tenant);
        if (random.OneIn(3)) tree_.EvictTenant(tenant, random.Below(30) * page_size_);
        if (random.OneIn(40)) tree_.RemoveTenant(tenant);
      }
    });
    ExpectExactAtRest(tree_);
  }

  void ExpectKeptIn(const TokenTree& tree) const {
    for (const Prompt& prompt : kept_) ASSERT_EQ(HeldBy(tree, prompt, "keep"), prompt.size());
  }

  const std::size_t page_size_ = GetParam();
  TokenTree tree_{WithPageSize(page_size_)};
  std::vector<Prompt> kept_;
};

TEST_P(ConcurrentIterationTest, EntriesAscendAreWellFormedAndHoldWhatIsKept) {
  BesideWriters(SizeFor(1500, 60, 150), [this] {
    std::set<Prompt> kept_prefixes;
    Prompt last;
    EntryIterator iterator = tree_.IterEntries();
    TreeEntry entry;
    while (iterator.Next(entry)) {
      const Prompt& prefix = entry.prefix_tokens;
      ASSERT_FALSE(prefix.empty());
      ASSERT_EQ(prefix.size() % page_size_, 0U);
      for (std::size_t at = 0; at < prefix.size(); ++at) {  // pages repeat one token
        ASSERT_EQ(prefix[at], prefix[at - at % page_size_]) << "a torn page";
      }
      ASSERT_LT(last, prefix);
      last = prefix;
      ASSERT_FALSE(entry.owners.empty());
      std::string before;
      for (const EntryOwner& owner : entry.owners) {
        ASSERT_LT(before, owner.tenant) << "owners are in order, each once";
        ASSERT_NE(std::find(kNames.begin(), kNames.end(), owner.tenant), kNames.end());
        before = owner.tenant;
        if (owner.tenant == "keep") kept_prefixes.insert(prefix);
      }
    }
    // The ends of kept prompts are ends of nodes that "keep" owns, and nodes are never merged; a
    // split may move an end behind the iterator, but not one that was there at the beginning.
    for (const Prompt& prompt : kept_) {
      const auto from = kept_prefixes.lower_bound(prompt);
      ASSERT_TRUE(from != kept_prefixes.end() && from->size() >= prompt.size() &&
                  std::equal(prompt.begin(), prompt.end(), from->begin()))
          << "a prompt that is owned throughout was not listed";
    }
  });
}

TEST_P(ConcurrentIterationTest, SnapshotsAreReadableAndHoldWhatIsKept) {
  BesideWriters(SizeFor(700, 60, 150), [this] {
    const std::unique_ptr<TokenTree> copy = TokenTree::Deserialize(tree_.Serialize());
    ASSERT_EQ(copy->CheckInvariants(), "");
    ExpectKeptIn(*copy);
  });
}

TEST_P(ConcurrentIterationTest, MatchTenantsNamesEachHolderOnceAndAlwaysTheKeeper) {
  TestRandom random(FirstSeed());
  BesideWriters(SizeFor(60'000, 3'000, 8'000), [&] {
    const Prompt& prompt = random.Pick(kept_);
    std::set<std::string> names;
    for (const TenantTokens& held : tree_.MatchTenants(prompt)) {
      ASSERT_TRUE(names.insert(held.tenant).second) << held.tenant << " is there twice";
      ASSERT_EQ(held.token_count % page_size_, 0U);
      ASSERT_LE(held.token_count, prompt.size());
      if (held.tenant == "keep") {
        ASSERT_EQ(held.token_count, prompt.size());
      }
    }
    ASSERT_EQ(names.count("keep"), 1U);
  });
}

TEST_P(ConcurrentIterationTest, TenantsAreCountedOnceAndNeverBelowZero) {
  const std::size_t kept = tree_.TenantTokenSize("keep");
  BesideWriters(SizeFor(60'000, 3'000, 8'000), [&] {
    std::string before;
    for (const TenantTokens& count : tree_.GetTenantTokenCounts()) {
      ASSERT_LT(before, count.tenant);
      before = count.tenant;
      ASSERT_LT(count.token_count, std::size_t{1} << 40);
      if (count.tenant == "keep") {
        ASSERT_EQ(count.token_count, kept);
      }
    }
    ASSERT_EQ(tree_.TenantTokenSize("keep"), kept);
    ASSERT_LE(tree_.Stats().tenants, 5U);
  });
}

TEST_P(ConcurrentIterationTest, AClearEndsTheWalkOrGoesOnInTheNewTree) {
  std::atomic<bool> done{false};
  const std::size_t walks = SizeFor(1000, 60, 150);
  RunTogether(2, [&](std::size_t self) {
    TestRandom random(FirstSeed() * 43 + self);
    if (self == 0) {
      for (std::size_t i = 0; i < walks; ++i) ListingOf(tree_);
      done = true;
    }
    while (!done) {
      tree_.InsertTokens(RandomPrompt(random, page_size_, 1, 4, 6), "come");
      if (random.OneIn(30)) tree_.Clear();
    }
  });
  ExpectExactAtRest(tree_);
}

INSTANTIATE_TEST_SUITE_P(PageSizes, ConcurrentIterationTest, ::testing::Values(1, 5));

}  // namespace
}  // namespace pagedradix::test
