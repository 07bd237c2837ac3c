// TokenTree without memory: whichever allocation of a call fails, the tree is then as if the call
// had not been made, and the next call works.
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "failing_new.hpp"
#include "pagedradix/detail/memory/fault_injection.hpp"
#include "pagedradix/token_tree.hpp"
#include "prompt_source.hpp"
#include "test_seed.hpp"
#include "tree_comparison.hpp"
#include "tree_helpers.hpp"

namespace pagedradix::test {
namespace {

using Call = std::function<void(TokenTree&)>;
using detail::fault_injection::FailureCount;
using detail::fault_injection::ScopedFailure;

/// All that can be seen of a tree and is worth keeping.
struct Sight {
  explicit Sight(const TokenTree& tree) : listing(ListingOf(tree)), counts(CountsOf(tree)) {
    const TokenTreeStats stats = tree.Stats();
    nodes = stats.nodes;
    tokens = stats.tokens;
    EntryIterator iterator = tree.IterEntries();
    TreeEntry entry;
    while (iterator.Next(entry)) {
      for (const EntryOwner& owner : entry.owners) times.push_back(owner.last_access);
    }
  }
  bool operator==(const Sight& other) const {
    return listing == other.listing && counts == other.counts && nodes == other.nodes &&
           tokens == other.tokens && times == other.times;
  }
  Listing listing;
  Counts counts;
  std::size_t nodes;
  std::size_t tokens;
  std::vector<std::uint64_t> times;
};

void PrintTo(const Sight& sight, std::ostream* out) {
  *out << ::testing::PrintToString(sight.listing) << " counts "
       << ::testing::PrintToString(sight.counts) << " nodes " << sight.nodes << " tokens "
       << sight.tokens << " times " << ::testing::PrintToString(sight.times);
}

/// Makes `call` on trees from `build` with its 1st, 2nd, ... allocation failing until none is left
/// to fail. `touches`: a match part may have touched its path before the failure.
void FailEachAllocation(const std::function<std::unique_ptr<TokenTree>()>& build, const Call& call,
                        bool touches = false) {
  for (std::uint64_t n = 1;; ++n) {
    SCOPED_TRACE("allocation " + std::to_string(n));
    const auto tree = build();
    Sight before(*tree);
    const std::uint64_t failures = FailureCount();
    bool threw = false;
    try {
      const ScopedFailureAnywhere failure(n);
      call(*tree);
    } catch (const std::bad_alloc&) {
      threw = true;
    }
    ASSERT_EQ(threw, FailureCount() != failures) << "a failure must reach the caller";
    ASSERT_EQ(tree->CheckInvariants(), "");
    if (!threw) return;
    Sight after(*tree);
    if (touches) before.times = after.times;
    ASSERT_EQ(after, before);
    call(*tree);
    const auto never_failed = build();
    call(*never_failed);
    ASSERT_EQ(ListingOf(*tree), ListingOf(*never_failed));
    ASSERT_EQ(CountsOf(*tree), CountsOf(*never_failed));
    ASSERT_EQ(tree->CheckInvariants(), "");
    ASSERT_LT(n, 10000U) << "the call never ends to allocate";
  }
}

std::unique_ptr<TokenTree> Empty() { return std::make_unique<TokenTree>(WithPageSize(2)); }

std::unique_ptr<TokenTree> Grown() {
  auto tree = Empty();
  tree->InsertTokens(Pages(2, {1, 2, 3, 4}), "a");
  tree->InsertTokens(Pages(2, {1, 2, 5}), "b");
  tree->InsertTokens(Pages(2, {1, 2, 5, 6, 7}), "a");
  return tree;
}

/// With a node of many children and owners.
std::unique_ptr<TokenTree> Branched(Token children, Token owners) {
  auto tree = Empty();
  for (Token i = 0; i < children; ++i)
    tree->InsertTokens(Pages(2, {1, i}), "w" + std::to_string(i % owners));
  return tree;
}

std::unique_ptr<TokenTree> Wide() { return Branched(300, 40); }

TEST(TokenTreeWithoutMemory, ConstructionFailsCleanly) {
  for (std::uint64_t n = 1;; ++n) {
    ASSERT_LT(n, 10000U);
    const ScopedFailureAnywhere failure(n);
    const std::uint64_t failures = FailureCount();
    try {
      const TokenTree tree;
      ASSERT_EQ(FailureCount(), failures);
      break;
    } catch (const std::bad_alloc&) {
      ASSERT_NE(FailureCount(), failures);
    }
  }
}

TEST(TokenTreeWithoutMemory, AFirstInsertLeavesNoTrace) {
  FailEachAllocation(Empty, [](TokenTree& tree) { tree.InsertTokens(Range(0, 9), "w"); });
  FailEachAllocation(Empty, [](TokenTree& tree) { tree.InsertTokens(Range(0, 100000), "w"); });
}

TEST(TokenTreeWithoutMemory, InsertsOfEveryKindLeaveNoTrace) {
  const std::vector<Prompt> prompts = {
      Pages(2, {9}),                 // a new child of the root
      Pages(2, {1, 2, 3, 4}),        // an existing path
      Pages(2, {1, 2, 3}),           // ends inside an edge
      Pages(2, {1, 2, 3, 9}),        // turns off inside an edge
      Pages(2, {1, 2, 5, 6, 7, 8}),  // goes on below a leaf
      Pages(2, {1, 9}),              // cuts the shared node
  };
  for (const Prompt& prompt : prompts) {
    for (const std::string tenant : {"a", "b", "new"}) {
      SCOPED_TRACE(::testing::PrintToString(prompt) + " for " + tenant);
      FailEachAllocation(Grown, [&](TokenTree& tree) { tree.InsertTokens(prompt, tenant, 3); });
      if (::testing::Test::HasFatalFailure()) return;
      FailEachAllocation(
          Grown, [&](TokenTree& tree) { tree.MatchAndInsert(prompt, tenant, 3); }, true);
      if (::testing::Test::HasFatalFailure()) return;
      const auto select = [&](const PrefixMatchResult&) { return std::string_view(tenant); };
      FailEachAllocation(
          Grown, [&](TokenTree& tree) { tree.MatchAndInsertWith(prompt, select, 3); }, true);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(TokenTreeWithoutMemory, WideNodesGrowOrStayAsTheyAre) {
  for (Token token = 299; token < 303; ++token) {
    FailEachAllocation(Wide, [&](TokenTree& tree) {
      tree.InsertTokens(Pages(2, {1, token, 3}), "one more tenant");
    });
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(TokenTreeWithoutMemory, ABatchStopsBetweenTwoPrompts) {
  const std::array<Prompt, 3> prompts = {Pages(2, {1, 2, 5, 9}), Pages(2, {1, 8}), Pages(2, {7})};
  const std::array<std::string_view, 3> tenants = {"a", "new", "b"};
  Prompt tokens;
  std::vector<std::size_t> offsets = {0};
  std::vector<Listing> after = {ListingOf(*Grown())};  // after none of the prompts, the first, ...
  const auto sequential = Grown();
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    tokens.insert(tokens.end(), prompts[i].begin(), prompts[i].end());
    offsets.push_back(tokens.size());
    sequential->InsertTokens(prompts[i], tenants[i]);
    after.push_back(ListingOf(*sequential));
  }
  std::size_t inserted = 0;
  for (std::uint64_t n = 1; inserted < prompts.size(); ++n) {
    ASSERT_LT(n, 10000U);
    const auto tree = Grown();
    bool threw = false;
    try {
      const ScopedFailureAnywhere failure(n);
      tree->InsertBatch(tokens, offsets.data(), prompts.size(), tenants.data());
    } catch (const std::bad_alloc&) {
      threw = true;
    }
    ASSERT_EQ(tree->CheckInvariants(), "");
    if (ListingOf(*tree) != after[inserted]) ++inserted;
    ASSERT_EQ(ListingOf(*tree), after[inserted]) << "allocation " << n;
    ASSERT_EQ(threw, inserted < prompts.size()) << "allocation " << n;
  }
}

TEST(TokenTreeWithoutMemory, QuestionsLeaveNoTrace) {
  FailEachAllocation(Grown, [](TokenTree& tree) { HeldBy(tree, Pages(2, {1, 2, 5})); });
  FailEachAllocation(Grown, [](TokenTree& tree) { CountsOf(tree); });
  FailEachAllocation(Grown, [](TokenTree& tree) { ListingOf(tree); });
  FailEachAllocation(Grown, [](TokenTree& tree) { tree.Serialize(); });
  FailEachAllocation(Grown, [](TokenTree& tree) { tree.Reserve(1 << 20); });
  FailEachAllocation(
      Grown, [](TokenTree& tree) { tree.MatchPrefixWithCounts(Pages(2, {1, 2, 5})); }, true);
}

TEST(TokenTreeWithoutMemory, LoadingFailsCleanly) {
  const std::string bytes = Branched(40, 10)->Serialize();
  FailEachAllocation(
      Empty, [&](TokenTree&) { EXPECT_EQ(TokenTree::Deserialize(bytes)->CheckInvariants(), ""); });
}

TEST(TokenTreeWithoutMemory, RemovingNeverFails) {
  const std::vector<Call> calls = {
      [](TokenTree& tree) { tree.EvictTenant("a", 4); },
      [](TokenTree& tree) { tree.EvictTenant("a", 0); },
      [](TokenTree& tree) { tree.EvictTenantBySize(2); },
      [](TokenTree& tree) { tree.RemoveTenant("a"); },
      [](TokenTree& tree) { tree.RemoveTenant("w3"); },
      [](TokenTree& tree) { tree.Clear(); },
  };
  for (const auto build : {Grown, Wide}) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      SCOPED_TRACE("call " + std::to_string(i));
      for (std::uint64_t n = 1; n <= 20; ++n) {
        const auto tree = build();
        {
          const ScopedFailureAnywhere failure(n);
          ASSERT_NO_THROW(calls[i](*tree));
        }
        const auto never_failed = build();
        calls[i](*never_failed);
        ASSERT_EQ(Sight(*tree), Sight(*never_failed));
        ASSERT_EQ(tree->CheckInvariants(), "");
      }
    }
  }
}

TEST(TokenTreeWithoutMemory, AWalkGoesOnFromTheStepThatFailed) {
  const auto tree = Grown();
  const Listing whole = ListingOf(*tree);
  for (std::uint64_t n = 1, failed = 1; failed != 0; ++n) {
    SCOPED_TRACE("allocation " + std::to_string(n) + " of each step");
    failed = 0;
    Listing seen;
    EntryIterator iterator = tree->IterEntries();
    for (;;) {
      TreeEntry entry;
      bool more = false;
      try {
        const ScopedFailureAnywhere failure(n);
        more = iterator.Next(entry);
      } catch (const std::bad_alloc&) {
        ++failed;
        more = iterator.Next(entry);
      }
      if (!more) break;
      std::vector<std::string> owners;
      for (const EntryOwner& owner : entry.owners) owners.push_back(owner.tenant);
      seen.emplace_back(entry.prefix_tokens, std::move(owners));
    }
    ASSERT_EQ(seen, whole);
    ASSERT_LT(n, 10000U) << "a step never ends to allocate";
  }
}

TEST(TokenTreeWithoutMemory, RandomInsertsThatFailLeaveNoTrace) {
  const std::uint64_t first = FirstSeed();
  for (std::size_t i = 0; i < ScaledCount(60); ++i) {
    SCOPED_TRACE("PAGEDRADIX_TEST_SEED=" + std::to_string(first + i));
    TestRandom random(first + i);
    PromptSource prompts(i % 3 == 0 ? Shape::kWide : Shape::kNarrow, 2, random);
    TreeComparison trees(WithPolicy(static_cast<EvictionPolicy>(i % 6), 2));
    for (std::size_t step = 0; step < 200; ++step) {
      const Tokens tokens = prompts.Next();
      const std::string tenant = "w" + std::to_string(random.Below(5));
      try {
        const ScopedFailure failure(random.Between(1, 12));
        trees.Insert(tokens, tenant, static_cast<std::int32_t>(random.Below(4)));
      } catch (const std::bad_alloc&) {
        if (random.OneIn(2)) trees.Insert(tokens, tenant, 0);
      }
      if (random.OneIn(5)) trees.Match(tokens);
      if (random.OneIn(8)) trees.Evict(tenant, random.Below(20));
      if (random.OneIn(32)) trees.CompareAll();
      ASSERT_FALSE(HasFailure()) << "step " << step;
    }
    trees.CompareAll();
    ASSERT_FALSE(HasFailure());
  }
}

}  // namespace
}  // namespace pagedradix::test
