// The writers' way: make a tenant an owner of a prompt (R6-R9, R12, R14).
//
// What the tenant holds already is only touched. Else an insert is a loop of: walk as far as nodes
// exist, take the memory, own the nodes on the path top-down, end it: add the leaf, split, or
// nothing. Whatever turns out to have changed under the lock sends it back to the start of the
// loop, from the deepest node that is still there.
//
// Thread safety: any number at the same time; the caller is pinned.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "pagedradix/detail/threads/sync_point.hpp"
#include "pagedradix/detail/token_tree/descent.hpp"
#include "pagedradix/detail/token_tree/insert_memory.hpp"
#include "pagedradix/detail/token_tree/ownership.hpp"
#include "pagedradix/detail/token_tree/slot_guard.hpp"
#include "pagedradix/detail/token_tree/tree_core.hpp"

namespace pagedradix::detail {

/// Room for one record in a tenant's index, given back if it was not used.
class IndexRoom {
 public:
  explicit IndexRoom(Tenant& tenant) noexcept : tenant_(tenant) {}
  ~IndexRoom() {
    if (held_) tenant_.index.Unreserve();
  }
  IndexRoom(const IndexRoom&) = delete;
  IndexRoom& operator=(const IndexRoom&) = delete;

  void Take() {
    tenant_.index.Reserve();
    held_ = true;
  }
  void SetUsed() noexcept { held_ = false; }

 private:
  Tenant& tenant_;
  bool held_ = false;
};

class Inserter {
 public:
  /// `tokens`: the prompt cut to pages, at least one.
  Inserter(Visit& visit, Tenant& tenant, TokenSpan tokens, std::int32_t priority,
           std::uint64_t tick)
      : visit_(visit),
        tenant_(tenant),
        tokens_(tokens),
        priority_(priority),
        tick_(tick),
        room_(tenant),
        leaf_(visit),
        split_(visit),
        spare_(visit) {}

  /// Inserts, beginning where a walk has ended. False if the tenant is being removed: nothing was
  /// inserted for it.
  bool Run(WalkEnd end) {
    if (EndsHeld(end)) {
      Renew(*end.full);
    } else if (!InsertNew(end)) {
      return false;
    }
    visit_.Count(Counter::kInserts);
    RaisePriorities();
    return true;
  }

 private:
  enum class Step { kDone, kAgain, kTenantGone };

  // False if the tenant is being removed.
  bool InsertNew(WalkEnd end) {
    try {
      room_.Take();
      for (;;) {
        Reach(SyncPoint::kInsertWalked);
        if (Prepare(end)) {
          const Step step = Change(end);
          if (step == Step::kDone) break;
          if (step == Step::kTenantGone) return false;
        }
        end = Walk<Owned::kOrNot>(visit_.hasher(), Standing(*end.full), tokens_);
      }
    } catch (...) {
      // Another writer made more memory necessary after this call had begun to own nodes, and there
      // was none: what it owns by now stays, as an insert of a shorter prompt.
      if (deepest_owned_ != nullptr) End(*deepest_owned_);
      throw;
    }
    return true;
  }

  // Whether all of the prompt is the tenant's already, as R14 wants it: then nothing is needed.
  bool EndsHeld(const WalkEnd& end) noexcept {
    if (end.partial != nullptr || end.depth < tokens_.size()) return false;
    return tenant_.known.load(std::memory_order_acquire) && IsBacked(*end.full, tenant_);
  }

  // The prompt ends at a node that the tenant owns.
  void Renew(Node& node) noexcept {
    Touch(visit_.policy(), node, tenant_, tick_);
    CountAgain(node.end_depth);
    last_ = &node;
  }

  // The node itself, or its deepest ancestor that is not dead (R6).
  static Node& Standing(Node& node) noexcept {
    Node* at = &node;
    while (at->IsDead()) at = at->Parent();
    return *at;
  }

  // Takes the memory for `end`, and lists the nodes that are to be owned. False: walk again.
  bool Prepare(const WalkEnd& end) {
    leaf_.Prepare(tokens_, end.depth);
    if (end.partial != nullptr) {
      if (!split_.Prepare(*end.partial, end.depth, leaf_)) return false;
    } else if (leaf_.get() != nullptr) {
      SlotGuard slot(*end.full, leaf_.hash());
      if (end.full->IsDead()) return false;
      MakeRoom(slot);
    }

    unowned_.clear();
    std::size_t blocks = 0;
    const std::uint64_t epoch = visit_.core().epochs.Current();
    for (Node* node = end.full; !Owns(*node, tenant_); node = node->Parent()) {
      unowned_.push_back(node);
      if (node->owners.FreePlace(epoch) == nullptr && ++blocks > spare_.size()) {
        spare_.Add(node->owners);
      }
    }
    return true;
  }

  void MakeRoom(SlotGuard& slot) {
    if (!slot.MakeRoom(visit_.heap(), visit_.limbo(), visit_.hasher())) return;
    visit_.NoteRetired();
    Reach(SyncPoint::kTableReplaced);
  }

  Step Change(const WalkEnd& end) {
    const Step owned = OwnPath();
    if (owned != Step::kDone) return owned;
    if (end.partial != nullptr) return Split(*end.full, *end.partial);
    if (leaf_.get() != nullptr) return AddLeaf(*end.full);
    if (!End(*end.full)) return Step::kAgain;
    Renew(*end.full);
    return Step::kDone;
  }

  // R7 for each node on the path that the tenant does not own, top-down.
  Step OwnPath() {
    while (!unowned_.empty()) {
      Node& node = *unowned_.back();
      Node& parent = *node.Parent();
      const SpinLockGuard guard(node.lock);
      if (node.IsDead() || node.Parent() != &parent) return Step::kAgain;
      if (node.owners.Find(tenant_.id) == nullptr) {
        OwnerPlace* place = node.owners.FreePlace(visit_.core().epochs.Current());
        if (place == nullptr) {
          OwnerBlock* const block = spare_.Take();
          if (block == nullptr) return Step::kAgain;
          node.owners.AppendLocked(block);
          place = &block->places()[0];
        }
        if (!Claim(parent, tenant_)) return ClaimFailed(parent);
        Reach(SyncPoint::kParentClaimed);
        const std::size_t length = node.Length();
        const OwnerWord word(tenant_.id, 0, false);
        // Sealed until all that a claim may rely on is true.
        FillPlace(*place, word.Sealed(), tick_, 0);
        node.owner_count.fetch_add(1, std::memory_order_seq_cst);
        tenant_.tokens.fetch_add(length, std::memory_order_relaxed);
        Reach(SyncPoint::kPlaceSealed);
        place->word.store(word.raw(), std::memory_order_seq_cst);
        newly_owned_ += length;
        deepest_owned_ = &node;
      }
      unowned_.pop_back();
    }
    return Step::kDone;
  }

  Step ClaimFailed(const Node& node) const noexcept {
    return node.IsRoot() ? Step::kTenantGone : Step::kAgain;
  }

  // R8.
  Step AddLeaf(Node& parent) {
    Node& leaf = *leaf_.get();
    {
      SlotGuard slot(parent, leaf_.hash());
      if (parent.IsDead()) return Step::kAgain;
      const Token* const page = leaf.LoadEdge()->head();
      const std::size_t page_bytes = visit_.page_size() * sizeof(Token);
      if (slot.Find([page, page_bytes](Node* child) {
            return std::memcmp(child->LoadEdge()->head(), page, page_bytes) == 0;
          }) != nullptr) {
        leaf_.Discard();
        return Step::kAgain;
      }
      MakeRoom(slot);
      if (!Claim(parent, tenant_)) return ClaimFailed(parent);
      leaf.parent.store(&parent, std::memory_order_relaxed);
      FinishLeaf(parent.priority.load(std::memory_order_relaxed));
      Reach(SyncPoint::kLeafClaimed);
      slot.Add(&leaf);
    }
    CountAgain(parent.end_depth);
    LeafAdded();
    return Step::kDone;
  }

  // R9.
  Step Split(Node& parent, Node& lower) {
    Node& upper = *split_.upper();
    {
      SlotGuard slot(parent, visit_.hasher()(split_.cut_edge()->head()));
      const SpinLockGuard guard(lower.lock);
      if (lower.IsDead() || lower.Parent() != &parent || lower.LoadEdge() != split_.cut_edge() ||
          lower.owner_count.load(std::memory_order_relaxed) + 1 >
              upper.owners.CapacityUnpublished()) {
        return Step::kAgain;
      }
      const bool owns_lower = lower.owners.Find(tenant_.id) != nullptr;
      if (!owns_lower && !Claim(parent, tenant_)) return ClaimFailed(parent);

      CopyOwners(lower, upper, owns_lower);
      upper.parent.store(&parent, std::memory_order_relaxed);
      const std::int32_t priority = lower.priority.load(std::memory_order_relaxed);
      upper.priority.store(priority, std::memory_order_relaxed);
      const std::size_t upper_length = upper.Length();
      if (!owns_lower) tenant_.tokens.fetch_add(upper_length, std::memory_order_relaxed);
      if (Node* const leaf = leaf_.get()) {
        leaf->parent.store(&upper, std::memory_order_relaxed);
        FinishLeaf(priority);
      }
      // The upper node's slots are closed until the lower one's edge begins where they say.
      const SpinLockGuard upper_guard(upper.lock);
      slot.Replace(&lower, &upper);
      Reach(SyncPoint::kUpperLinked);
      lower.parent.store(&upper, std::memory_order_seq_cst);
      lower.edge.store(split_.lower_edge(), std::memory_order_seq_cst);
    }
    split_.Release();
    visit_.NoteRetired();
    visit_.Count(Counter::kSplits);
    visit_.Count(Counter::kNodesAdded);
    CountAgain(parent.end_depth);
    if (leaf_.get() != nullptr) {
      LeafAdded();
    } else {
      End(upper);
      Touch(visit_.policy(), upper, tenant_, tick_);
      last_ = &upper;
    }
    return Step::kDone;
  }

  // The owners of the upper node: those of the lower, and the tenant. Their counts say how many of
  // the lower node and the leaf they own.
  void CopyOwners(Node& lower, Node& upper, bool owns_lower) {
    const std::uint32_t leaves = leaf_.get() != nullptr ? 1 : 0;
    std::uint32_t count = 0;
    lower.owners.ForEach([&](const OwnerPlace& place, OwnerWord word) {
      const TenantId id = word.tenant();
      FillPlace(upper.owners.PlaceUnpublished(count++),
                OwnerWord(id, 1 + (id == tenant_.id ? leaves : 0), false),
                place.last_access.load(std::memory_order_seq_cst), 0);
    });
    if (!owns_lower) {
      FillPlace(upper.owners.PlaceUnpublished(count++), OwnerWord(tenant_.id, leaves, false), tick_,
                0);
    }
    upper.owner_count.store(count, std::memory_order_seq_cst);
  }

  // Makes the leaf ready for publication; the tenant's count goes first (I8 is never undercut).
  void FinishLeaf(std::int32_t parent_priority) noexcept {
    Node& leaf = *leaf_.get();
    const bool counts_hits = visit_.policy() == EvictionPolicy::kLfu;
    leaf.creation = tick_;
    leaf.priority.store(std::min(priority_, parent_priority), std::memory_order_relaxed);
    FillPlace(leaf.owners.PlaceUnpublished(0), OwnerWord(tenant_.id, 0, false), tick_,
              counts_hits ? 1 : 0);
    leaf.owner_count.store(1, std::memory_order_seq_cst);
    tenant_.tokens.fetch_add(leaf_.length(), std::memory_order_relaxed);
  }

  void LeafAdded() noexcept {
    Node& leaf = *leaf_.get();
    leaf_.Release();
    visit_.Count(Counter::kNodesAdded);
    visit_.Count(Counter::kTokensAdded, leaf_.length());
    End(leaf);
    last_ = &leaf;
  }

  // R14. False if the tenant has lost the node.
  bool End(Node& node) noexcept {
    // From the next step on others can take away what this insert owns, and may ask for the name.
    tenant_.known.store(true, std::memory_order_release);
    Reach(SyncPoint::kInsertEnding);
    const Ending ending = EndInsertAt(node, tenant_);
    if (ending == Ending::kQueued) room_.SetUsed();
    return ending != Ending::kLost;
  }

  // The reference implementation counts all existing nodes at each insert; what this insert came to
  // own is in the tenant's tokens already.
  void CountAgain(std::size_t existing_tokens) noexcept {
    if (!visit_.core().options.recount_hits || existing_tokens <= newly_owned_) return;
    tenant_.recounted.fetch_add(existing_tokens - newly_owned_, std::memory_order_relaxed);
  }

  // R12.
  void RaisePriorities() noexcept {
    if (last_->priority.load(std::memory_order_relaxed) < priority_) RaisePath();
  }

  // Each node after its parent. The path is found upwards by parents, because a split may have
  // put nodes in between since; the ring remembers the end of the way up, which goes first.
  void RaisePath() noexcept {
    constexpr std::size_t kRing = 128;
    std::array<Node*, kRing> ring{};
    while (last_->priority.load(std::memory_order_relaxed) < priority_) {
      std::size_t count = 0;
      for (Node* node = last_; node->priority.load(std::memory_order_relaxed) < priority_;
           node = node->Parent()) {
        ring[count++ % kRing] = node;
      }
      for (std::size_t todo = std::min(count, kRing); todo != 0; --todo) {
        Node& node = *ring[--count % kRing];
        const SpinLockGuard guard(node.lock);
        if (node.IsDead()) return;  // and so is all below it
        const Node& parent = *node.Parent();
        if (parent.priority.load(std::memory_order_relaxed) < priority_) break;
        if (node.priority.load(std::memory_order_relaxed) < priority_) {
          node.priority.store(priority_, std::memory_order_relaxed);
        }
      }
    }
  }

  Visit& visit_;
  Tenant& tenant_;
  const TokenSpan tokens_;
  const std::int32_t priority_;
  const std::uint64_t tick_;
  IndexRoom room_;
  LeafMemory leaf_;
  SplitMemory split_;
  SpareBlocks spare_;
  std::vector<Node*> unowned_;  ///< nodes of the path that the tenant does not own, deepest first
  Node* deepest_owned_ = nullptr;
  Node* last_ = nullptr;
  std::size_t newly_owned_ = 0;
};

/// Inserts the prompt (cut to pages, at least one) for the tenant of that name, going on where a
/// walk has ended.
inline void InsertFrom(Visit& visit, WalkEnd end, TokenSpan tokens, std::string_view name,
                       std::int32_t priority) {
  Generation& generation = visit.generation();
  const std::uint64_t tick = generation.Tick();
  for (;;) {
    Tenant& tenant = generation.tenants.FindOrAdd(name);
    if (Inserter(visit, tenant, tokens, priority, tick).Run(end)) return;
    // R20: it was being removed; a new tenant has the name, or will have it.
  }
}

}  // namespace pagedradix::detail
