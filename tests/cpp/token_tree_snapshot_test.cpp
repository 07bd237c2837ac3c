// A tree as bytes: all of it comes back, and bytes that are not a tree are refused.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/token_tree.hpp"
#include "test_seed.hpp"
#include "tree_helpers.hpp"

namespace pagedradix::test {
namespace {

std::unique_ptr<TokenTree> Reloaded(const TokenTree& tree) {
  return TokenTree::Deserialize(tree.Serialize());
}

/// A tree with splits, shared nodes, priorities and a tenant that lost everything.
std::unique_ptr<TokenTree> SmallTree(EvictionPolicy policy = EvictionPolicy::kLru) {
  auto tree = std::make_unique<TokenTree>(WithPolicy(policy, 2));
  tree->InsertTokens(Pages(2, {8}), "lost");
  tree->EvictTenant("lost", 0);
  tree->InsertTokens(Pages(2, {1, 2, 3}), "a", 5);
  tree->InsertTokens(Pages(2, {1, 2, 4}), "b", -5);
  tree->InsertTokens(Pages(2, {0, 0xffffffffU}), "a");
  tree->InsertTokens(Pages(2, {9}), "a", 7);
  tree->MatchPrefixWithCounts(Pages(2, {1, 2, 3}));
  tree->MatchPrefixWithCounts(Pages(2, {0}));
  tree->MatchPrefixWithCounts(Pages(2, {0}));
  return tree;
}

TEST(TokenTreeSnapshot, AnEmptyTreeComesBackWithItsOptions) {
  TokenTreeOptions options;
  options.page_size = 100;
  options.policy = EvictionPolicy::kPriority;
  options.recount_hits = true;
  const auto copy = Reloaded(TokenTree(options));
  EXPECT_EQ(copy->PageSize(), 100U);
  EXPECT_EQ(copy->Policy(), EvictionPolicy::kPriority);
  EXPECT_TRUE(copy->RecountHits());
  EXPECT_EQ(copy->Stats().nodes, 0U);
}

TEST(TokenTreeSnapshot, NodesOwnersTimesAndCountsComeBack) {
  const auto tree = SmallTree();
  const auto copy = Reloaded(*tree);
  EXPECT_EQ(ListingOf(*copy), ListingOf(*tree));
  EXPECT_EQ(CountsOf(*copy), CountsOf(*tree));
  EXPECT_EQ(copy->TenantTokenSize("lost"), 0U);
  EXPECT_EQ(copy->Stats().tenants, 3U);
  EXPECT_EQ(copy->Stats().tokens, tree->Stats().tokens);
  EXPECT_EQ(copy->CheckInvariants(), "");
  EntryIterator originals = tree->IterEntries();
  EntryIterator copies = copy->IterEntries();
  TreeEntry original;
  TreeEntry copied;
  while (originals.Next(original)) {
    ASSERT_TRUE(copies.Next(copied));
    for (std::size_t i = 0; i < original.owners.size(); ++i) {
      EXPECT_EQ(copied.owners[i].last_access, original.owners[i].last_access);
    }
  }
}

TEST(TokenTreeSnapshot, SavingChangesNothing) {
  const auto tree = SmallTree();
  const std::string first = tree->Serialize();
  EXPECT_EQ(tree->Serialize(), first);
  EXPECT_EQ(TokenTree::Deserialize(first)->Serialize(), first);
}

TEST(TokenTreeSnapshot, TheOrderOfEvictionComesBack) {
  for (int i = 0; i < 6; ++i) {
    const auto policy = static_cast<EvictionPolicy>(i);
    SCOPED_TRACE(EvictionPolicyName(policy));
    const auto tree = SmallTree(policy);
    const auto copy = Reloaded(*tree);
    for (std::size_t budget = tree->TenantTokenSize("a"); budget > 0; budget -= 2) {
      tree->EvictTenant("a", budget - 2);
      copy->EvictTenant("a", budget - 2);
      ASSERT_EQ(ListingOf(*copy), ListingOf(*tree)) << budget;
    }
  }
}

TEST(TokenTreeSnapshot, RecountedCountsComeBack) {
  TokenTreeOptions options = WithPageSize(1);
  options.recount_hits = true;
  TokenTree tree(options);
  for (int i = 0; i < 5; ++i) tree.InsertTokens({{1, 2}}, "w");
  EXPECT_EQ(Reloaded(tree)->TenantTokenSize("w"), 10U);
}

TEST(TokenTreeSnapshot, ACopyLivesOnItsOwn) {
  auto tree = SmallTree();
  const auto copy = Reloaded(*tree);
  const Listing before = ListingOf(*copy);
  tree->Clear();
  tree.reset();
  EXPECT_EQ(ListingOf(*copy), before);
  copy->InsertTokens(Pages(2, {1, 2, 3, 4}), "c");
  EXPECT_EQ(copy->TenantTokenSize("c"), 8U);
  copy->EvictTenantBySize(0);
  EXPECT_EQ(copy->Stats().nodes, 0U);
  EXPECT_EQ(copy->CheckInvariants(), "");
}

TEST(TokenTreeSnapshot, BytesCutShortAreRefused) {
  const std::string bytes = SmallTree()->Serialize();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_THROW(TokenTree::Deserialize(std::string_view(bytes).substr(0, length)), SnapshotError)
        << length;
  }
}

TEST(TokenTreeSnapshot, BytesThatGoOnAreRefused) {
  const std::string bytes = SmallTree()->Serialize();
  EXPECT_THROW(TokenTree::Deserialize(bytes + '\0'), SnapshotError);
  EXPECT_THROW(TokenTree::Deserialize(bytes + bytes), SnapshotError);
}

TEST(TokenTreeSnapshot, AnErrorSaysWhereItIs) {
  const std::string bytes = SmallTree()->Serialize();
  try {
    TokenTree::Deserialize(bytes.substr(0, bytes.size() - 1));
    FAIL() << "accepted";
  } catch (const SnapshotError& error) {
    EXPECT_NE(std::string_view(error.what()).find_first_of("0123456789"), std::string_view::npos)
        << error.what();
  }
}

/// Refused as no snapshot, or a tree that holds together and can be used.
void ExpectRefusedOrSound(const std::string& bytes) {
  try {
    const auto tree = TokenTree::Deserialize(bytes);
    EXPECT_EQ(tree->CheckInvariants(), "");
    if (tree->PageSize() <= 64) {
      tree->InsertTokens(Pages(tree->PageSize(), {1, 2, 3}), "w");
    }
    ListingOf(*tree);
    tree->EvictTenantBySize(0);
    EXPECT_EQ(tree->CheckInvariants(), "");
  } catch (const SnapshotError&) {
    SUCCEED();
  }
}

TEST(TokenTreeSnapshot, NoChangedByteMakesABrokenTree) {
  const std::string bytes = SmallTree(EvictionPolicy::kPriority)->Serialize();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const unsigned change : {0x01U, 0x02U, 0x80U, 0xffU}) {
      SCOPED_TRACE("byte " + std::to_string(at) + " ^ " + std::to_string(change));
      std::string changed = bytes;
      changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ change);
      ExpectRefusedOrSound(changed);
      if (HasFatalFailure() || HasNonfatalFailure()) return;
    }
  }
}

TEST(TokenTreeSnapshot, NoRandomDamageMakesABrokenTree) {
  const std::uint64_t seed = FirstSeed();
  TestRandom random(seed);
  const std::string bytes = SmallTree(EvictionPolicy::kLfu)->Serialize();
  for (std::size_t round = 0; round < ScaledCount(5000); ++round) {
    SCOPED_TRACE("PAGEDRADIX_TEST_SEED=" + std::to_string(seed));
    std::string changed = bytes;
    for (std::size_t changes = random.Between(1, 8); changes > 0; --changes) {
      const std::size_t at = random.Below(changed.size());
      switch (random.Below(4)) {
        case 0:
          changed.erase(at, random.Between(1, 8));
          break;
        case 1:
          changed.insert(at, random.Between(1, 8), static_cast<char>(random.Below(256)));
          break;
        case 2:
          changed.replace(at, 1, 1, static_cast<char>(random.Below(256)));
          break;
        default:
          changed.replace(at, 8, changed.substr(random.Below(changed.size()), 8));
      }
      if (changed.empty()) changed = "x";
    }
    ExpectRefusedOrSound(changed);
    if (HasNonfatalFailure()) return;
  }
}

TEST(TokenTreeSnapshot, ATreeOfHugePagesIsSavedInItsOwnSize) {
  const TokenTree tree(WithPageSize(std::size_t{1} << 31));
  const std::string bytes = tree.Serialize();
  EXPECT_LT(bytes.size(), 100U);
  EXPECT_EQ(TokenTree::Deserialize(bytes)->PageSize(), tree.PageSize());
}

TEST(TokenTreeSnapshot, NoiseIsRefused) {
  EXPECT_THROW(TokenTree::Deserialize({}), SnapshotError);
  EXPECT_THROW(TokenTree::Deserialize("not a tree at all, whatever it may look like"),
               SnapshotError);
  EXPECT_THROW(TokenTree::Deserialize(std::string(4096, '\0')), SnapshotError);
  EXPECT_THROW(TokenTree::Deserialize(std::string(4096, '\xff')), SnapshotError);
}

}  // namespace
}  // namespace pagedradix::test
