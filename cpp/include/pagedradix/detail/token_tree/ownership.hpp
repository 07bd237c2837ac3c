// Claims, touches and queueing: what is done to owner places without the node's lock.
#pragma once

#include <cstdint>

#include "pagedradix/detail/threads/sync_point.hpp"
#include "pagedradix/detail/token_tree/node.hpp"
#include "pagedradix/detail/token_tree/tenant.hpp"
#include "pagedradix/detail/token_tree/tree_core.hpp"

namespace pagedradix::detail {

/// Raises `value` to at least `floor`; false if it is the DEAD mark.
inline bool RaiseUnlessDead(std::atomic<std::uint64_t>& value, std::uint64_t floor) noexcept {
  std::uint64_t now = value.load(std::memory_order_seq_cst);
  while (now < floor) {
    if (value.compare_exchange_weak(now, floor, std::memory_order_seq_cst)) return true;
  }
  return now != kDeadMark;
}

/// Whether `tenant` owns the node now. Everybody owns the root.
inline bool Owns(Node& node, const Tenant& tenant) noexcept {
  return node.IsRoot() || node.owners.Find(tenant.id) != nullptr;
}

/// Claims the node's place for one more owned child. False if the tenant does not own the node: it
/// was evicted there, or, at the root, it is being removed (R20).
inline bool Claim(Node& node, Tenant& tenant) noexcept {
  if (node.IsRoot()) {
    std::uint64_t word = tenant.root_word.load(std::memory_order_seq_cst);
    while ((word & Tenant::kRootSealed) == 0) {
      if (tenant.root_word.compare_exchange_weak(word, word + 1, std::memory_order_seq_cst)) {
        return true;
      }
    }
    return false;
  }
  OwnerPlace* const place = node.owners.Find(tenant.id);
  if (place == nullptr) return false;
  OwnerWord word = place->Load();
  while (word.tenant() == tenant.id && !word.sealed()) {
    if (place->Exchange(word, word.WithCount(word.count() + 1))) return true;
  }
  return false;
}

/// Releases a claim (R13). True if that queued the place, with the room that the caller has set
/// aside in the tenant's index.
inline bool Release(Node& node, Tenant& tenant) noexcept {
  if (node.IsRoot()) {
    tenant.root_word.fetch_sub(1, std::memory_order_seq_cst);
    return false;
  }
  OwnerPlace& place = *node.owners.Find(tenant.id);  // the claim keeps it
  OwnerWord word = place.Load();
  for (;;) {
    const OwnerWord lower = word.WithCount(word.count() - 1);
    if (lower.count() == 0 && !word.queued()) {
      if (tenant.index.Queue(node, place, word, lower.WithQueued(true))) return true;
      word = place.Load();
    } else if (place.Exchange(word, lower)) {
      return false;
    }
  }
}

/// Whether the tenant owns the node as R14 wants it.
inline bool IsBacked(Node& node, const Tenant& tenant) noexcept {
  return node.owners.FindIf([&tenant](const OwnerPlace& place) {
    return place.Load().IsBacked(tenant.id);
  }) != nullptr;
}

/// How R14 found the last node of an insert.
enum class Ending { kLost, kBacked, kQueued };

/// Makes sure that the tenant's place on the node is queued or has children (R14). kQueued used the
/// room that the caller has set aside; kLost: the tenant does not own the node any more.
inline Ending EndInsertAt(Node& node, Tenant& tenant) noexcept {
  OwnerPlace* const place = node.owners.Find(tenant.id);
  if (place == nullptr) return Ending::kLost;
  for (;;) {
    const OwnerWord word = place->Load();
    if (word.IsBacked(tenant.id)) return Ending::kBacked;
    if (word.tenant() != tenant.id || word.sealed()) return Ending::kLost;
    if (tenant.index.Queue(node, *place, word, word.WithQueued(true))) return Ending::kQueued;
  }
}

/// Records a touch in a place of the tenant's. False if the tenant is on its way out there.
inline bool TouchPlace(EvictionPolicy policy, OwnerPlace& place, Tenant& tenant,
                       std::uint64_t tick) noexcept {
  if (!RaiseUnlessDead(place.last_access, tick)) return false;
  if (policy == EvictionPolicy::kLfu &&
      (place.hits.fetch_add(1, std::memory_order_seq_cst) & kDeadHits) != 0) {
    return false;
  }
  if (policy == EvictionPolicy::kMru) tenant.index.Rekey(place);
  return true;
}

/// Records a touch of the tenant at the node, or above it where the tenant is on its way out (R15).
inline void Touch(EvictionPolicy policy, Node& node, Tenant& tenant, std::uint64_t tick) noexcept {
  for (Node* at = &node; !at->IsRoot(); at = at->Parent()) {
    OwnerPlace* const place = at->owners.Find(tenant.id);
    if (place == nullptr) continue;
    Reach(SyncPoint::kPlaceFound);
    if (TouchPlace(policy, *place, tenant, tick)) return;
  }
}

/// Touch, for who has found the tenant's place on the node under the same pin (R18).
inline void TouchAt(EvictionPolicy policy, Node& node, OwnerPlace& place, Tenant& tenant,
                    std::uint64_t tick) noexcept {
  Reach(SyncPoint::kPlaceFound);
  if (!TouchPlace(policy, place, tenant, tick)) Touch(policy, *node.Parent(), tenant, tick);
}

}  // namespace pagedradix::detail
