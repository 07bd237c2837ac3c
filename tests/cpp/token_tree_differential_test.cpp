// Random calls on a TokenTree and on the naive tree: every answer is compared, and all that can be
// seen of the two trees at intervals. A failure prints its seed; see test_seed.hpp for how to
// repeat it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/token_tree.hpp"
#include "prompt_source.hpp"
#include "test_seed.hpp"
#include "tree_comparison.hpp"

namespace pagedradix::test {
namespace {

struct Load {
  Shape shape;
  std::size_t page_size;
  std::size_t sequences;
  std::size_t steps;
};

void PrintTo(const Load& load, std::ostream* out) {
  *out << "page size " << load.page_size << ", " << load.sequences << " x " << load.steps;
}

class SelectFailure : public std::runtime_error {
 public:
  SelectFailure() : std::runtime_error("select failed") {}
};

/// Draws calls at random and makes them on both trees.
class RandomCalls {
 public:
  RandomCalls(const Load& load, std::uint64_t seed)
      : load_(load),
        random_(seed),
        prompts_(load.shape, load.page_size, random_),
        options_(RandomOptions(load, seed)),
        trees_(options_) {
    const std::vector<std::string> names = {
        "w0", "http://worker-1.example:8000/with/a/name/beyond/any/inline/buffer", "w10",
        "\xc3\xa9t\xc3\xa9", std::string("nul\0inside", 10)};
    tenants_.assign(names.begin(),
                    names.begin() + static_cast<std::ptrdiff_t>(random_.Between(1, names.size())));
  }

  const TokenTreeOptions& Options() const { return options_; }
  const std::string& LastCall() const { return last_call_; }

  void Run() {
    for (std::size_t step = 0; step < load_.steps; ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      Call();
      if (step % 32 == 31 || step + 1 == load_.steps) trees_.CompareAll();
      if (::testing::Test::HasFailure()) return;
    }
  }

 private:
  TokenTreeOptions RandomOptions(const Load& load, std::uint64_t seed) {
    TokenTreeOptions options;
    options.page_size = load.page_size;
    options.policy = static_cast<EvictionPolicy>(seed % 6);
    options.recount_hits = random_.OneIn(6);
    return options;
  }

  const std::string& Tenant() { return random_.Pick(tenants_); }

  std::int32_t Priority() {
    if (options_.policy != EvictionPolicy::kPriority && !random_.OneIn(8)) return 0;
    return static_cast<std::int32_t>(random_.Between(0, 6)) - 3;
  }

  std::vector<Tokens> Prompts() {
    std::vector<Tokens> prompts(random_.Below(5));
    for (Tokens& prompt : prompts) prompt = prompts_.Next();
    return prompts;
  }

  void Call() {
    const std::size_t draw = random_.Below(100);
    if (draw < 26) return Insert();
    if (draw < 44) return Match();
    if (draw < 56) return MatchAndInsert();
    if (draw < 70) return MatchAndInsertWith();
    if (draw < 78) return MatchTenants();
    if (draw < 84) return Batch();
    // Big trees are to stay big for a while.
    if (load_.shape != Shape::kNarrow && !random_.OneIn(6)) return Insert();
    if (draw < 96) return Evict();
    return Rare();
  }

  void Insert() {
    last_call_ = "InsertTokens";
    trees_.Insert(prompts_.Next(), Tenant(), Priority());
  }

  void Match() {
    const Tokens tokens = prompts_.Next();
    if (random_.OneIn(8)) {
      last_call_ = "PrefixMatchLegacy";
      return trees_.MatchLegacy(tokens);
    }
    last_call_ = "MatchPrefixWithCounts";
    if (random_.OneIn(4)) return trees_.MatchNamesLatestOwner(tokens);
    trees_.Match(tokens);
  }

  void MatchAndInsert() {
    last_call_ = "MatchAndInsert";
    trees_.MatchAndInsert(prompts_.Next(), Tenant(), Priority());
  }

  void MatchAndInsertWith() {
    const Tokens tokens = prompts_.Next();
    const std::int32_t priority = Priority();
    const std::size_t draw = random_.Below(8);
    last_call_ = "MatchAndInsertWith";
    if (draw == 0) {
      last_call_ += " that throws";
      const auto fail = []() -> std::optional<std::string> { throw SelectFailure(); };
      EXPECT_THROW(trees_.MatchAndInsertWith(tokens, fail, priority), SelectFailure);
      return;
    }
    const auto select = [&]() -> std::optional<std::string> {
      if (draw < 5 && depth_ < 2) {
        ++depth_;
        for (std::size_t calls = random_.Between(1, 3); calls > 0; --calls) Call();
        --depth_;
      }
      if (draw == 1) return std::nullopt;
      return Tenant();
    };
    trees_.MatchAndInsertWith(tokens, select, priority);
    last_call_ += ", last of a nest in MatchAndInsertWith";
  }

  void MatchTenants() {
    const Tokens tokens = prompts_.Next();
    if (random_.OneIn(2)) {
      last_call_ = "MatchTenants";
      return trees_.MatchTenants(tokens);
    }
    last_call_ = "MatchTenants of candidates";
    std::vector<std::string> candidates;
    for (std::size_t count = random_.Below(6); count > 0; --count) {
      candidates.push_back(random_.OneIn(5) ? "stranger" : Tenant());
    }
    trees_.MatchTenants(tokens, candidates);
  }

  void Batch() {
    const std::vector<Tokens> prompts = Prompts();
    if (random_.OneIn(2)) {
      last_call_ = "MatchBatch";
      return trees_.MatchBatch(prompts);
    }
    last_call_ = "InsertBatch";
    std::vector<std::string> tenants;
    for (std::size_t i = 0; i < prompts.size(); ++i) tenants.push_back(Tenant());
    trees_.InsertBatch(prompts, tenants, Priority());
  }

  void Evict() {
    const std::size_t draw = random_.Below(12);
    if (draw == 0) {
      last_call_ = "EvictTenantBySize";
      return trees_.EvictBySize(random_.Below(LargestCount() + 2));
    }
    const std::string tenant = draw == 1 ? "stranger" : Tenant();
    const std::size_t held = trees_.Naive().TokenSize(tenant);
    // Mostly a few nodes, at times everything, at times nothing.
    std::size_t budget = held - std::min(held, random_.Below(12 * load_.page_size));
    if (draw == 2) budget = random_.Below(held + 1);
    if (draw == 3) budget = held + random_.Below(2);
    last_call_ = "EvictTenant " + tenant + " to " + std::to_string(budget);
    trees_.Evict(tenant, budget);
  }

  std::size_t LargestCount() const {
    std::size_t largest = 0;
    for (const auto& count : trees_.Naive().TokenCounts()) {
      largest = std::max(largest, count.second);
    }
    return largest;
  }

  void Rare() {
    switch (random_.Below(8)) {
      case 0:
        last_call_ = "Clear";
        if (random_.OneIn(2)) trees_.Clear();
        return;
      case 1:
        last_call_ = "Reserve";
        return trees_.Tree().Reserve(random_.Below(1 << 14));
      case 2:
      case 3:
        // A select callback must not see its own tree replaced.
        if (depth_ > 0) return;
        last_call_ = "Serialize and Deserialize";
        trees_.RoundTrip();
        return trees_.CompareAll();
      case 4:
        last_call_ = "GetTenantTokenCounts";
        return trees_.CompareCounts();
      default:
        last_call_ = "RemoveTenant";
        return trees_.Remove(random_.OneIn(8) ? "stranger" : Tenant());
    }
  }

  Load load_;
  TestRandom random_;
  PromptSource prompts_;
  TokenTreeOptions options_;
  TreeComparison trees_;
  std::vector<std::string> tenants_;
  std::string last_call_;
  int depth_ = 0;
};

class TokenTreeDifferential : public ::testing::TestWithParam<Load> {};

TEST_P(TokenTreeDifferential, AnswersLikeTheNaiveTree) {
  const Load& load = GetParam();
  const std::uint64_t first = FirstSeed();
  for (std::size_t i = 0; i < ScaledCount(load.sequences); ++i) {
    RandomCalls calls(load, first + i);
    SCOPED_TRACE("PAGEDRADIX_TEST_SEED=" + std::to_string(first + i) + ", policy " +
                 std::string(EvictionPolicyName(calls.Options().policy)) +
                 (calls.Options().recount_hits ? ", recount_hits" : ""));
    ASSERT_NO_THROW(calls.Run()) << "in " << calls.LastCall();
    ASSERT_FALSE(HasFailure()) << "in " << calls.LastCall();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Narrow, TokenTreeDifferential,
    ::testing::Values(Load{Shape::kNarrow, 1, 300, 300}, Load{Shape::kNarrow, 2, 240, 300},
                      Load{Shape::kNarrow, 3, 240, 300}, Load{Shape::kNarrow, 16, 240, 300},
                      Load{Shape::kNarrow, 64, 60, 300}, Load{Shape::kNarrow, 100, 60, 300}));
INSTANTIATE_TEST_SUITE_P(Long, TokenTreeDifferential,
                         ::testing::Values(Load{Shape::kLong, 1, 12, 300},
                                           Load{Shape::kLong, 16, 24, 400},
                                           Load{Shape::kLong, 100, 12, 400}));
INSTANTIATE_TEST_SUITE_P(Wide, TokenTreeDifferential,
                         ::testing::Values(Load{Shape::kWide, 1, 12, 2500},
                                           Load{Shape::kWide, 2, 6, 2500},
                                           Load{Shape::kWide, 16, 6, 2500},
                                           Load{Shape::kWide, 100, 2, 2500}));

}  // namespace
}  // namespace pagedradix::test
