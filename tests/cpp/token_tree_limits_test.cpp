// TokenTree at its limits: long prompts, deep chains, wide nodes. Nothing may recurse with the
// data, cost a walk over the tree, or keep memory that nobody owns.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/token_tree.hpp"
#include "test_seed.hpp"
#include "tree_helpers.hpp"

namespace pagedradix::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kSlowdown = 10;
#else
constexpr std::size_t kSlowdown = 1;
#endif
constexpr std::size_t kMillion = std::size_t{1} << 20;
constexpr std::size_t kChain = 100000 / kSlowdown;
constexpr std::size_t kSiblings = 200000 / kSlowdown;

/// Tokens in which every prefix is easy to tell from every other.
Prompt RandomPrompt(std::size_t count, std::uint64_t seed) {
  TestRandom random(seed);
  Prompt prompt(count);
  for (Token& token : prompt) token = static_cast<Token>(random.Below(std::size_t{1} << 32));
  return prompt;
}

class HugePrompts : public ::testing::TestWithParam<std::size_t> {
 protected:
  std::size_t PageSize() const { return GetParam(); }
  std::size_t Align(std::size_t count) const { return count / PageSize() * PageSize(); }
  TokenTree tree_{WithPageSize(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(PageSizes, HugePrompts, ::testing::Values(1, 2, 16, 64, 100));

TEST_P(HugePrompts, AMillionTokensMatchToTheLastPage) {
  const Prompt prompt = RandomPrompt(kMillion, 1);
  tree_.InsertTokens(prompt, "w");
  EXPECT_EQ(tree_.MatchPrefixWithCounts(prompt).matched_token_count, Align(kMillion));
  EXPECT_EQ(tree_.TenantTokenSize("w"), Align(kMillion));
  EXPECT_EQ(tree_.Stats().nodes, 1U);
}

TEST_P(HugePrompts, ADifferenceAnywhereEndsTheMatchAtItsPage) {
  Prompt prompt = RandomPrompt(kMillion / 8, 2);
  tree_.InsertTokens(prompt, "w");
  TestRandom random(3);
  for (int i = 0; i < 300; ++i) {
    std::size_t at = random.Below(Align(prompt.size()));
    if (i % 3 == 0) at = at / 1024 * 1024 + random.Below(3) - 1 + (at < 1024 ? 1 : 0);
    if (at >= Align(prompt.size())) continue;
    const Token original = prompt[at];
    prompt[at] ^= 0x80000000U >> random.Below(32);
    EXPECT_EQ(tree_.MatchPrefixWithCounts(prompt).matched_token_count, Align(at)) << at;
    prompt[at] = original;
  }
}

TEST_P(HugePrompts, SplitsAnywhereKeepEveryPrefix) {
  const Prompt prompt = RandomPrompt(kMillion / 8, 4);
  tree_.InsertTokens(prompt, "w");
  TestRandom random(5);
  for (int i = 0; i < 200; ++i) {
    const std::size_t length = random.Below(prompt.size());
    tree_.InsertTokens(TokenSpan(prompt).First(length), "v");
    const std::size_t probe = random.Below(prompt.size());
    EXPECT_EQ(tree_.MatchPrefixWithCounts(TokenSpan(prompt).First(probe)).matched_token_count,
              Align(probe));
  }
  EXPECT_EQ(tree_.MatchPrefixWithCounts(prompt).matched_token_count, Align(prompt.size()));
  EXPECT_EQ(tree_.Stats().tokens, Align(prompt.size()));
  EXPECT_EQ(tree_.CheckInvariants(), "");
}

TEST_P(HugePrompts, EvictingASuffixFreesItsMemory) {
  const Prompt prompt = RandomPrompt(kMillion, 6);
  tree_.InsertTokens(prompt, "a");
  const std::size_t full = tree_.Stats().memory_bytes;
  EXPECT_GE(full, Align(kMillion) * sizeof(Token));
  tree_.InsertTokens(TokenSpan(prompt).First(PageSize()), "b");
  tree_.EvictTenant("a", 0);
  // Memory comes back some calls later, when no reader can see it any more.
  for (Token token = 0; token < 100; ++token) {
    tree_.InsertTokens(Prompt(PageSize(), token), "c");
    tree_.EvictTenant("c", 0);
  }
  EXPECT_EQ(tree_.TenantTokenSize("b"), PageSize());
  EXPECT_LT(tree_.Stats().memory_bytes, full / 8);
}

/// A chain of one-page nodes, from the end so that every insert cuts the first edge.
Prompt BuildChain(TokenTree& tree, const std::string& tenant) {
  Prompt prompt = Range(0, kChain);
  for (std::size_t length = kChain; length > 0; --length) {
    tree.InsertTokens(TokenSpan(prompt).First(length), tenant);
  }
  return prompt;
}

TEST(DeepTrees, AChainIsMatchedEvictedAndClearedWithoutRecursion) {
  TokenTree tree(WithPageSize(1));
  const Prompt prompt = BuildChain(tree, "w");
  EXPECT_EQ(tree.Stats().nodes, kChain);
  EXPECT_EQ(tree.MatchPrefixWithCounts(prompt).matched_token_count, kChain);
  EXPECT_EQ(tree.MatchAndInsert(prompt, "v").matched_token_count, kChain);
  const auto select = [](const PrefixMatchResult&) { return "u"; };
  EXPECT_EQ(tree.MatchAndInsertWith(prompt, select).matched_token_count, kChain);
  EXPECT_EQ(HeldBy(tree, prompt), (Counts{{"u", kChain}, {"v", kChain}, {"w", kChain}}));
  EXPECT_EQ(tree.CheckInvariants(), "");

  EXPECT_EQ(tree.EvictTenant("w", kChain / 2), kChain - kChain / 2);
  EXPECT_EQ(tree.EvictTenant("v", 0), kChain);
  EXPECT_TRUE(tree.RemoveTenant("u"));
  EXPECT_EQ(tree.Stats().nodes, kChain / 2);
  EXPECT_EQ(tree.MatchPrefixWithCounts(prompt).matched_token_count, kChain / 2);
  tree.Clear();
  EXPECT_EQ(tree.Stats().nodes, 0U);
  EXPECT_EQ(tree.CheckInvariants(), "");
}

TEST(DeepTrees, AChainIsDestroyedWithoutRecursion) {
  auto tree = std::make_unique<TokenTree>(WithPageSize(1));
  BuildChain(*tree, "w");
  tree.reset();
}

TEST(DeepTrees, AChainIsWalkedAndSavedWithoutRecursion) {
  TokenTree tree(WithPageSize(1));
  const Prompt prompt = BuildChain(tree, "w");
  EntryIterator iterator = tree.IterEntries();
  TreeEntry entry;
  for (std::size_t length = 1; length <= 2000; ++length) {
    ASSERT_TRUE(iterator.Next(entry));
    ASSERT_EQ(entry.prefix_tokens.size(), length);
  }
  const auto copy = TokenTree::Deserialize(tree.Serialize());
  EXPECT_EQ(copy->Stats().nodes, kChain);
  EXPECT_EQ(copy->MatchPrefixWithCounts(prompt).matched_token_count, kChain);
}

class WideTrees : public ::testing::TestWithParam<std::size_t> {};

// 0: the children hang from the root, 1: from a prompt that all share.
INSTANTIATE_TEST_SUITE_P(Shared, WideTrees, ::testing::Values(0, 1));

TEST_P(WideTrees, EveryChildIsFoundEvictedAndFoundAgain) {
  TokenTree tree(WithPageSize(1));
  const std::size_t shared = GetParam();
  Prompt prompt(shared + 1, 0xabcdefU);
  const auto child = [&](std::size_t i) -> const Prompt& {
    prompt.back() = static_cast<Token>(i * 2654435761U);
    return prompt;
  };
  for (std::size_t i = 0; i < kSiblings; ++i) tree.InsertTokens(child(i), i % 2 ? "odd" : "even");
  EXPECT_EQ(tree.Stats().nodes, kSiblings + shared);
  for (std::size_t i = 0; i < kSiblings; ++i) {
    ASSERT_EQ(tree.MatchPrefixWithCounts(child(i)).matched_token_count, shared + 1) << i;
    ASSERT_EQ(tree.MatchPrefixWithCounts(child(i + kSiblings)).matched_token_count, shared) << i;
  }
  EXPECT_EQ(tree.CheckInvariants(), "");

  tree.EvictTenant("even", 100 + shared);
  EXPECT_EQ(tree.TenantTokenSize("even"), 100U + shared);
  EXPECT_TRUE(tree.RemoveTenant("odd"));
  EXPECT_EQ(tree.Stats().nodes, 100U + shared);
  EXPECT_EQ(ListingOf(tree).size(), 100U + shared);
  for (std::size_t i = 0; i < kSiblings; ++i) {
    const bool stays = i % 2 == 0 && i >= kSiblings - 200;
    ASSERT_EQ(tree.MatchPrefixWithCounts(child(i)).matched_token_count, shared + (stays ? 1 : 0))
        << i;
  }
  for (std::size_t i = 0; i < kSiblings; ++i) tree.InsertTokens(child(i), "again");
  EXPECT_EQ(tree.TenantTokenSize("again"), kSiblings + shared);
  EXPECT_EQ(tree.CheckInvariants(), "");
}

TEST_P(WideTrees, ChildrenAreWalkedInOrder) {
  TokenTree tree(WithPageSize(1));
  const std::size_t shared = GetParam();
  Prompt prompt(shared + 1, 0xabcdefU);
  for (std::size_t i = 0; i < kSiblings; ++i) {
    prompt.back() = static_cast<Token>(i * 2654435761U);
    tree.InsertTokens(prompt, "w");
  }
  EntryIterator iterator = tree.IterEntries();
  TreeEntry entry;
  for (std::size_t i = 0; i < shared; ++i) ASSERT_TRUE(iterator.Next(entry));
  std::size_t seen = 0;
  Token last = 0;
  while (iterator.Next(entry)) {
    ASSERT_TRUE(seen == 0 || last < entry.prefix_tokens.back());
    last = entry.prefix_tokens.back();
    ++seen;
  }
  EXPECT_EQ(seen, kSiblings);
}

TEST(WideNodes, ANodeMayHaveManyOwners) {
  TokenTree tree(WithPageSize(1));
  constexpr std::size_t kOwners = 2000;
  for (std::size_t i = 0; i < kOwners; ++i) {
    tree.InsertTokens({{1, 2, static_cast<Token>(i)}}, "worker-" + std::to_string(i));
  }
  const Prompt prompt = {1, 2, 77};
  const Counts held = HeldBy(tree, prompt);
  EXPECT_EQ(held.size(), kOwners);
  EXPECT_EQ(held.at("worker-77"), 3U);
  EXPECT_EQ(held.at("worker-78"), 2U);
  EXPECT_EQ(tree.CheckInvariants(), "");
  for (std::size_t i = 0; i < kOwners; i += 2) {
    EXPECT_TRUE(tree.RemoveTenant("worker-" + std::to_string(i)));
  }
  EXPECT_EQ(HeldBy(tree, prompt).size(), kOwners / 2);
  EXPECT_EQ(tree.CheckInvariants(), "");
}

}  // namespace
}  // namespace pagedradix::test
