// A node of a TokenTree: an edge, children, owners. docs/concurrency.md says who may touch what.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "pagedradix/detail/threads/spin_lock.hpp"
#include "pagedradix/detail/token_tree/child_table.hpp"
#include "pagedradix/detail/token_tree/edge.hpp"
#include "pagedradix/detail/token_tree/owner_list.hpp"
#include "pagedradix/detail/token_tree/retired_kinds.hpp"

namespace pagedradix::detail {

/// What a node's table word says: nothing, one child, a table, a wide table, or that the node is
/// dead. The two low bits tell which.
class ChildWord {
 public:
  enum Kind : std::uintptr_t { kChild = 0, kTable = 1, kWide = 2, kDead = 3 };

  explicit constexpr ChildWord(std::uintptr_t raw = 0) noexcept : raw_(raw) {}
  static ChildWord Of(Node* child) noexcept {
    return ChildWord(reinterpret_cast<std::uintptr_t>(child));
  }
  static ChildWord Of(ChildTable* table) noexcept {
    return ChildWord(reinterpret_cast<std::uintptr_t>(table) | kTable);
  }
  static ChildWord Of(WideTable* wide) noexcept {
    return ChildWord(reinterpret_cast<std::uintptr_t>(wide) | kWide);
  }
  static constexpr ChildWord Dead() noexcept { return ChildWord(kDead); }

  std::uintptr_t raw() const noexcept { return raw_; }
  Kind kind() const noexcept { return static_cast<Kind>(raw_ & 3); }
  bool none() const noexcept { return raw_ == 0 || raw_ == kDead; }
  Node* child() const noexcept { return reinterpret_cast<Node*>(raw_); }
  ChildTable* table() const noexcept { return reinterpret_cast<ChildTable*>(raw_ - kTable); }
  WideTable* wide() const noexcept { return reinterpret_cast<WideTable*>(raw_ - kWide); }
  /// The table in which children of that hash are; for a word that says kTable or kWide.
  ChildTable* TableOf(std::uint64_t hash) const noexcept {
    return kind() == kWide ? wide()->ShardOf(hash).table.load(std::memory_order_seq_cst) : table();
  }

 private:
  std::uintptr_t raw_;
};

struct Node : Retired {
  SpinLock lock;                              ///< L1
  std::atomic<std::int32_t> priority{0};      ///< L1 to change
  std::atomic<Edge*> edge{nullptr};           ///< L1 to change
  std::atomic<std::uintptr_t> children{0};    ///< slot lock to change
  std::atomic<Node*> parent{nullptr};         ///< L1 to change
  std::atomic<std::uint32_t> owner_count{0};  ///< I6
  Depth end_depth = 0;                        ///< I1
  OwnerList owners;
  std::uint64_t creation = 0;  ///< tick; the upper node of a split has the lower one's
  std::uint64_t birth = 0;     ///< never the same twice in a generation

  ChildWord Children() const noexcept {
    return ChildWord(children.load(std::memory_order_seq_cst));  // R2
  }
  void SetChildren(ChildWord word) noexcept {
    children.store(word.raw(), std::memory_order_seq_cst);
  }
  bool IsDead() const noexcept { return Children().kind() == ChildWord::kDead; }
  bool IsRoot() const noexcept { return end_depth == 0; }

  Edge* LoadEdge() const noexcept { return edge.load(std::memory_order_seq_cst); }
  Node* Parent() const noexcept { return parent.load(std::memory_order_seq_cst); }
  /// Tokens of the edge. Stable under L1.
  std::size_t Length() const noexcept { return end_depth - LoadEdge()->start_depth; }

  /// Whether there is a child. Stable under L1 in a node without owners (R8).
  bool HasChildren() const noexcept {
    const ChildWord word = Children();
    if (word.none()) return false;
    if (word.kind() == ChildWord::kTable) {
      return word.table()->live.load(std::memory_order_seq_cst) != 0;
    }
    return word.kind() == ChildWord::kChild || word.wide()->Live() != 0;
  }

  /// Calls `visit(child)` for each child, in no order.
  template <typename Visitor>
  void ForEachChild(Visitor visit) {
    const auto visit_node = [&visit](Node* child, std::uint64_t) { visit(child); };
    const ChildWord word = Children();
    if (word.none()) return;
    switch (word.kind()) {
      case ChildWord::kChild:
        visit(word.child());
        return;
      case ChildWord::kTable:
        word.table()->ForEach(visit_node);
        return;
      case ChildWord::kWide:
        for (WideTable::Shard& shard : word.wide()->shards) {
          shard.table.load(std::memory_order_seq_cst)->ForEach(visit_node);
        }
        return;
      case ChildWord::kDead:
        return;
    }
  }
};

/// Retires the tables that a dead node had.
inline void RetireTables(Limbo& limbo, ChildWord word) noexcept {
  if (word.none()) return;
  if (word.kind() == ChildWord::kTable) limbo.Retire(word.table(), RetiredKind::kChildTable);
  if (word.kind() == ChildWord::kWide) limbo.Retire(word.wide(), RetiredKind::kWideTable);
}

#if defined(__GNUC__)
static_assert(sizeof(Node) <= 96, "lock and priority lie behind Retired's members");
#endif
static_assert(std::is_trivially_destructible_v<Node>, "nodes die in bulk, with their heap");

}  // namespace pagedradix::detail
