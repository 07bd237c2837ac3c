// Changing a node's children: the slot lock and what may be done under it (L1, L2).
#pragma once

#include <cstdint>

#include "pagedradix/detail/shared/page_hash.hpp"
#include "pagedradix/detail/threads/limbo.hpp"
#include "pagedradix/detail/token_tree/node.hpp"
#include "pagedradix/detail/token_tree/retired_kinds.hpp"

namespace pagedradix::detail {

/// Holds the lock of the slot in which `parent` keeps the children of one hash: the parent's own
/// lock, or one shard's once its table is wide.
class SlotGuard {
 public:
  /// Children beyond which a table turns wide.
  static constexpr std::uint32_t kWideChildren = 512;

  // Which lock it is depends on data, which the analysis cannot follow.
  SlotGuard(Node& parent, std::uint64_t hash) noexcept PAGEDRADIX_NO_THREAD_SAFETY_ANALYSIS
      : parent_(parent),
        hash_(hash) {
    for (;;) {
      const ChildWord before = parent.Children();
      SpinLock& lock = LockFor(before);
      lock.Lock();
      lock_ = &lock;
      // Another thread may have made the table wide while this one waited.
      if (&LockFor(parent.Children()) == lock_) return;
      lock.Unlock();
    }
  }
  ~SlotGuard() PAGEDRADIX_NO_THREAD_SAFETY_ANALYSIS {
    if (lock_ != nullptr) lock_->Unlock();
  }
  SlotGuard(const SlotGuard&) = delete;
  SlotGuard& operator=(const SlotGuard&) = delete;

  /// The child that `accept` takes, among those of the hash; null if none.
  template <typename Accept>
  Node* Find(Accept accept) {
    const ChildWord word = parent_.Children();
    if (word.none()) return nullptr;
    if (word.kind() == ChildWord::kChild) return accept(word.child()) ? word.child() : nullptr;
    Node* found = nullptr;
    word.TableOf(hash_)->FindHash(hash_, [&](Node* node) {
      if (!accept(node)) return false;
      found = node;
      return true;
    });
    return found;
  }

  /// Makes room for one more child. True if a table was replaced and retired. If it throws, the
  /// children are as they were, perhaps in another kind of table.
  bool MakeRoom(SlabHeap& heap, Limbo& limbo, const PageHasher& hasher) {
    const ChildWord word = parent_.Children();
    if (word.none()) return false;
    if (word.kind() == ChildWord::kWide) {
      WideTable::Shard& shard = word.wide()->ShardOf(hash_);
      ChildTable* const full = shard.table.load(std::memory_order_relaxed);
      if (full->HasRoom()) return false;
      shard.table.store(full->GrownLocked(heap), std::memory_order_seq_cst);
      limbo.Retire(full, RetiredKind::kChildTable);
      return true;
    }
    if (word.kind() == ChildWord::kChild) {
      Node* const only = word.child();
      ChildTable* const table = ChildTable::New(heap, 2);
      table->AddLocked(hasher(only->LoadEdge()->head()), only);
      parent_.SetChildren(ChildWord::Of(table));
      return false;
    }
    ChildTable* const full = word.table();
    if (full->HasRoom()) return false;
    if (full->live.load(std::memory_order_relaxed) < kWideChildren) {
      parent_.SetChildren(ChildWord::Of(full->GrownLocked(heap)));
      limbo.Retire(full, RetiredKind::kChildTable);
    } else {
      TurnWide(heap, limbo, full);
      MakeRoom(heap, limbo, hasher);
    }
    return true;
  }

  /// Adds a child of the hash. After MakeRoom, nothing can fail.
  void Add(Node* child) noexcept {
    const ChildWord word = parent_.Children();
    if (word.none()) {
      parent_.SetChildren(ChildWord::Of(child));
    } else {
      word.TableOf(hash_)->AddLocked(hash_, child);
    }
  }

  /// Puts `child` where `old` is: the upper node of a split in the place of the lower (R9).
  void Replace(Node* old, Node* child) noexcept {
    const ChildWord word = parent_.Children();
    if (word.kind() == ChildWord::kChild) {
      parent_.SetChildren(ChildWord::Of(child));
    } else {
      SlotOf(word, old)->node.store(child, std::memory_order_seq_cst);
    }
  }

  /// Takes `child` out (R5, R11).
  void Remove(Node* child) noexcept {
    const ChildWord word = parent_.Children();
    if (word.kind() == ChildWord::kChild) {
      parent_.SetChildren(ChildWord());
    } else {
      SlotOf(word, child)->node.store(ChildSlot::Tombstone(), std::memory_order_seq_cst);
      word.TableOf(hash_)->live.fetch_sub(1, std::memory_order_seq_cst);
    }
  }

 private:
  // The shard is locked before anybody can see it, and the parent's lock let go after: there is no
  // moment without a lock.
  void TurnWide(SlabHeap& heap, Limbo& limbo,
                ChildTable* full) PAGEDRADIX_NO_THREAD_SAFETY_ANALYSIS {
    WideTable* const wide = WideTable::New(heap, *full);
    SpinLock& shard_lock = wide->ShardOf(hash_).lock;
    shard_lock.Lock();
    parent_.SetChildren(ChildWord::Of(wide));
    lock_->Unlock();
    lock_ = &shard_lock;
    limbo.Retire(full, RetiredKind::kChildTable);
  }

  SpinLock& LockFor(ChildWord word) const noexcept {
    return word.kind() == ChildWord::kWide ? word.wide()->ShardOf(hash_).lock : parent_.lock;
  }
  ChildSlot* SlotOf(ChildWord word, Node* child) const {
    return word.TableOf(hash_)->FindSlot(hash_,
                                         [child](ChildSlot&, Node* node) { return node == child; });
  }

  Node& parent_;
  std::uint64_t hash_;
  SpinLock* lock_ = nullptr;
};

}  // namespace pagedradix::detail
