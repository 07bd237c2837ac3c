// TokenTree as a specification: what an insert, a match and both together do to one tree.
#include "pagedradix/token_tree.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "tree_helpers.hpp"

namespace pagedradix::test {
namespace {

constexpr Token kLargestToken = std::numeric_limits<Token>::max();

TEST(TokenTree, HasTheReferencesDefaults) {
  const TokenTree tree;
  EXPECT_EQ(tree.PageSize(), 16U);
  EXPECT_EQ(tree.Policy(), EvictionPolicy::kLru);
  EXPECT_FALSE(tree.RecountHits());
}

TEST(TokenTree, KeepsItsOptions) {
  TokenTreeOptions options;
  options.page_size = 100;
  options.policy = EvictionPolicy::kFilo;
  options.recount_hits = true;
  const TokenTree tree(options);
  EXPECT_EQ(tree.PageSize(), 100U);
  EXPECT_EQ(tree.Policy(), EvictionPolicy::kFilo);
  EXPECT_TRUE(tree.RecountHits());
}

TEST(TokenTree, RejectsPageSizesThatNoTreeCanHave) {
  EXPECT_THROW(TokenTree(WithPageSize(0)), InvalidArgumentError);
  EXPECT_THROW(TokenTree(WithPageSize((std::size_t{1} << 31) + 1)), InvalidArgumentError);
  EXPECT_THROW(TokenTree(WithPageSize(std::numeric_limits<std::size_t>::max())), PagedRadixError);
}

TEST(TokenTree, TakesTheLargestPageSize) {
  TokenTree tree(WithPageSize(std::size_t{1} << 31));
  tree.InsertTokens(Range(0, 1000), "w");
  EXPECT_FALSE(tree.MatchPrefixWithCounts(Range(0, 1000)).Matched());
  EXPECT_EQ(tree.Stats().nodes, 0U);
}

TEST(TokenTree, IsNeitherCopiedNorAssigned) {
  EXPECT_FALSE(std::is_copy_constructible_v<TokenTree>);
  EXPECT_FALSE(std::is_copy_assignable_v<TokenTree>);
}

TEST(TokenTree, MatchesNothingWhenEmpty) {
  TokenTree tree;
  const PrefixMatchResult result = tree.MatchPrefixWithCounts(Range(0, 40));
  EXPECT_EQ(result.tenant, "empty");
  EXPECT_EQ(result.matched_token_count, 0U);
  EXPECT_EQ(result.input_token_count, 40U);
  EXPECT_FALSE(result.Matched());
  EXPECT_EQ(result.HitRatio(), 0.0);
}

TEST(TokenTree, HitRatioOfAnEmptyPromptIsZero) {
  TokenTree tree;
  const PrefixMatchResult result = tree.MatchPrefixWithCounts(Prompt{});
  EXPECT_EQ(result.input_token_count, 0U);
  EXPECT_EQ(result.HitRatio(), 0.0);
}

TEST(TokenTree, HitRatioCountsTheUncutInput) {
  TokenTree tree(WithPageSize(4));
  tree.InsertTokens(Range(0, 4), "w");
  EXPECT_DOUBLE_EQ(tree.MatchPrefixWithCounts(Range(0, 5)).HitRatio(), 0.8);
}

class TokenTreeOfPageSize : public ::testing::TestWithParam<std::size_t> {
 protected:
  std::size_t PageSize() const { return GetParam(); }
  Prompt P(std::initializer_list<Token> values) const { return Pages(PageSize(), values); }
  TokenTree tree_{WithPageSize(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(PageSizes, TokenTreeOfPageSize, ::testing::Values(1, 2, 3, 16, 64, 100));

TEST_P(TokenTreeOfPageSize, CutsInputsDownToWholePages) {
  Prompt ragged = P({1, 2});
  ragged.insert(ragged.end(), PageSize() - 1, 3);
  tree_.InsertTokens(ragged, "w");
  EXPECT_EQ(tree_.TenantTokenSize("w"), 2 * PageSize());
  EXPECT_EQ(tree_.MatchPrefixWithCounts(ragged).matched_token_count, 2 * PageSize());
}

TEST_P(TokenTreeOfPageSize, AnInputShorterThanAPageInsertsAndMatchesNothing) {
  const Prompt shorter(PageSize() - 1, 5);
  tree_.InsertTokens(shorter, "w");
  EXPECT_TRUE(tree_.GetTenantTokenCounts().empty());
  EXPECT_EQ(tree_.MatchPrefixWithCounts(shorter).tenant, "empty");

  tree_.InsertTokens(P({5}), "known");
  const PrefixMatchResult result = tree_.MatchPrefixWithCounts(shorter);
  EXPECT_FALSE(result.Matched());
  EXPECT_EQ(result.tenant, "known");
  EXPECT_EQ(result.input_token_count, shorter.size());
}

TEST_P(TokenTreeOfPageSize, MatchesThePagesThatAgreeInsideAnEdge) {
  tree_.InsertTokens(P({1, 2, 3}), "w");
  EXPECT_EQ(tree_.MatchPrefixWithCounts(P({1, 2})).matched_token_count, 2 * PageSize());
  EXPECT_EQ(tree_.MatchPrefixWithCounts(P({1, 2, 9})).matched_token_count, 2 * PageSize());
  EXPECT_EQ(tree_.MatchPrefixWithCounts(P({9, 2, 3})).matched_token_count, 0U);
  EXPECT_EQ(tree_.Stats().nodes, 1U) << "a match splits nothing";
}

TEST_P(TokenTreeOfPageSize, APageThatDiffersInItsLastTokenIsAnotherPage) {
  Prompt other = P({1, 2});
  other.back() = 9;
  tree_.InsertTokens(P({1, 2}), "w");
  EXPECT_EQ(tree_.MatchPrefixWithCounts(other).matched_token_count, PageSize());
  tree_.InsertTokens(other, "v");
  EXPECT_EQ(tree_.MatchPrefixWithCounts(other).matched_token_count, 2 * PageSize());
  EXPECT_EQ(tree_.Stats().nodes, 3U);
}

TEST_P(TokenTreeOfPageSize, SplitsWhereAnInsertEndsOrTurnsOff) {
  tree_.InsertTokens(P({1, 2, 3, 4}), "a");
  tree_.InsertTokens(P({1, 2}), "a");
  tree_.InsertTokens(P({1, 2, 3, 9}), "b");
  const Listing expected = {{P({1, 2}), {"a", "b"}},
                            {P({1, 2, 3}), {"a", "b"}},
                            {P({1, 2, 3, 4}), {"a"}},
                            {P({1, 2, 3, 9}), {"b"}}};
  EXPECT_EQ(ListingOf(tree_), expected);
  EXPECT_EQ(tree_.Stats().splits, 2U);
  EXPECT_EQ(tree_.CheckInvariants(), "");
}

TEST_P(TokenTreeOfPageSize, CountsEachTokenOfATenantOnce) {
  for (int turn = 0; turn < 50; ++turn) tree_.InsertTokens(P({1, 2, 3}), "a");
  tree_.InsertTokens(P({1, 2, 4}), "a");
  tree_.InsertTokens(P({1, 2}), "b");
  EXPECT_EQ(CountsOf(tree_), (Counts{{"a", 4 * PageSize()}, {"b", 2 * PageSize()}}));
  EXPECT_EQ(tree_.Stats().tokens, 4 * PageSize());
}

TEST_P(TokenTreeOfPageSize, ListsChildrenInTheOrderOfTheirTokens) {
  tree_.InsertTokens(P({1, kLargestToken}), "w");
  tree_.InsertTokens(P({1, 0}), "w");
  tree_.InsertTokens(P({1, 256}), "w");
  tree_.InsertTokens(P({1, 2}), "w");
  const Listing expected = {{P({1}), {"w"}},
                            {P({1, 0}), {"w"}},
                            {P({1, 2}), {"w"}},
                            {P({1, 256}), {"w"}},
                            {P({1, kLargestToken}), {"w"}}};
  EXPECT_EQ(ListingOf(tree_), expected);
}

TEST_P(TokenTreeOfPageSize, TellsHowMuchOfAPromptEachTenantHolds) {
  tree_.InsertTokens(P({1}), "a");
  tree_.InsertTokens(P({1, 2, 3}), "b");
  tree_.InsertTokens(P({1, 2, 3, 4, 5}), "c");
  EXPECT_EQ(HeldBy(tree_, P({1, 2, 3, 4})),
            (Counts{{"a", PageSize()}, {"b", 3 * PageSize()}, {"c", 4 * PageSize()}}));
  EXPECT_EQ(HeldBy(tree_, P({7})), Counts{});
  EXPECT_EQ(HeldBy(tree_, Prompt{}), Counts{});

  const std::array<std::string_view, 5> candidates = {"c", "stranger", "a", "c", ""};
  std::array<std::size_t, 5> held = {};
  tree_.MatchTenants(P({1, 2, 3, 4}), candidates.data(), candidates.size(), held.data());
  EXPECT_EQ(held, (std::array<std::size_t, 5>{4 * PageSize(), 0, PageSize(), 4 * PageSize(), 0}));
}

TEST_P(TokenTreeOfPageSize, MatchAndInsertAnswersForTheTreeBeforeTheInsert) {
  const PrefixMatchResult first = tree_.MatchAndInsert(P({1, 2}), "a");
  EXPECT_FALSE(first.Matched());
  const PrefixMatchResult second = tree_.MatchAndInsert(P({1, 2, 3}), "b");
  EXPECT_EQ(second.matched_token_count, 2 * PageSize());
  EXPECT_EQ(second.tenant, "a");
  EXPECT_EQ(HeldBy(tree_, P({1, 2, 3})), (Counts{{"a", 2 * PageSize()}, {"b", 3 * PageSize()}}));
}

TEST_P(TokenTreeOfPageSize, LegacyMatchGivesTokensAndTenant) {
  tree_.InsertTokens(P({1, 2}), "a");
  const auto [matched, tenant] = tree_.PrefixMatchLegacy(P({1, 2, 3}));
  EXPECT_EQ(matched, 2 * PageSize());
  EXPECT_EQ(tenant, "a");
}

TEST(TokenTree, NamesTheOwnerThatTouchedTheDeepestNodeLast) {
  TokenTree tree(WithPageSize(1));
  tree.InsertTokens({{1, 2}}, "a");
  tree.InsertTokens({{1, 2}}, "b");
  tree.InsertTokens({{1, 2}}, "c");
  EXPECT_EQ(tree.MatchPrefixWithCounts({{1, 2}}).tenant, "c");
  tree.InsertTokens({{1, 2}}, "a");
  EXPECT_EQ(tree.MatchPrefixWithCounts({{1, 2}}).tenant, "a");
  EXPECT_EQ(tree.MatchPrefixWithCounts({{1, 2}}).tenant, "a");
}

TEST(TokenTree, MatchTenantsTouchesNothing) {
  TokenTree tree(WithPageSize(1));
  tree.InsertTokens({{1}}, "w");
  tree.InsertTokens({{2}}, "w");
  EXPECT_EQ(HeldBy(tree, {1}), (Counts{{"w", 1}}));
  tree.EvictTenant("w", 1);
  EXPECT_EQ(HeldBy(tree, {2}), (Counts{{"w", 1}})) << "the older node goes, looked at or not";
}

TEST(TokenTree, TakesAnyTokenValueAndAnyTenantName) {
  TokenTree tree(WithPageSize(2));
  const Prompt extreme = {0, kLargestToken, kLargestToken, 0, 0x80000000U, 0x7fffffffU};
  const std::string with_nul("a\0b", 3);
  const std::string huge(1 << 20, 'x');
  for (const std::string& tenant : {with_nul, huge, std::string("Empty"), std::string(" ")}) {
    tree.InsertTokens(extreme, tenant);
    EXPECT_EQ(tree.MatchPrefixWithCounts(extreme).tenant, tenant);
    EXPECT_EQ(tree.TenantTokenSize(tenant), extreme.size());
  }
  EXPECT_EQ(tree.TenantTokenSize("a"), 0U) << "a name does not end at a NUL";
}

TEST(TokenTree, SelectIsToldTheMatchAndItsTenantIsInserted) {
  TokenTree tree(WithPageSize(1));
  tree.InsertTokens({{1, 2}}, "a");
  int calls = 0;
  const auto select = [&](const PrefixMatchResult& match) -> std::optional<std::string_view> {
    ++calls;
    EXPECT_EQ(match.tenant, "a");
    EXPECT_EQ(match.matched_token_count, 2U);
    EXPECT_EQ(match.input_token_count, 3U);
    return "b";
  };
  const PrefixMatchResult result = tree.MatchAndInsertWith({{1, 2, 3}}, select);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(result.tenant, "a");
  EXPECT_EQ(HeldBy(tree, {1, 2, 3}), (Counts{{"a", 2}, {"b", 3}}));
}

TEST(TokenTree, SelectMayReturnAnyNameLikeThing) {
  TokenTree tree(WithPageSize(1));
  tree.MatchAndInsertWith({{1}}, [](const PrefixMatchResult&) { return "literal"; });
  tree.MatchAndInsertWith({{1}}, [](const PrefixMatchResult&) { return std::string_view("view"); });
  EXPECT_EQ(CountsOf(tree), (Counts{{"literal", 1}, {"view", 1}}));
}

TEST(TokenTree, SelectThatReturnsNothingInsertsNothing) {
  TokenTree tree(WithPageSize(1));
  tree.InsertTokens({{1, 2}}, "a");
  const PrefixMatchResult result =
      tree.MatchAndInsertWith({{1, 9}}, [](const PrefixMatchResult&) { return std::nullopt; });
  EXPECT_EQ(result.matched_token_count, 1U);
  EXPECT_EQ(ListingOf(tree), (Listing{{{1, 2}, {"a"}}}));
}

TEST(TokenTree, SelectIsCalledForAShortInputButNothingIsInserted) {
  TokenTree tree(WithPageSize(4));
  int calls = 0;
  tree.MatchAndInsertWith(Range(0, 3), [&](const PrefixMatchResult& match) {
    ++calls;
    EXPECT_EQ(match.tenant, "empty");
    EXPECT_EQ(match.input_token_count, 3U);
    return "w";
  });
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(tree.GetTenantTokenCounts().empty());
}

TEST(TokenTree, WhatSelectThrowsComesThroughAndNothingIsInserted) {
  TokenTree tree(WithPageSize(1));
  tree.InsertTokens({{1}}, "a");
  const auto fail = [](const PrefixMatchResult&) -> std::optional<std::string_view> {
    throw std::domain_error("no worker");
  };
  EXPECT_THROW(tree.MatchAndInsertWith({{1, 2}}, fail), std::domain_error);
  EXPECT_EQ(ListingOf(tree), (Listing{{{1}, {"a"}}}));
  EXPECT_EQ(tree.CheckInvariants(), "");
}

TEST(TokenTree, SelectMayCallBackIntoTheTree) {
  TokenTree tree(WithPageSize(1));
  tree.InsertTokens({{1, 2, 3}}, "a");
  const auto reenter = [&](const PrefixMatchResult&) -> std::optional<std::string_view> {
    tree.InsertTokens({{1, 2, 3, 4}}, "b");  // what will be inserted
    tree.InsertTokens({{1}}, "b");           // splits the matched path
    EXPECT_EQ(tree.MatchPrefixWithCounts({{1, 2}}).matched_token_count, 2U);
    return "c";
  };
  tree.MatchAndInsertWith({{1, 2, 3, 4}}, reenter);
  EXPECT_EQ(HeldBy(tree, {1, 2, 3, 4}), (Counts{{"a", 3}, {"b", 4}, {"c", 4}}));
  EXPECT_EQ(tree.CheckInvariants(), "");
}

TEST(TokenTree, SelectMayTakeTheMatchedPathAway) {
  for (const bool clear : {false, true}) {
    TokenTree tree(WithPageSize(1));
    tree.InsertTokens({{1, 2, 3}}, "a");
    tree.InsertTokens({{1, 2}}, "a");
    const auto remove = [&](const PrefixMatchResult& match) -> std::optional<std::string_view> {
      EXPECT_EQ(match.matched_token_count, 3U);
      clear ? tree.Clear() : static_cast<void>(tree.RemoveTenant("a"));
      EXPECT_EQ(tree.Stats().nodes, 0U);
      return "b";
    };
    tree.MatchAndInsertWith({{1, 2, 3, 4}}, remove);
    EXPECT_EQ(CountsOf(tree), (Counts{{"b", 4}}));
    EXPECT_EQ(tree.MatchPrefixWithCounts({{1, 2, 3, 4}}).matched_token_count, 4U);
    EXPECT_EQ(tree.CheckInvariants(), "");
  }
}

}  // namespace
}  // namespace pagedradix::test
