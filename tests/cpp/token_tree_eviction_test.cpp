// TokenTree as a specification: who goes when a tenant is over its budget, and what leaves with a
// tenant that leaves.
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/token_tree.hpp"
#include "tree_helpers.hpp"

namespace pagedradix::test {
namespace {

constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

/// The first tokens of one-page prompts of `tenant` in the order in which they are evicted.
std::vector<Token> OrderOfEviction(TokenTree& tree, const std::string& tenant) {
  std::vector<Token> order;
  while (tree.TenantTokenSize(tenant) > 0) {
    const Listing before = ListingOf(tree);
    tree.EvictTenant(tenant, tree.TenantTokenSize(tenant) - 1);
    const Listing after = ListingOf(tree);
    for (const auto& entry : before) {
      bool stays = false;
      for (const auto& kept : after) stays |= kept == entry;
      if (!stays) order.push_back(entry.first.back());
    }
  }
  return order;
}

/// 1, 2, 3 and 4 inserted in this order; 1 and then 3 matched, 1 twice; 2 with a high priority.
void Prepare(TokenTree& tree) {
  tree.InsertTokens({{1}}, "w");
  tree.InsertTokens({{2}}, "w", 5);
  tree.InsertTokens({{3}}, "w");
  tree.InsertTokens({{4}}, "w", -1);
  tree.MatchPrefixWithCounts({{1}});
  tree.MatchPrefixWithCounts({{1}});
  tree.MatchPrefixWithCounts({{3}});
}

TEST(TokenTreeEviction, LruTakesTheLeastRecentlyUsed) {
  TokenTree tree(WithPolicy(EvictionPolicy::kLru));
  Prepare(tree);
  EXPECT_EQ(OrderOfEviction(tree, "w"), (std::vector<Token>{2, 4, 1, 3}));
}

TEST(TokenTreeEviction, MruTakesTheMostRecentlyUsed) {
  TokenTree tree(WithPolicy(EvictionPolicy::kMru));
  Prepare(tree);
  EXPECT_EQ(OrderOfEviction(tree, "w"), (std::vector<Token>{3, 1, 4, 2}));
}

TEST(TokenTreeEviction, LfuTakesTheLeastUsedAndOfTheseTheOldestTouch) {
  TokenTree tree(WithPolicy(EvictionPolicy::kLfu));
  Prepare(tree);
  EXPECT_EQ(OrderOfEviction(tree, "w"), (std::vector<Token>{2, 4, 3, 1}));
}

TEST(TokenTreeEviction, FifoTakesTheFirstInserted) {
  TokenTree tree(WithPolicy(EvictionPolicy::kFifo));
  Prepare(tree);
  EXPECT_EQ(OrderOfEviction(tree, "w"), (std::vector<Token>{1, 2, 3, 4}));
}

TEST(TokenTreeEviction, FiloTakesTheLastInserted) {
  TokenTree tree(WithPolicy(EvictionPolicy::kFilo));
  Prepare(tree);
  EXPECT_EQ(OrderOfEviction(tree, "w"), (std::vector<Token>{4, 3, 2, 1}));
}

TEST(TokenTreeEviction, PriorityTakesTheLowestAndOfTheseTheLeastRecentlyUsed) {
  TokenTree tree(WithPolicy(EvictionPolicy::kPriority));
  Prepare(tree);
  EXPECT_EQ(OrderOfEviction(tree, "w"), (std::vector<Token>{4, 1, 3, 2}));
}

TEST(TokenTreeEviction, ANodeKeepsTheHighestPriorityThatAnyInsertGaveIt) {
  TokenTree tree(WithPolicy(EvictionPolicy::kPriority));
  tree.InsertTokens({{1}}, "w", 7);
  tree.InsertTokens({{1}}, "w", -7);
  tree.InsertTokens({{2}}, "w", 3);
  tree.InsertTokens({{3}}, "v", 9);
  tree.MatchAndInsert({{3}}, "w", std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(OrderOfEviction(tree, "w"), (std::vector<Token>{2, 1, 3}));
}

TEST(TokenTreeEviction, EveryWayToInsertTakesAPriority) {
  TokenTree tree(WithPolicy(EvictionPolicy::kPriority));
  const auto select = [](const PrefixMatchResult&) { return "w"; };
  tree.MatchAndInsert({{1}}, "w", 4);
  tree.MatchAndInsertWith({{2}}, select, 3);
  const std::vector<std::size_t> offsets = {0, 1};
  const std::string_view tenant = "w";
  tree.InsertBatch({{3}}, offsets.data(), 1, &tenant, 2);
  tree.InsertTokens({{4}}, "w", 1);
  tree.InsertTokens({{5}}, "w");
  EXPECT_EQ(OrderOfEviction(tree, "w"), (std::vector<Token>{5, 4, 3, 2, 1}));
}

TEST(TokenTreeEviction, APriorityRaisesThePathThatWasInsertedAndNotWhatIsBelow) {
  TokenTree tree(WithPolicy(EvictionPolicy::kPriority));
  tree.InsertTokens({{1, 2, 3}}, "w", 1);
  tree.InsertTokens({{8}}, "w", 3);
  tree.InsertTokens({{1, 2}}, "w", 5);  // ends inside the edge
  EXPECT_EQ(OrderOfEviction(tree, "w"), (std::vector<Token>{3, 8, 2}));
}

TEST(TokenTreeEviction, LeavesGoBeforeWhatIsAboveThem) {
  for (const EvictionPolicy policy :
       {EvictionPolicy::kLru, EvictionPolicy::kMru, EvictionPolicy::kLfu, EvictionPolicy::kFifo,
        EvictionPolicy::kFilo, EvictionPolicy::kPriority}) {
    SCOPED_TRACE(EvictionPolicyName(policy));
    TokenTree tree(WithPolicy(policy));
    tree.InsertTokens({{1}}, "w");
    tree.InsertTokens({{1, 2}}, "w");
    tree.InsertTokens({{1, 2, 3}}, "w");
    EXPECT_EQ(OrderOfEviction(tree, "w"), (std::vector<Token>{3, 2, 1}));
  }
}

TEST(TokenTreeEviction, AParentInheritsTheTouchesOfAnEvictedChild) {
  TokenTree tree(WithPolicy(EvictionPolicy::kLfu));
  tree.InsertTokens({{1}}, "w");
  tree.InsertTokens({{1, 2}}, "w");  // 1 has two hits by now, 2 one
  tree.InsertTokens({{9}}, "w");
  tree.InsertTokens({{9}}, "w");
  tree.MatchPrefixWithCounts({{1, 2}});
  tree.MatchPrefixWithCounts({{9}});
  tree.EvictTenant("w", 2);  // 2 goes, with two hits against three of 9
  EXPECT_EQ(ListingOf(tree), (Listing{{{1}, {"w"}}, {{9}, {"w"}}}));
  tree.EvictTenant("w", 1);  // 1 has three hits of its own and below, and an older touch
  EXPECT_EQ(ListingOf(tree), (Listing{{{9}, {"w"}}}));
}

TEST(TokenTreeEviction, AMatchAndInsertCountsTwoHitsOnWhatBothPartsTouch) {
  TokenTree tree(WithPolicy(EvictionPolicy::kLfu));
  tree.InsertTokens({{1}}, "w");
  tree.MatchAndInsert({{1}}, "w");  // 1: three hits
  tree.InsertTokens({{2}}, "w");
  tree.MatchPrefixWithCounts({{2}});  // 2: two hits, touched later
  EXPECT_EQ(OrderOfEviction(tree, "w"), (std::vector<Token>{2, 1}));
}

TEST(TokenTreeEviction, OnlyTheTenantItselfCountsForItsOrder) {
  TokenTree tree(WithPolicy(EvictionPolicy::kLru));
  tree.InsertTokens({{1}}, "w");
  tree.InsertTokens({{2}}, "w");
  tree.InsertTokens({{1}}, "v");
  tree.EvictTenant("w", 1);
  EXPECT_EQ(ListingOf(tree), (Listing{{{1}, {"v"}}, {{2}, {"w"}}}));
}

TEST(TokenTreeEviction, StopsAsSoonAsTheBudgetIsKept) {
  TokenTree tree(WithPageSize(2));
  tree.InsertTokens(Pages(2, {1, 2, 3}), "w");
  tree.InsertTokens(Pages(2, {5}), "w");
  EXPECT_EQ(tree.EvictTenant("w", kUnlimited), 0U);
  EXPECT_EQ(tree.EvictTenant("w", 8), 0U);
  EXPECT_EQ(tree.EvictTenant("w", 7), 6U) << "whole nodes go";
  EXPECT_EQ(tree.TenantTokenSize("w"), 2U);
  EXPECT_EQ(tree.Stats().evicted_tokens, 6U);
}

TEST(TokenTreeEviction, ATenantThatLostEverythingIsStillListed) {
  TokenTree tree(WithPageSize(1));
  tree.InsertTokens({{1, 2}}, "w");
  EXPECT_EQ(tree.EvictTenant("w", 0), 2U);
  EXPECT_EQ(CountsOf(tree), (Counts{{"w", 0}}));
  EXPECT_EQ(tree.Stats().nodes, 0U);
  EXPECT_EQ(tree.Stats().tenants, 1U);
  EXPECT_EQ(tree.MatchPrefixWithCounts({{1}}).tenant, "empty");
  EXPECT_EQ(tree.MatchPrefixWithCounts(Prompt{}).tenant, "w");
}

TEST(TokenTreeEviction, NodesStayAsLongAsSomeoneOwnsThem) {
  TokenTree tree(WithPageSize(1));
  tree.InsertTokens({{1, 2}}, "a");
  tree.InsertTokens({{1, 2, 3}}, "b");
  tree.EvictTenant("a", 0);
  EXPECT_EQ(ListingOf(tree), (Listing{{{1, 2}, {"b"}}, {{1, 2, 3}, {"b"}}}));
  EXPECT_EQ(tree.Stats().evicted_nodes, 0U);
  tree.EvictTenant("b", 0);
  EXPECT_TRUE(ListingOf(tree).empty());
  EXPECT_EQ(tree.Stats().evicted_nodes, 2U);
}

TEST(TokenTreeEviction, WhatWasEvictedCanBeInsertedAgain) {
  TokenTree tree(WithPageSize(1));
  for (int round = 0; round < 3; ++round) {
    tree.InsertTokens({{1, 2, 3}}, "w");
    EXPECT_EQ(tree.MatchPrefixWithCounts({{1, 2, 3}}).matched_token_count, 3U);
    tree.EvictTenant("w", 0);
    EXPECT_FALSE(tree.MatchPrefixWithCounts({{1, 2, 3}}).Matched());
  }
}

TEST(TokenTreeEviction, BySizeEvictsEveryTenantAboveIt) {
  TokenTree tree(WithPageSize(1));
  for (Token token = 0; token < 10; ++token) {
    tree.InsertTokens({{token}}, "large");
    if (token < 5) tree.InsertTokens({{token}}, "medium");
    if (token < 2) tree.InsertTokens({{token}}, "small");
  }
  EXPECT_EQ(tree.EvictTenantBySize(3), 7U + 2U);
  EXPECT_EQ(CountsOf(tree), (Counts{{"large", 3}, {"medium", 3}, {"small", 2}}));
}

TEST(TokenTreeEviction, EvictingOrRemovingAnUnknownTenantDoesNothing) {
  TokenTree tree(WithPageSize(1));
  tree.InsertTokens({{1}}, "w");
  for (const std::string_view name : {"stranger", "", "empty"}) {
    EXPECT_EQ(tree.EvictTenant(name, 0), 0U);
    EXPECT_FALSE(tree.RemoveTenant(name));
    EXPECT_EQ(tree.TenantTokenSize(name), 0U);
  }
  EXPECT_EQ(CountsOf(tree), (Counts{{"w", 1}}));
}

TEST(TokenTreeEviction, ARemovedTenantIsGoneWithItsName) {
  TokenTree tree(WithPageSize(1));
  tree.InsertTokens({{1, 2}}, "a");
  tree.InsertTokens({{1, 3}}, "b");
  EXPECT_TRUE(tree.RemoveTenant("a"));
  EXPECT_FALSE(tree.RemoveTenant("a"));
  EXPECT_EQ(CountsOf(tree), (Counts{{"b", 2}}));
  EXPECT_EQ(ListingOf(tree), (Listing{{{1}, {"b"}}, {{1, 3}, {"b"}}}));
  EXPECT_EQ(tree.Stats().tenants, 1U);
  EXPECT_EQ(tree.Stats().evicted_tokens, 0U) << "removed is not evicted";
}

TEST(TokenTreeEviction, ARemovedNameStartsClean) {
  TokenTree tree(WithPolicy(EvictionPolicy::kLfu));
  for (int i = 0; i < 9; ++i) tree.InsertTokens({{1}}, "w");
  tree.InsertTokens({{1}}, "other");
  tree.RemoveTenant("w");
  tree.InsertTokens({{1}}, "w");
  tree.InsertTokens({{2}}, "w");
  tree.InsertTokens({{2}}, "w");
  EXPECT_EQ(tree.TenantTokenSize("w"), 2U);
  tree.EvictTenant("w", 1);
  EXPECT_EQ(ListingOf(tree), (Listing{{{1}, {"other"}}, {{2}, {"w"}}}));
}

TEST(TokenTreeEviction, ManyTenantsMayComeAndGo) {
  TokenTree tree(WithPageSize(1));
  for (int i = 0; i < 20000; ++i) {
    const std::string tenant = "worker-" + std::to_string(i);
    tree.InsertTokens({{1, 2}}, tenant);
    if (i >= 3) {
      EXPECT_TRUE(tree.RemoveTenant("worker-" + std::to_string(i - 3)));
    }
  }
  EXPECT_EQ(tree.Stats().tenants, 3U);
  EXPECT_EQ(HeldBy(tree, {1, 2}),
            (Counts{{"worker-19997", 2}, {"worker-19998", 2}, {"worker-19999", 2}}));
  EXPECT_EQ(tree.CheckInvariants(), "");
}

TEST(TokenTreeEviction, RecountHitsCountsAnEdgeAgainWheneverItAgreesAsAWhole) {
  TokenTreeOptions options = WithPageSize(1);
  options.recount_hits = true;
  TokenTree tree(options);
  tree.InsertTokens({{1, 2, 3, 4}}, "w");
  EXPECT_EQ(tree.TenantTokenSize("w"), 4U);
  tree.InsertTokens({{1, 2, 3, 4}}, "w");
  EXPECT_EQ(tree.TenantTokenSize("w"), 8U);
  tree.InsertTokens({{1, 2}}, "w");  // ends inside an edge that w owns
  EXPECT_EQ(tree.TenantTokenSize("w"), 8U);
  tree.InsertTokens({{1, 2, 9}}, "w");  // the whole edge of two, and a new token
  EXPECT_EQ(tree.TenantTokenSize("w"), 11U);
  tree.InsertTokens({{1, 2, 3}}, "v");  // two, and a half of an edge that v does not own
  EXPECT_EQ(tree.TenantTokenSize("v"), 3U);
}

TEST(TokenTreeEviction, RecountHitsEvictsByTheInflatedCount) {
  TokenTreeOptions options = WithPageSize(1);
  options.recount_hits = true;
  TokenTree tree(options);
  tree.InsertTokens({{1}}, "w");
  for (int i = 0; i < 10; ++i) tree.InsertTokens({{2}}, "w");
  EXPECT_EQ(tree.TenantTokenSize("w"), 11U);
  EXPECT_EQ(tree.EvictTenant("w", 10), 1U);
  EXPECT_EQ(ListingOf(tree), (Listing{{{2}, {"w"}}}));
  EXPECT_EQ(tree.EvictTenant("w", 5), 1U) << "it ends when there is no leaf left";
  EXPECT_EQ(tree.TenantTokenSize("w"), 9U);
  EXPECT_EQ(tree.EvictTenant("w", 0), 0U);
}

}  // namespace
}  // namespace pagedradix::test
