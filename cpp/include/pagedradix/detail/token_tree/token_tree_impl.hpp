// TokenTree's methods: the frame of each call, and the parts that do the work.
#pragma once

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pagedradix/detail/threads/sync_point.hpp"
#include "pagedradix/detail/token_tree/entry_iterator_impl.hpp"
#include "pagedradix/detail/token_tree/evictor.hpp"
#include "pagedradix/detail/token_tree/inserter.hpp"
#include "pagedradix/detail/token_tree/invariants.hpp"
#include "pagedradix/detail/token_tree/match_path.hpp"
#include "pagedradix/detail/token_tree/matcher.hpp"
#include "pagedradix/detail/token_tree/snapshot.hpp"
#include "pagedradix/detail/token_tree/tenant_match.hpp"
#include "pagedradix/detail/token_tree/tree_core.hpp"
#include "pagedradix/token_tree.hpp"

namespace pagedradix {

namespace detail {

inline TokenTreeOptions Checked(const TokenTreeOptions& options) {
  constexpr std::size_t kLargest = TokenTreeOptions::kMaxPageSize;
  if (options.page_size == 0 || options.page_size > kLargest) {
    throw InvalidArgumentError("page_size must be between 1 and " + std::to_string(kLargest) +
                               ", not " + std::to_string(options.page_size));
  }
  if (static_cast<std::size_t>(options.policy) >= kEvictionPolicyNames.size()) {
    throw InvalidArgumentError("policy is no EvictionPolicy: " +
                               std::to_string(static_cast<unsigned>(options.policy)));
  }
  return options;
}

inline void CheckTenantName(std::string_view tenant) {
  if (tenant.empty()) throw InvalidArgumentError("tenant must not be an empty string");
  if (tenant == kEmptyTenant) {
    throw InvalidArgumentError("tenant must not be \"empty\": a match without an owner says that");
  }
}

inline void CheckPrompt(std::size_t token_count) {
  if (token_count > std::numeric_limits<Depth>::max()) {
    throw InvalidArgumentError("a prompt holds at most 4294967295 tokens, not " +
                               std::to_string(token_count));
  }
}

inline void CheckBatch(TokenSpan tokens, const std::size_t* offsets, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (offsets[i] > offsets[i + 1] || offsets[i + 1] > tokens.size()) {
      throw InvalidArgumentError(
          "offsets must ascend and end within the " + std::to_string(tokens.size()) +
          " tokens: offsets[" + std::to_string(i) + "] = " + std::to_string(offsets[i]) +
          ", offsets[" + std::to_string(i + 1) + "] = " + std::to_string(offsets[i + 1]));
    }
    CheckPrompt(offsets[i + 1] - offsets[i]);
  }
}

/// By name; a name that a scan met twice (removed and inserted again meanwhile) stays once.
inline void SortUniqueByTenant(std::vector<TenantTokens>& list) {
  std::sort(list.begin(), list.end(), [](const TenantTokens& a, const TenantTokens& b) {
    return a.tenant != b.tenant ? a.tenant < b.tenant : a.token_count > b.token_count;
  });
  list.erase(std::unique(
                 list.begin(), list.end(),
                 [](const TenantTokens& a, const TenantTokens& b) { return a.tenant == b.tenant; }),
             list.end());
}

inline TokenSpan BatchPrompt(TokenSpan tokens, const std::size_t* offsets, std::size_t i) noexcept {
  return {tokens.data() + offsets[i], offsets[i + 1] - offsets[i]};
}

}  // namespace detail

inline TokenTree::TokenTree(const TokenTreeOptions& options)
    : core_(std::make_unique<detail::TreeCore>(detail::Checked(options))) {}

inline std::size_t TokenTree::PageSize() const noexcept { return core_->options.page_size; }
inline EvictionPolicy TokenTree::Policy() const noexcept { return core_->options.policy; }
inline bool TokenTree::RecountHits() const noexcept { return core_->options.recount_hits; }

inline void TokenTree::InsertTokens(TokenSpan tokens, std::string_view tenant,
                                    std::int32_t priority) {
  detail::CheckTenantName(tenant);
  detail::CheckPrompt(tokens.size());
  const TokenSpan pages = detail::CutToPages(tokens, core_->hasher.pages());
  if (pages.empty()) return;
  detail::Visit visit(*core_);
  const detail::WalkEnd end =
      detail::Walk<detail::Owned::kOrNot>(visit.hasher(), visit.generation().root, pages);
  detail::InsertFrom(visit, end, pages, tenant, priority);
}

inline PrefixMatchResult TokenTree::MatchPrefixWithCounts(TokenSpan tokens) {
  detail::CheckPrompt(tokens.size());
  detail::Visit visit(*core_);
  return detail::Match(visit, tokens).result;
}

inline PrefixMatchResult TokenTree::MatchAndInsert(TokenSpan tokens, std::string_view tenant,
                                                   std::int32_t priority) {
  detail::CheckTenantName(tenant);
  detail::CheckPrompt(tokens.size());
  const TokenSpan pages = detail::CutToPages(tokens, core_->hasher.pages());
  detail::Visit visit(*core_);
  detail::MatchEnd match = detail::Match(visit, tokens);
  if (!pages.empty()) detail::InsertFrom(visit, match.end, pages, tenant, priority);
  return std::move(match.result);
}

template <typename Select>
PrefixMatchResult TokenTree::MatchAndInsertWith(TokenSpan tokens, Select&& select,
                                                std::int32_t priority) {
  detail::CheckPrompt(tokens.size());
  const TokenSpan pages = detail::CutToPages(tokens, core_->hasher.pages());
  detail::Visit visit(*core_);
  detail::MatchPath path;
  detail::MatchEnd match = detail::Match(
      visit, tokens, [&] { path.Begin(visit.generation()); },
      [&path](detail::Node& node) { path.Add(node); });
  detail::Reach(detail::SyncPoint::kPathRecorded);
  visit.Leave();
  // Kept as it was returned: the name may belong to it.
  const auto chosen = std::forward<Select>(select)(std::as_const(match.result));
  const std::optional<std::string_view> tenant = chosen;
  if (!tenant.has_value()) return std::move(match.result);
  detail::CheckTenantName(*tenant);
  if (!pages.empty()) {
    detail::Reach(detail::SyncPoint::kSelected);
    visit.Reenter();
    detail::InsertFrom(visit, path.Resume(visit, pages, match.end), pages, *tenant, priority);
  }
  return std::move(match.result);
}

inline std::pair<std::size_t, std::string> TokenTree::PrefixMatchLegacy(TokenSpan tokens) {
  const PrefixMatchResult result = MatchPrefixWithCounts(tokens);
  return {result.matched_token_count, result.tenant.str()};
}

inline std::vector<TenantTokens> TokenTree::MatchTenants(TokenSpan tokens) const {
  detail::CheckPrompt(tokens.size());
  std::vector<TenantTokens> held;
  detail::Visit visit(*core_);
  const detail::TenantMatcher matcher(visit, detail::CutToPages(tokens, core_->hasher.pages()));
  matcher.ForEachOwner(visit.generation().tenants, [&](const detail::Tenant& tenant) {
    const std::size_t count = matcher.HeldBy(tenant);
    if (count != 0) held.push_back({tenant.name, count});
  });
  detail::SortUniqueByTenant(held);
  return held;
}

inline void TokenTree::MatchTenants(TokenSpan tokens, const std::string_view* candidates,
                                    std::size_t count, std::size_t* held) const {
  detail::CheckPrompt(tokens.size());
  detail::Visit visit(*core_);
  const detail::TenantMatcher matcher(visit, detail::CutToPages(tokens, core_->hasher.pages()));
  for (std::size_t i = 0; i < count; ++i) {
    const detail::Tenant* const tenant = visit.generation().tenants.Find(candidates[i]);
    held[i] = tenant == nullptr ? 0 : matcher.HeldBy(*tenant);
  }
}

inline std::vector<PrefixMatchResult> TokenTree::MatchBatch(TokenSpan tokens,
                                                            const std::size_t* offsets,
                                                            std::size_t count) {
  detail::CheckBatch(tokens, offsets, count);
  std::vector<PrefixMatchResult> results;
  results.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    results.push_back(MatchPrefixWithCounts(detail::BatchPrompt(tokens, offsets, i)));
  }
  return results;
}

inline void TokenTree::InsertBatch(TokenSpan tokens, const std::size_t* offsets, std::size_t count,
                                   const std::string_view* tenants, std::int32_t priority) {
  detail::CheckBatch(tokens, offsets, count);
  for (std::size_t i = 0; i < count; ++i) detail::CheckTenantName(tenants[i]);
  for (std::size_t i = 0; i < count; ++i) {
    InsertTokens(detail::BatchPrompt(tokens, offsets, i), tenants[i], priority);
  }
}

inline std::vector<TenantTokens> TokenTree::GetTenantTokenCounts() const {
  std::vector<TenantTokens> counts;
  {
    detail::Visit visit(*core_);
    visit.generation().tenants.ForEachKnown([&counts](const detail::Tenant& tenant) {
      counts.push_back({tenant.name, tenant.Counted()});
      return true;
    });
  }
  detail::SortUniqueByTenant(counts);
  return counts;
}

inline std::size_t TokenTree::TenantTokenSize(std::string_view tenant) const {
  detail::Visit visit(*core_);
  const detail::Tenant* const known = visit.generation().tenants.Find(tenant);
  return known == nullptr ? 0 : known->Counted();
}

inline std::size_t TokenTree::EvictTenant(std::string_view tenant, std::size_t max_tokens) {
  const std::shared_lock<detail::FairSharedMutex> guard(core_->maintenance);
  const detail::TenantUse use(core_->Current().tenants.FindAndUse(tenant));
  return use.get() == nullptr ? 0 : detail::EvictTenantDownTo(*core_, *use.get(), max_tokens);
}

inline std::size_t TokenTree::EvictTenantBySize(std::size_t max_tokens) {
  const std::shared_lock<detail::FairSharedMutex> guard(core_->maintenance);
  return core_->Current().tenants.ForEachUsed([this, max_tokens](detail::Tenant& tenant) {
    return detail::EvictTenantDownTo(*core_, tenant, max_tokens);
  });
}

inline bool TokenTree::RemoveTenant(std::string_view tenant) {
  const std::shared_lock<detail::FairSharedMutex> guard(core_->maintenance);
  detail::Tenant* const unmapped = core_->Current().tenants.Unmap(tenant);
  if (unmapped == nullptr) return false;
  detail::Reach(detail::SyncPoint::kTenantSealed);
  detail::RemoveUnmapped(*core_, *unmapped);
  return true;
}

inline EntryIterator TokenTree::IterEntries() const { return EntryIterator(*core_); }

inline void TokenTree::Clear() { core_->Clear(); }

inline void TokenTree::Reserve(std::size_t tokens) {
  // Headers and the last block of a prompt come on top of the tokens.
  constexpr std::size_t kMaxTokens = std::numeric_limits<std::size_t>::max() / 8;
  if (tokens > kMaxTokens) {
    throw InvalidArgumentError("cannot reserve memory for " + std::to_string(tokens) + " tokens");
  }
  std::size_t in_use = 0;
  {
    const detail::Visit visit(*core_);
    in_use = visit.heap().BytesInUse();
  }
  core_->pool.Reserve(in_use + tokens * sizeof(Token) + tokens / 8);
}

inline TokenTreeStats TokenTree::Stats() const {
  detail::Visit visit(*core_);
  const detail::Generation& generation = visit.generation();
  const detail::Counters& counters = generation.counters;
  using detail::Counter;
  TokenTreeStats stats;
  stats.nodes = counters.Balance(Counter::kNodesAdded, Counter::kNodesRemoved);
  stats.tokens = counters.Balance(Counter::kTokensAdded, Counter::kTokensRemoved);
  generation.tenants.ForEachKnown([&stats](const detail::Tenant&) {
    ++stats.tenants;
    return true;
  });
  stats.memory_bytes = sizeof(detail::TreeCore) + generation.heap.BytesInUse();
  stats.reserved_bytes = sizeof(detail::TreeCore) + core_->pool.BytesHeld();
  stats.limbo_objects = generation.limbo.size();
  stats.matches = counters.Sum(Counter::kMatches);
  stats.hits = counters.Sum(Counter::kHits);
  stats.matched_tokens = counters.Sum(Counter::kMatchedTokens);
  stats.inserts = counters.Sum(Counter::kInserts);
  stats.splits = counters.Sum(Counter::kSplits);
  stats.evicted_tokens = counters.Sum(Counter::kEvictedTokens);
  stats.evicted_nodes = counters.Sum(Counter::kEvictedNodes);
  return stats;
}

inline std::string TokenTree::Serialize() const {
  detail::Visit visit(*core_);
  return detail::WriteSnapshot(visit);
}

inline std::unique_ptr<TokenTree> TokenTree::Deserialize(std::string_view bytes) {
  detail::SnapshotReader reader(bytes);
  auto tree = std::make_unique<TokenTree>(reader.ReadOptions());
  detail::Visit visit(*tree->core_);
  reader.ReadInto(visit);
  return tree;
}

inline std::string TokenTree::CheckInvariants() const {
  detail::Visit visit(*core_);
  return detail::FindViolation(visit);
}

}  // namespace pagedradix
