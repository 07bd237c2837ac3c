// Matching a prompt: the walk, the owner that is routed to, the touch.
//
// Thread safety: lock-free (under MRU the touch takes the tenant's index lock); the caller is
// pinned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "pagedradix/detail/threads/sync_point.hpp"
#include "pagedradix/detail/token_tree/descent.hpp"
#include "pagedradix/detail/token_tree/ownership.hpp"
#include "pagedradix/detail/token_tree/tree_core.hpp"
#include "pagedradix/token_tree_types.hpp"

namespace pagedradix::detail {

/// The prompt without what is behind its last whole page.
inline TokenSpan CutToPages(TokenSpan tokens, const PageGeometry& pages) noexcept {
  return tokens.First(pages.CutToPages(tokens.size()));
}

/// An owner of a node, and the place through which it owns it.
struct NodeOwner {
  Tenant* tenant = nullptr;
  OwnerPlace* place = nullptr;
};

/// The owner of the node with the latest touch recorded there; no tenant if there is none.
inline NodeOwner LatestOwner(const TenantTable& tenants, Node& node) noexcept {
  TenantId latest = kNobody;
  std::uint64_t latest_access = 0;
  NodeOwner owner;
  node.owners.ForEach([&](OwnerPlace& place, OwnerWord word) {
    std::uint64_t last_access = place.last_access.load(std::memory_order_seq_cst);
    if (last_access == kDeadMark) last_access = 0;  // on its way out
    if (latest == kNobody || last_access > latest_access) {
      latest = word.tenant();
      latest_access = last_access;
      owner.place = &place;
    }
  });
  if (latest != kNobody) owner.tenant = tenants.ById(latest);
  return owner;
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
  const TokenSpan pages = CutToPages(tokens, visit.pages());
  WalkEnd end;
  NodeOwner owner;
  for (;;) {
    restart();
    end = Walk<Owned::kOnly>(visit.hasher(), generation.root, pages, on_full);
    if (end.depth == 0) break;
    Reach(SyncPoint::kMatchEnded);
    owner = LatestOwner(generation.tenants, *end.Deepest());
    if (owner.tenant != nullptr) break;  // R4: all owners left since the walk was there
  }
  if (pages.empty()) {
    generation.tenants.ForEachKnown([&owner](Tenant& known) {
      owner.tenant = &known;
      return false;
    });
  }

  const std::uint64_t tick = generation.Tick();
  visit.Count(Counter::kMatches);
  if (end.depth != 0) {
    visit.Count(Counter::kHits);
    visit.Count(Counter::kMatchedTokens, end.depth);
    TouchAt(visit.policy(), *end.Deepest(), *owner.place, *owner.tenant, tick);
  }
  const std::string_view name =
      owner.tenant != nullptr ? std::string_view(owner.tenant->name) : kEmptyTenant;
  return {end, {TenantName(name), end.depth, tokens.size()}};
}

inline MatchEnd Match(Visit& visit, TokenSpan tokens) {
  return Match(visit, tokens, [] {}, [](Node&) {});
}

}  // namespace pagedradix::detail
