// Taking away: owners, leaf first, and the nodes that nobody owns any more (R10, R11, R16-R20).
//
// Thread safety: the caller holds the maintenance lock shared (L6), so that the generation stays,
// and the tenant as a user of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>

#include "pagedradix/detail/threads/sync_point.hpp"
#include "pagedradix/detail/token_tree/node.hpp"
#include "pagedradix/detail/token_tree/ownership.hpp"
#include "pagedradix/detail/token_tree/retired_kinds.hpp"
#include "pagedradix/detail/token_tree/slot_guard.hpp"
#include "pagedradix/detail/token_tree/tree_core.hpp"

namespace pagedradix::detail {

/// Unlinks the node if it has neither owner nor child, and then its parent likewise (R11).
inline void UnlinkUpwards(Visit& visit, Node* node) noexcept {
  while (!node->IsRoot()) {
    // Who lowers it to 0 comes here too.
    if (node->owner_count.load(std::memory_order_seq_cst) != 0) return;
    Node* const parent = node->Parent();
    Edge* const edge = node->LoadEdge();
    Reach(SyncPoint::kUnowned);
    {
      SlotGuard slot(*parent, visit.hasher()(edge->head()));
      const SpinLockGuard guard(node->lock);
      if (node->IsDead()) return;
      if (node->Parent() != parent || node->LoadEdge() != edge) continue;
      if (node->owner_count.load(std::memory_order_seq_cst) != 0 || node->HasChildren()) return;
      const ChildWord children = node->Children();
      node->SetChildren(ChildWord::Dead());
      slot.Remove(node);
      RetireTables(visit.limbo(), children);
    }
    visit.Count(Counter::kEvictedNodes);
    visit.Count(Counter::kNodesRemoved);
    visit.Count(Counter::kTokensRemoved, node->end_depth - edge->start_depth);
    Reach(SyncPoint::kUnlinked);
    visit.generation().unlinked.fetch_add(1, std::memory_order_seq_cst);  // R21: before retiring
    visit.limbo().Retire(node, RetiredKind::kNode);
    visit.NoteRetired();
    node = parent;
  }
}

class Evictor {
 public:
  /// The caller is in `visit` and keeps `tenant` as a user.
  Evictor(Visit& visit, Tenant& tenant) noexcept : visit_(visit), tenant_(tenant) {}

  /// Removes leaves until the tenant is down to `max_tokens`, or to what it held above it when this
  /// began (R19). Returns the tokens lost. Needs L5.
  std::size_t EvictDownTo(std::size_t max_tokens) noexcept {
    const std::size_t counted = tenant_.Counted();
    if (counted <= max_tokens) return 0;
    const std::size_t target = counted - max_tokens;
    const std::uint64_t began = visit_.generation().clock.load(std::memory_order_seq_cst);
    std::size_t lost = 0;
    EvictionIndex::Record record;
    for (std::size_t steps = 1; lost < target && tenant_.index.Pop(record); ++steps) {
      if (steps % kStepsUnderOnePin == 0) {
        // The record is out of the index, but the node has an owner and stays.
        visit_.Refresh();
      }
      lost += Process(record, began);
    }
    return lost;
  }

 private:
  static constexpr std::size_t kStepsUnderOnePin = 64;

  // One popped record: back with a new key, dropped because the node is no leaf, or evicted.
  std::size_t Process(const EvictionIndex::Record& record, std::uint64_t began) noexcept {
    Node& node = *record.node;
    OwnerPlace& place = tenant_.index.PlaceOf(record);
    // R17: the key has grown since. A touch during this eviction does not save a leaf twice.
    if (record.key < KeyOf(visit_.policy(), node, place) &&
        LastAccessIn(visit_.policy(), record.key) <= began) {
      tenant_.index.PutBack(record);
      return 0;
    }
    Reach(SyncPoint::kRecordPopped);
    std::size_t length = 0;
    Node* parent = nullptr;
    bool unowned = false;
    {
      const SpinLockGuard guard(node.lock);
      if (!SealLeaf(place)) {
        tenant_.index.Unreserve();
        return 0;
      }
      length = node.Length();
      parent = node.Parent();
      unowned = RemoveSealed(node, place, *parent, length);
    }
    Reach(SyncPoint::kOwnerRemoved);
    if (!Release(*parent, tenant_)) tenant_.index.Unreserve();
    if (unowned) UnlinkUpwards(visit_, &node);
    return length;
  }

  // Seals the place of a leaf; clears `queued` of one that has children (R16).
  static bool SealLeaf(OwnerPlace& place) noexcept {
    OwnerWord word = place.Load();
    for (;;) {
      const bool leaf = word.count() == 0;
      if (place.Exchange(word, leaf ? word.Sealed() : word.WithQueued(false))) return leaf;
    }
  }

  // R10, without the claim's release. True if the node has no owner left.
  bool RemoveSealed(Node& node, OwnerPlace& place, Node& parent, std::size_t length) noexcept {
    const std::uint64_t last_access = place.last_access.exchange(kDeadMark);
    const bool counts_hits = visit_.policy() == EvictionPolicy::kLfu;
    const std::uint64_t hits = counts_hits ? place.hits.exchange(kDeadHits) : 0;
    if (!parent.IsRoot()) {
      OwnerPlace& above = *parent.owners.Find(tenant_.id);  // I4, and the claim keeps it
      RaiseUnlessDead(above.last_access, last_access);
      if (counts_hits) above.hits.fetch_add(hits, std::memory_order_seq_cst);
      if (visit_.policy() == EvictionPolicy::kMru) tenant_.index.Rekey(above);
    }
    const bool unowned = node.owner_count.fetch_sub(1, std::memory_order_seq_cst) == 1;
    Reach(SyncPoint::kOwnerCountLowered);
    const std::uint64_t epoch = visit_.core().epochs.Current();
    place.word.store(OwnerWord::Cleared(epoch).raw(), std::memory_order_seq_cst);
    tenant_.tokens.fetch_sub(length, std::memory_order_relaxed);
    visit_.NoteRetired();  // the place waits for the epoch to go on (R18)
    return unowned;
  }

  Visit& visit_;
  Tenant& tenant_;
};

/// A tenant that a long call keeps alive without a pin.
class TenantUse {
 public:
  explicit TenantUse(Tenant* tenant) noexcept : tenant_(tenant) {}
  ~TenantUse() {
    if (tenant_ != nullptr) TenantTable::DropUser(*tenant_);
  }
  TenantUse(const TenantUse&) = delete;
  TenantUse& operator=(const TenantUse&) = delete;
  Tenant* get() const noexcept { return tenant_; }

 private:
  Tenant* tenant_;
};

/// Evicts a tenant that the caller uses, down to `max_tokens`.
inline std::size_t EvictTenantDownTo(TreeCore& core, Tenant& tenant, std::size_t max_tokens) {
  const std::lock_guard<std::mutex> evict_guard(tenant.evict_mutex);  // L5
  Visit visit(core);
  const std::size_t lost = Evictor(visit, tenant).EvictDownTo(max_tokens);
  visit.Count(Counter::kEvictedTokens, lost);
  visit.Settle();
  return lost;
}

/// Removes all of a tenant that was unmapped and sealed, and ends it (R20).
inline void RemoveUnmapped(TreeCore& core, Tenant& tenant) {
  {
    const std::lock_guard<std::mutex> evict_guard(tenant.evict_mutex);  // L5
    Visit visit(core);
    for (;;) {
      Evictor(visit, tenant).EvictDownTo(0);
      if (tenant.root_word.load(std::memory_order_seq_cst) == Tenant::kRootSealed) break;
      // An insert that began before is still on its way; wait without a pin.
      visit.Leave();
      std::this_thread::yield();
      visit.Reenter();
    }
  }
  core.Current().tenants.Retire(tenant);
  Visit(core).Settle();
}

}  // namespace pagedradix::detail
