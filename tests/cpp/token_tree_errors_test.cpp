// TokenTree as a specification: what it refuses, and that it is unchanged then; batches, figures
// and clearing.
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/token_tree.hpp"
#include "tree_helpers.hpp"

namespace pagedradix::test {
namespace {

class TokenTreeErrors : public ::testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override { tree_.InsertTokens({{1, 2}}, "w"); }
  void TearDown() override {
    EXPECT_EQ(ListingOf(tree_), (Listing{{{1, 2}, {"w"}}}));
    EXPECT_EQ(CountsOf(tree_), (Counts{{"w", 2}}));
    EXPECT_EQ(tree_.CheckInvariants(), "");
  }
  TokenTree tree_{WithPageSize(1)};
};

INSTANTIATE_TEST_SUITE_P(BadNames, TokenTreeErrors, ::testing::Values("", "empty"));

TEST_P(TokenTreeErrors, NoWayToInsertTakesTheName) {
  const Prompt prompt = {1, 3};
  EXPECT_THROW(tree_.InsertTokens(prompt, GetParam()), InvalidArgumentError);
  EXPECT_THROW(tree_.MatchAndInsert(prompt, GetParam()), InvalidArgumentError);
  const auto select = [](const PrefixMatchResult&) { return GetParam(); };
  EXPECT_THROW(tree_.MatchAndInsertWith(prompt, select), InvalidArgumentError);
}

TEST_P(TokenTreeErrors, ABatchWithTheNameInsertsNothing) {
  const std::vector<std::size_t> offsets = {0, 1, 2, 3};
  const std::vector<std::string_view> tenants = {"a", "b", GetParam()};
  EXPECT_THROW(tree_.InsertBatch(Range(5, 3), offsets.data(), 3, tenants.data()),
               InvalidArgumentError);
}

TEST(TokenTreeInputs, ABadNameIsRefusedForAShortInputToo) {
  TokenTree tree(WithPageSize(16));
  EXPECT_THROW(tree.InsertTokens(Range(0, 3), "empty"), InvalidArgumentError);
  EXPECT_THROW(tree.MatchAndInsert(Range(0, 3), ""), InvalidArgumentError);
}

TEST(TokenTreeInputs, AnInputBeyond32BitsIsRefusedUnread) {
  TokenTree tree(WithPageSize(16));
  const Prompt page(16, 0);
  const TokenSpan oversized(page.data(), std::size_t{1} << 32);
  EXPECT_THROW(tree.InsertTokens(oversized, "w"), InvalidArgumentError);
  EXPECT_THROW(tree.MatchAndInsert(oversized, "w"), InvalidArgumentError);
  EXPECT_THROW(tree.MatchPrefixWithCounts(oversized), InvalidArgumentError);
  EXPECT_THROW(tree.PrefixMatchLegacy(oversized), InvalidArgumentError);
  EXPECT_THROW(tree.MatchTenants(oversized), InvalidArgumentError);
  const std::string_view candidate = "w";
  std::size_t held = 7;
  EXPECT_THROW(tree.MatchTenants(oversized, &candidate, 1, &held), InvalidArgumentError);
  EXPECT_EQ(held, 7U);
  bool selected = false;
  const auto select = [&selected](const PrefixMatchResult&) {
    selected = true;
    return std::optional<std::string_view>("w");
  };
  EXPECT_THROW(tree.MatchAndInsertWith(oversized, select), InvalidArgumentError);
  EXPECT_FALSE(selected);
  const std::vector<std::size_t> offsets = {0, 16, oversized.size() + 16};
  const TokenSpan batch(page.data(), oversized.size() + 16);
  const std::vector<std::string_view> tenants = {"w", "w"};
  EXPECT_THROW(tree.MatchBatch(batch, offsets.data(), 2), InvalidArgumentError);
  EXPECT_THROW(tree.InsertBatch(batch, offsets.data(), 2, tenants.data()), InvalidArgumentError);
  EXPECT_TRUE(tree.GetTenantTokenCounts().empty());
  EXPECT_EQ(tree.Stats().matches, 0U);
}

TEST(TokenTreeInputs, APolicyMustBeOneOfThem) {
  EXPECT_THROW(TokenTree(WithPolicy(static_cast<EvictionPolicy>(6))), InvalidArgumentError);
  EXPECT_THROW(TokenTree(WithPolicy(static_cast<EvictionPolicy>(255))), InvalidArgumentError);
}

TEST(TokenTreeInputs, BatchOffsetsMustRiseAndStayInside) {
  TokenTree tree(WithPageSize(1));
  const std::vector<std::string_view> tenants = {"a", "b"};
  const Prompt tokens = {1, 2, 3};
  constexpr std::size_t kHuge = std::numeric_limits<std::size_t>::max();
  for (const std::vector<std::size_t>& offsets :
       {std::vector<std::size_t>{0, 2, 1}, {0, 2, 4}, {0, kHuge, 3}, {4, 4, 4}, {kHuge, 0, 1}}) {
    EXPECT_THROW(tree.InsertBatch(tokens, offsets.data(), 2, tenants.data()), InvalidArgumentError);
    EXPECT_THROW(tree.MatchBatch(tokens, offsets.data(), 2), InvalidArgumentError);
  }
  EXPECT_TRUE(tree.GetTenantTokenCounts().empty());
  EXPECT_EQ(tree.Stats().matches, 0U);
}

TEST(TokenTreeBatches, InsertEachPromptForItsTenantInOrder) {
  TokenTree tree(WithPageSize(2));
  const Prompt tokens = {1, 1, 2, 2, 9, 1, 1, 3, 3};
  const std::vector<std::size_t> offsets = {0, 5, 5, 9};
  const std::vector<std::string_view> tenants = {"a", "b", "c"};
  tree.InsertBatch(tokens, offsets.data(), 3, tenants.data());
  EXPECT_EQ(ListingOf(tree),
            (Listing{{{1, 1}, {"a", "c"}}, {{1, 1, 2, 2}, {"a"}}, {{1, 1, 3, 3}, {"c"}}}));
}

TEST(TokenTreeBatches, MatchEachPromptInOrder) {
  TokenTree tree(WithPageSize(1));
  tree.InsertTokens({{1, 2}}, "a");
  const std::vector<std::size_t> offsets = {0, 2, 2, 5};
  const auto results = tree.MatchBatch({{8, 8, 1, 2, 3}}, offsets.data(), 3);
  ASSERT_EQ(results.size(), 3U);
  EXPECT_FALSE(results[0].Matched());
  EXPECT_EQ(results[0].tenant, "empty");
  EXPECT_EQ(results[1].tenant, "a") << "a short input names any known tenant";
  EXPECT_EQ(results[1].input_token_count, 0U);
  EXPECT_EQ(results[2].matched_token_count, 2U);
  EXPECT_EQ(results[2].tenant, "a");
}

TEST(TokenTreeBatches, MayBeEmpty) {
  TokenTree tree;
  const std::size_t offset = 0;
  tree.InsertBatch({}, &offset, 0, nullptr);
  EXPECT_TRUE(tree.MatchBatch({}, &offset, 0).empty());
}

TEST(TokenTreeStatsTest, TellWhatTheTreeDidAndHolds) {
  TokenTree tree(WithPageSize(2));
  tree.InsertTokens(Pages(2, {1, 2}), "a");
  tree.InsertTokens(Pages(2, {1, 3}), "b");
  tree.InsertTokens({{1}}, "a");
  tree.MatchPrefixWithCounts(Pages(2, {1, 2, 3}));
  tree.MatchPrefixWithCounts(Pages(2, {7}));
  tree.EvictTenant("a", 2);
  const TokenTreeStats stats = tree.Stats();
  EXPECT_EQ(stats.nodes, 2U);
  EXPECT_EQ(stats.tokens, 4U);
  EXPECT_EQ(stats.tenants, 2U);
  EXPECT_EQ(stats.matches, 2U);
  EXPECT_EQ(stats.hits, 1U);
  EXPECT_EQ(stats.matched_tokens, 4U);
  EXPECT_EQ(stats.inserts, 2U);
  EXPECT_EQ(stats.splits, 1U);
  EXPECT_EQ(stats.evicted_tokens, 2U);
  EXPECT_EQ(stats.evicted_nodes, 1U);
  EXPECT_GE(stats.memory_bytes, stats.tokens * sizeof(Token));
  EXPECT_GE(stats.reserved_bytes, stats.memory_bytes);
}

TEST(TokenTreeStatsTest, CountTheMemoryOfTenants) {
  TokenTree tree(WithPageSize(1));
  const TokenTreeStats empty = tree.Stats();
  EXPECT_GE(empty.reserved_bytes, empty.memory_bytes);
  constexpr std::size_t kTenants = 1000;
  for (std::size_t i = 0; i < kTenants; ++i) tree.InsertTokens(Range(0, 1), std::to_string(i));
  const TokenTreeStats stats = tree.Stats();
  EXPECT_GE(stats.memory_bytes, empty.memory_bytes + kTenants * sizeof(detail::Tenant));
  EXPECT_GE(stats.reserved_bytes, stats.memory_bytes);
}

TEST(TokenTreeClear, LeavesNothingBehind) {
  TokenTree tree(WithPageSize(1));
  for (int round = 0; round < 3; ++round) {
    for (Token token = 0; token < 100; ++token) tree.InsertTokens(Range(token, 5), "w");
    tree.MatchPrefixWithCounts({{1}});
    tree.Clear();
    EXPECT_TRUE(tree.GetTenantTokenCounts().empty());
    EXPECT_TRUE(ListingOf(tree).empty());
    EXPECT_EQ(tree.MatchPrefixWithCounts(Prompt{}).tenant, "empty");
    EXPECT_FALSE(tree.MatchPrefixWithCounts(Range(1, 5)).Matched());
    const TokenTreeStats stats = tree.Stats();
    EXPECT_EQ(stats.nodes, 0U);
    EXPECT_EQ(stats.tokens, 0U);
    EXPECT_EQ(stats.tenants, 0U);
    EXPECT_EQ(stats.inserts, 0U);
    EXPECT_EQ(stats.hits, 0U);
    EXPECT_EQ(tree.CheckInvariants(), "");
  }
}

TEST(TokenTreeClear, EndsAWalkThatIsUnderWay) {
  TokenTree tree(WithPageSize(1));
  for (Token token = 0; token < 10; ++token) tree.InsertTokens({{token, 1}}, "w");
  EntryIterator iterator = tree.IterEntries();
  TreeEntry entry;
  ASSERT_TRUE(iterator.Next(entry));
  tree.Clear();
  EXPECT_FALSE(iterator.Next(entry));
  EXPECT_FALSE(iterator.Next(entry));
  EXPECT_EQ(entry.prefix_tokens, (Prompt{0, 1})) << "unchanged at the end";
}

TEST(TokenTreeReserve, TakesMemoryAndNothingElse) {
  TokenTree tree;
  tree.Reserve(0);
  tree.Reserve(1 << 20);
  EXPECT_GE(tree.Stats().reserved_bytes, (1U << 20) * sizeof(Token));
  EXPECT_EQ(tree.Stats().tokens, 0U);
  tree.InsertTokens(Range(0, 1 << 16), "w");
  EXPECT_EQ(tree.MatchPrefixWithCounts(Range(0, 1 << 16)).matched_token_count, 1U << 16);
}

TEST(EvictionPolicyTest, NamesGoThereAndBack) {
  for (const std::string_view name : {"lru", "lfu", "fifo", "mru", "filo", "priority"}) {
    const std::optional<EvictionPolicy> policy = ParseEvictionPolicy(name);
    ASSERT_TRUE(policy.has_value()) << name;
    EXPECT_EQ(EvictionPolicyName(*policy), name);
  }
  EXPECT_EQ(ParseEvictionPolicy("LRU"), std::nullopt);
  EXPECT_EQ(ParseEvictionPolicy(""), std::nullopt);
}

}  // namespace
}  // namespace pagedradix::test
