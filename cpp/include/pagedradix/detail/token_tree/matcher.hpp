// Matching a prompt: the walk, the owner that is routed to, the touch.
//
// Thread safety: lock-free (under MRU the touch takes the tenant's index lock); the caller is
// pinned.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pagedradix/detail/threads/sync_point.hpp"
#include "pagedradix/detail/token_tree/descent.hpp"
#include "pagedradix/detail/token_tree/ownership.hpp"
#include "pagedradix/detail/token_tree/tree_core.hpp"
#include "pagedradix/token_tree_types.hpp"

namespace pagedradix::detail {

/// The prompt without what is behind its last whole page.
inline TokenSpan CutToPages(TokenSpan tokens, std::size_t page_size) noexcept {
  return tokens.First(tokens.size() - tokens.size() % page_size);
}

/// The owner of the node with the latest touch recorded there; null if there is none.
inline Tenant* LatestOwner(const TenantTable& tenants, Node& node) noexcept {
  TenantId latest = kNobody;
  std::uint64_t latest_access = 0;
  node.owners.ForEach([&](const OwnerPlace& place, OwnerWord word) {
    std::uint64_t last_access = place.last_access.load(std::memory_order_seq_cst);
    if (last_access == kDeadMark) last_access = 0;  // on its way out
    if (latest == kNobody || last_access > latest_access) {
      latest = word.tenant();
      latest_access = last_access;
    }
  });
  return latest == kNobody ? nullptr : tenants.ById(latest);
}

/// A match, and where it ended, for an insert that goes on from there.
struct MatchEnd {
  WalkEnd end;
  PrefixMatchResult result;
};

/// Matches `tokens` and touches what matched. `on_full` as in Walk; `restart()` is called before
/// each walk.
template <typename Restart, typename OnFull>
MatchEnd Match(Visit& visit, TokenSpan tokens, Restart restart, OnFull on_full) {
  Generation& generation = visit.generation();
  const TokenSpan pages = CutToPages(tokens, visit.page_size());
  MatchEnd match;
  match.result.input_token_count = tokens.size();
  Tenant* tenant = nullptr;
  for (;;) {
    restart();
    match.end = Walk<Owned::kOnly>(visit.hasher(), generation.root, pages, on_full);
    if (match.end.depth == 0) break;
    Reach(SyncPoint::kMatchEnded);
    tenant = LatestOwner(generation.tenants, *match.end.Deepest());
    if (tenant != nullptr) break;  // R4: all owners left since the walk was there
  }
  if (pages.empty()) {
    generation.tenants.ForEachKnown([&tenant](Tenant& known) {
      tenant = &known;
      return false;
    });
  }
  if (tenant != nullptr) match.result.tenant = tenant->name;
  match.result.matched_token_count = match.end.depth;

  const std::uint64_t tick = generation.Tick();
  visit.Count(Counter::kMatches);
  if (match.end.depth != 0) {
    visit.Count(Counter::kHits);
    visit.Count(Counter::kMatchedTokens, match.end.depth);
    Touch(visit.policy(), *match.end.Deepest(), *tenant, tick);
  }
  return match;
}

inline MatchEnd Match(Visit& visit, TokenSpan tokens) {
  return Match(visit, tokens, [] {}, [](Node&) {});
}

}  // namespace pagedradix::detail
