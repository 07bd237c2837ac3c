// TreeComparison: a TokenTree and a NaiveTokenTree that are told the same and must say the same.
//
// Every method here calls both trees and compares what they answer; CompareAll() compares all that
// can be seen of them. Differences are reported as non-fatal GoogleTest failures.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/token_tree.hpp"
#include "reference/naive_token_tree.hpp"

namespace pagedradix::test {

using reference::NaiveEntry;
using reference::NaiveFigures;
using reference::NaiveMatch;
using reference::NaiveTokenTree;
using reference::Tokens;

class TreeComparison {
 public:
  explicit TreeComparison(const TokenTreeOptions& options)
      : tree_(std::make_unique<TokenTree>(options)),
        naive_(options.page_size, options.policy, options.recount_hits) {}

  TokenTree& Tree() { return *tree_; }
  const NaiveTokenTree& Naive() const { return naive_; }

  void Insert(const Tokens& tokens, const std::string& tenant, std::int32_t priority) {
    tree_->InsertTokens(tokens, tenant, priority);
    naive_.InsertTokens(tokens, tenant, priority);
  }

  void Match(const Tokens& tokens) { Follow(tokens, tree_->MatchPrefixWithCounts(tokens)); }

  /// Also checks that the owner named is the one whose touch was the last at the deepest node.
  void MatchNamesLatestOwner(const Tokens& tokens) {
    const std::vector<std::string> latest = LatestOwners(tokens);
    const PrefixMatchResult result = tree_->MatchPrefixWithCounts(tokens);
    if (result.Matched()) {
      EXPECT_EQ(std::count(latest.begin(), latest.end(), result.tenant), 1)
          << result.tenant << " was not the last to touch the deepest node";
    }
    Follow(tokens, result);
  }

  void MatchLegacy(const Tokens& tokens) {
    const auto [matched, tenant] = tree_->PrefixMatchLegacy(tokens);
    PrefixMatchResult result;
    result.tenant = TenantName(tenant);
    result.matched_token_count = matched;
    result.input_token_count = tokens.size();
    Follow(tokens, result);
  }

  void MatchAndInsert(const Tokens& tokens, const std::string& tenant, std::int32_t priority) {
    Follow(tokens, tree_->MatchAndInsert(tokens, tenant, priority));
    naive_.InsertTokens(tokens, tenant, priority);
  }

  /// `select` is called where TokenTree calls its own, after the answer was compared.
  template <typename Select>
  void MatchAndInsertWith(const Tokens& tokens, Select select, std::int32_t priority) {
    int calls = 0;
    std::optional<std::string> selected;
    const auto checked = [&](const PrefixMatchResult& result) -> std::optional<std::string_view> {
      ++calls;
      Follow(tokens, result);
      selected = select();
      return selected ? std::optional<std::string_view>(*selected) : std::nullopt;
    };
    tree_->MatchAndInsertWith(tokens, checked, priority);
    EXPECT_EQ(calls, 1);
    if (selected) naive_.InsertTokens(tokens, *selected, priority);
  }

  void MatchTenants(const Tokens& tokens) {
    std::map<std::string, std::size_t> held;
    for (const TenantTokens& answer : tree_->MatchTenants(tokens)) {
      EXPECT_TRUE(held.emplace(answer.tenant, answer.token_count).second) << answer.tenant;
    }
    EXPECT_EQ(held, naive_.MatchTenants(tokens));
  }

  void MatchTenants(const Tokens& tokens, const std::vector<std::string>& candidates) {
    const std::vector<std::string_view> names(candidates.begin(), candidates.end());
    std::vector<std::size_t> held(names.size(), 99999);
    tree_->MatchTenants(tokens, names.data(), names.size(), held.data());
    const auto expected = naive_.MatchTenants(tokens);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto it = expected.find(candidates[i]);
      EXPECT_EQ(held[i], it == expected.end() ? 0 : it->second) << candidates[i];
    }
  }

  void MatchBatch(const std::vector<Tokens>& prompts) {
    const Batch batch(prompts);
    const auto results = tree_->MatchBatch(batch.tokens, batch.offsets.data(), prompts.size());
    ASSERT_EQ(results.size(), prompts.size());
    for (std::size_t i = 0; i < prompts.size(); ++i) Follow(prompts[i], results[i]);
  }

  void InsertBatch(const std::vector<Tokens>& prompts, const std::vector<std::string>& tenants,
                   std::int32_t priority) {
    const Batch batch(prompts);
    const std::vector<std::string_view> names(tenants.begin(), tenants.end());
    tree_->InsertBatch(batch.tokens, batch.offsets.data(), prompts.size(), names.data(), priority);
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      naive_.InsertTokens(prompts[i], tenants[i], priority);
    }
  }

  void Evict(const std::string& tenant, std::size_t max_tokens) {
    const std::uint64_t before = naive_.Figures().evicted_tokens;
    const std::size_t lost = tree_->EvictTenant(tenant, max_tokens);
    naive_.EvictTenant(tenant, max_tokens);
    EXPECT_EQ(lost, naive_.Figures().evicted_tokens - before);
  }

  void EvictBySize(std::size_t max_tokens) {
    const std::uint64_t before = naive_.Figures().evicted_tokens;
    const std::size_t lost = tree_->EvictTenantBySize(max_tokens);
    naive_.EvictTenantBySize(max_tokens);
    EXPECT_EQ(lost, naive_.Figures().evicted_tokens - before);
  }

  void Remove(const std::string& tenant) {
    EXPECT_EQ(tree_->RemoveTenant(tenant), naive_.RemoveTenant(tenant)) << tenant;
  }

  void Clear() {
    tree_->Clear();
    naive_.Clear();
    Rebase();
  }

  /// Goes on with the tree that comes back from bytes.
  void RoundTrip() {
    const std::string bytes = tree_->Serialize();
    auto copy = TokenTree::Deserialize(bytes);
    EXPECT_EQ(copy->PageSize(), tree_->PageSize());
    EXPECT_EQ(copy->Policy(), tree_->Policy());
    EXPECT_EQ(copy->RecountHits(), tree_->RecountHits());
    tree_ = std::move(copy);
    Rebase();
  }

  void CompareCounts() {
    std::vector<std::pair<std::string, std::size_t>> counts;
    for (const TenantTokens& answer : tree_->GetTenantTokenCounts()) {
      counts.emplace_back(answer.tenant, answer.token_count);
      EXPECT_EQ(tree_->TenantTokenSize(answer.tenant), answer.token_count) << answer.tenant;
    }
    const auto& expected = naive_.TokenCounts();
    EXPECT_EQ(counts, decltype(counts)(expected.begin(), expected.end()));
    EXPECT_EQ(tree_->TenantTokenSize("nobody"), 0U);
  }

  void CompareAll() {
    EXPECT_EQ(tree_->CheckInvariants(), "");
    CompareCounts();
    CompareEntries();
    CompareStats();
  }

 private:
  struct Batch {
    explicit Batch(const std::vector<Tokens>& prompts) : offsets(1, 0) {
      for (const Tokens& prompt : prompts) {
        tokens.insert(tokens.end(), prompt.begin(), prompt.end());
        offsets.push_back(tokens.size());
      }
    }
    Tokens tokens;
    std::vector<std::size_t> offsets;
  };

  /// One owner's times at one node, from both trees.
  struct Times {
    std::uint64_t naive;
    std::uint64_t recorded;
    bool operator<(const Times& other) const {
      return std::pair(naive, recorded) < std::pair(other.naive, other.recorded);
    }
  };

  /// Compares a match's answer, then lets the naive tree route to the same owner.
  void Follow(const Tokens& tokens, const PrefixMatchResult& result) {
    const NaiveMatch expected = naive_.Peek(tokens);
    EXPECT_EQ(result.input_token_count, tokens.size());
    EXPECT_EQ(result.matched_token_count, expected.matched);
    EXPECT_EQ(result.Matched(), expected.matched != 0);
    ++matches_;
    if (expected.matched == 0) {
      if (tokens.size() >= tree_->PageSize() || naive_.TokenCounts().empty()) {
        EXPECT_EQ(result.tenant, kEmptyTenant);
      } else {
        EXPECT_EQ(naive_.TokenCounts().count(result.tenant), 1U) << result.tenant;
      }
      naive_.MatchPrefix(tokens, std::nullopt);
      return;
    }
    ++hits_;
    matched_tokens_ += expected.matched;
    const bool owns = expected.owners.count(result.tenant) != 0;
    EXPECT_TRUE(owns) << result.tenant << " does not own the deepest matched node";
    naive_.MatchPrefix(tokens, owns ? result.tenant.str() : *expected.owners.begin());
  }

  std::vector<TreeEntry> TreeEntries() const {
    std::vector<TreeEntry> entries;
    EntryIterator iterator = tree_->IterEntries();
    TreeEntry entry;
    while (iterator.Next(entry)) entries.push_back(entry);
    EXPECT_FALSE(iterator.Next(entry)) << "the end is not the end";
    return entries;
  }

  static bool BeginsWith(const Tokens& tokens, const Tokens& prefix, std::size_t length) {
    return tokens.size() >= length && prefix.size() >= length &&
           std::equal(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(length),
                      prefix.begin());
  }

  /// The owners of the deepest matched node whose time recorded there is the highest.
  std::vector<std::string> LatestOwners(const Tokens& tokens) const {
    const std::size_t matched = naive_.Peek(tokens).matched;
    std::vector<std::string> latest;
    for (const TreeEntry& entry : TreeEntries()) {
      if (!BeginsWith(entry.prefix_tokens, tokens, matched)) continue;
      std::uint64_t highest = 0;
      for (const EntryOwner& owner : entry.owners) highest = std::max(highest, owner.last_access);
      for (const EntryOwner& owner : entry.owners) {
        if (owner.last_access == highest) latest.push_back(owner.tenant);
      }
      break;
    }
    return latest;
  }

  void CompareEntries() {
    const std::vector<TreeEntry> entries = TreeEntries();
    const std::vector<NaiveEntry> expected = naive_.Entries();
    ASSERT_EQ(entries.size(), expected.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      ASSERT_EQ(entries[i].prefix_tokens, expected[i].prefix) << "entry " << i;
      std::vector<std::string> owners;
      std::vector<std::string> expected_owners;
      for (const EntryOwner& owner : entries[i].owners) owners.push_back(owner.tenant);
      for (const auto& owner : expected[i].owners) expected_owners.push_back(owner.first);
      ASSERT_EQ(owners, expected_owners) << "entry " << i;
    }
    CompareTimes(entries, expected);
  }

  /// An owner's time at a node is the latest of what is recorded there and below; both clocks must
  /// then put all touches in the same order.
  static void CompareTimes(const std::vector<TreeEntry>& entries,
                           const std::vector<NaiveEntry>& expected) {
    std::vector<std::map<std::string, std::uint64_t>> latest(entries.size());
    std::vector<std::size_t> path;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Tokens& prefix = entries[i].prefix_tokens;
      while (!path.empty()) {
        const Tokens& above = entries[path.back()].prefix_tokens;
        if (BeginsWith(prefix, above, above.size())) break;
        path.pop_back();
      }
      path.push_back(i);
      for (const EntryOwner& owner : entries[i].owners) {
        for (const std::size_t at : path) {
          std::uint64_t& time = latest[at][owner.tenant];
          time = std::max(time, owner.last_access);
        }
      }
    }
    std::vector<Times> times;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      for (const auto& [tenant, time] : expected[i].owners) {
        times.push_back({time, latest[i][tenant]});
      }
    }
    std::sort(times.begin(), times.end());
    for (std::size_t i = 1; i < times.size(); ++i) {
      const bool same = times[i - 1].naive == times[i].naive;
      ASSERT_TRUE(same ? times[i - 1].recorded == times[i].recorded
                       : times[i - 1].recorded < times[i].recorded)
          << "touches are out of order";
    }
  }

  void CompareStats() {
    const TokenTreeStats stats = tree_->Stats();
    const NaiveFigures& figures = naive_.Figures();
    EXPECT_EQ(stats.nodes, naive_.NodeCount());
    EXPECT_EQ(stats.tokens, naive_.StoredTokens());
    EXPECT_EQ(stats.tenants, naive_.TokenCounts().size());
    EXPECT_EQ(stats.matches - base_.matches, matches_);
    EXPECT_EQ(stats.hits - base_.hits, hits_);
    EXPECT_EQ(stats.matched_tokens - base_.matched_tokens, matched_tokens_);
    EXPECT_EQ(stats.inserts - base_.inserts, figures.inserts - naive_base_.inserts);
    EXPECT_EQ(stats.splits - base_.splits, figures.splits - naive_base_.splits);
    EXPECT_EQ(stats.evicted_tokens - base_.evicted_tokens,
              figures.evicted_tokens - naive_base_.evicted_tokens);
    EXPECT_EQ(stats.evicted_nodes - base_.evicted_nodes,
              figures.evicted_nodes - naive_base_.evicted_nodes);
  }

  /// From here on the figures count from what the tree now says.
  void Rebase() {
    base_ = tree_->Stats();
    naive_base_ = naive_.Figures();
    matches_ = hits_ = matched_tokens_ = 0;
  }

  std::unique_ptr<TokenTree> tree_;
  NaiveTokenTree naive_;
  std::uint64_t matches_ = 0;
  std::uint64_t hits_ = 0;
  std::uint64_t matched_tokens_ = 0;
  TokenTreeStats base_;
  NaiveFigures naive_base_;
};

}  // namespace pagedradix::test
