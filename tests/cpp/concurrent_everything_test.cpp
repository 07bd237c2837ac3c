// All methods at once: at rest every count is exact, whatever the policy and the page size.
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "concurrency_support.hpp"

namespace pagedradix::test {
namespace {

constexpr std::array<std::string_view, 5> kTenants = {"t0", "t1", "t2", "t3", "t4"};
constexpr Token kExclusive = 1000;  // prompts that begin with kExclusive + i are tenant i's alone

/// One thread's random calls; says what was wrong with the answers.
class Caller {
 public:
  Caller(TokenTree& tree, std::uint64_t seed) : tree_(tree), random_(seed) {}

  /// Whether all answers were possible ones.
  bool Step() {
    const std::size_t mine = random_.Below(kTenants.size());
    const std::string_view tenant = kTenants[mine];
    // What a match finds of an exclusive prompt can only be that tenant's.
    const bool exclusive = random_.OneIn(3);
    const Prompt prompt = Some(exclusive ? kExclusive + static_cast<Token>(mine) : 1);
    const auto priority = static_cast<std::int32_t>(random_.Below(4));
    const auto possible = [&](const PrefixMatchResult& match) {
      const std::size_t matched = match.matched_token_count;
      return matched % tree_.PageSize() == 0 && matched <= prompt.size() &&
             match.input_token_count == prompt.size() &&
             (matched == 0 ? match.tenant == kEmptyTenant
                           : IsTenant(match.tenant) && (!exclusive || match.tenant == tenant));
    };
    kind_ = random_.Below(16);
    switch (kind_) {
      case 0:
      case 1:
      case 2:
        tree_.InsertTokens(prompt, tenant, priority);
        return true;
      case 3:
      case 4:
        return possible(tree_.MatchPrefixWithCounts(prompt));
      case 5:
      case 6:
        return possible(tree_.MatchAndInsert(prompt, tenant, priority));
      case 7: {
        std::size_t calls = 0;
        const PrefixMatchResult match = tree_.MatchAndInsertWith(
            prompt,
            [&](const PrefixMatchResult& seen) -> std::optional<std::string_view> {
              ++calls;
              if (random_.OneIn(4)) tree_.EvictTenant(tenant, tree_.PageSize());
              if (random_.OneIn(4)) return std::nullopt;
              return exclusive || !seen.Matched() ? tenant : std::string_view(kTenants[0]);
            },
            priority);
        return calls == 1 && possible(match);
      }
      case 8:
        return PossibleHolders(prompt, exclusive ? tenant : std::string_view());
      case 9:
      case 10:
        tree_.EvictTenant(tenant, random_.Below(20) * tree_.PageSize());
        return true;
      case 11:
        if (random_.OneIn(4)) tree_.EvictTenantBySize(random_.Below(30) * tree_.PageSize());
        return true;
      case 12:
        return Batches(prompt, tenant, priority);
      case 13:
        return WholeTree();
      case 14:
        if (random_.OneIn(8)) tree_.RemoveTenant(tenant);
        if (random_.OneIn(64)) tree_.Clear();
        return true;
      default:
        return possible(ResultOf(tree_.PrefixMatchLegacy(prompt), prompt.size()));
    }
  }

  /// The case of Step that was run last, for messages.
  std::size_t kind() const { return kind_; }

 private:
  static bool IsTenant(std::string_view name) {
    for (const std::string_view tenant : kTenants) {
      if (tenant == name) return true;
    }
    return false;
  }

  static PrefixMatchResult ResultOf(const std::pair<std::size_t, std::string>& legacy,
                                    std::size_t input) {
    return {TenantName(legacy.second), legacy.first, input};
  }

  Prompt Some(Token family) { return RandomPrompt(random_, tree_.PageSize(), family, 3, 6); }

  // Each holder once, of whole pages, no more than the prompt.
  bool PossibleHolders(const Prompt& prompt, std::string_view only) {
    std::set<std::string> names;
    for (const TenantTokens& held : tree_.MatchTenants(prompt)) {
      if (!names.insert(held.tenant).second || !IsTenant(held.tenant)) return false;
      if (!only.empty() && held.tenant != only) return false;
      if (held.token_count == 0 || held.token_count > prompt.size()) return false;
      if (held.token_count % tree_.PageSize() != 0) return false;
    }
    return true;
  }

  bool Batches(const Prompt& prompt, std::string_view tenant, std::int32_t priority) {
    const std::array<std::size_t, 3> offsets = {0, prompt.size() / 2, prompt.size()};
    // The second half may be anything: for tenants of exclusive prompts, only the first is theirs.
    const std::array<std::string_view, 1> one = {tenant};
    tree_.InsertBatch(prompt, offsets.data(), 1, one.data(), priority);
    const auto matches = tree_.MatchBatch(prompt, offsets.data(), 2);
    return matches.size() == 2 && matches[0].input_token_count == prompt.size() / 2;
  }

  bool WholeTree() {
    if (random_.OneIn(16)) return SnapshotIsWhole();
    // Far below the wrap of a count that went below 0.
    constexpr std::size_t kPossible = std::size_t{1} << 40;
    std::string last;
    for (const TenantTokens& count : tree_.GetTenantTokenCounts()) {
      if (count.token_count > kPossible || !(last < count.tenant)) return false;
      last = count.tenant;
    }
    return tree_.TenantTokenSize(kTenants[0]) < kPossible && tree_.Stats().tenants < 1000;
  }

  bool SnapshotIsWhole() {
    try {
      return TokenTree::Deserialize(tree_.Serialize())->CheckInvariants().empty();
    } catch (const SnapshotError& error) {
      ADD_FAILURE() << error.what();
      return false;
    }
  }

  TokenTree& tree_;
  TestRandom random_;
  std::size_t kind_ = 0;
};

/// How many threads, on pages of what size.
struct Crowd {
  std::size_t threads;
  std::size_t page_size;

  friend void PrintTo(const Crowd& crowd, std::ostream* out) {
    *out << crowd.threads << " threads, pages of " << crowd.page_size;
  }
};

using Setup = std::tuple<EvictionPolicy, Crowd>;
class ConcurrentEverythingTest : public ::testing::TestWithParam<Setup> {};

TEST_P(ConcurrentEverythingTest, CountsAreExactAtRestAndAnswersPossible) {
  const auto [policy, crowd] = GetParam();
  const std::uint64_t seed = PrintedSeed();
  TokenTree tree(WithPolicy(policy, crowd.page_size));
  const std::size_t rounds = SizeFor(12, 2, 3);
  const std::size_t steps = SizeFor(1500, 400, 500);
  for (std::size_t round = 0; round < rounds; ++round) {
    std::array<std::atomic<std::size_t>, 16> wrong{};
    RunTogether(crowd.threads, [&](std::size_t self) {
      Caller caller(tree, seed * 7919 + round * 64 + self);
      for (std::size_t step = 0; step < steps; ++step) {
        // One wakes up again and again, and so stops others in the middle of what they do.
        if (self == 0 && step % 4 == 0) std::this_thread::sleep_for(std::chrono::microseconds(10));
        if (!caller.Step()) wrong[caller.kind()].fetch_add(1);
      }
    });
    for (std::size_t kind = 0; kind < wrong.size(); ++kind) {
      EXPECT_EQ(wrong[kind], 0U) << "impossible answers in case " << kind << " of Caller::Step";
    }
    ExpectExactAtRest(tree);
    if (HasFailure()) {
      FAIL() << "in round " << round;
    }
  }
  for (const std::string_view tenant : kTenants) tree.RemoveTenant(tenant);
  EXPECT_EQ(tree.Stats().nodes, 0U);
  EXPECT_TRUE(tree.GetTenantTokenCounts().empty());
  ExpectExactAtRest(tree);
}

INSTANTIATE_TEST_SUITE_P(
    PoliciesAndPageSizes, ConcurrentEverythingTest,
    ::testing::Combine(::testing::Values(EvictionPolicy::kLru, EvictionPolicy::kLfu,
                                         EvictionPolicy::kFifo, EvictionPolicy::kMru,
                                         EvictionPolicy::kFilo, EvictionPolicy::kPriority),
                       ::testing::Values(Crowd{16, 1}, Crowd{6, 3}, Crowd{2, 16})));

}  // namespace
}  // namespace pagedradix::test
