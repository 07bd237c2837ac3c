// How much of a prompt each tenant holds: one descent for all of them.
//
// By I4 a tenant owns a prefix of the path, so what it holds is found by bisection over the nodes
// of one walk, instead of looking at every owner of every node.
//
// Thread safety: lock-free; the caller is pinned.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "pagedradix/detail/token_tree/descent.hpp"
#include "pagedradix/detail/token_tree/ownership.hpp"
#include "pagedradix/detail/token_tree/tree_core.hpp"

namespace pagedradix::detail {

class TenantMatcher {
 public:
  /// Walks the prompt (cut to pages).
  TenantMatcher(Visit& visit, TokenSpan tokens) {
    const WalkEnd end = Walk<Owned::kOnly>(visit.hasher(), visit.generation().root, tokens,
                                           [this](Node& node) { Add(node, node.end_depth); });
    if (end.partial != nullptr) Add(*end.partial, end.depth);
  }

  /// Tokens of the prompt that the tenant holds.
  std::size_t HeldBy(const Tenant& tenant) const noexcept {
    // The usual cases first: all of it, or nothing.
    if (path_.empty()) return 0;
    if (Owns(*path_.back().node, tenant)) return path_.back().depth;
    auto first_missing =
        std::partition_point(path_.begin(), path_.end() - 1,
                             [&tenant](const Step& step) { return Owns(*step.node, tenant); });
    const Depth held = first_missing == path_.begin() ? 0 : (first_missing - 1)->depth;
    return std::max<std::size_t>(held, HeldAbove(*first_missing, held, tenant));
  }

  /// Calls `visit(tenant)` for each owner of the first node, which are all owners of the path.
  template <typename Visitor>
  void ForEachOwner(const TenantTable& tenants, Visitor visit) const {
    if (path_.empty()) return;
    // A split may have put a node above the first one; it has the same owners and maybe more.
    Node* top = path_.front().node;
    while (!top->Parent()->IsRoot()) top = top->Parent();
    top->owners.ForEach([&](const OwnerPlace&, OwnerWord word) {
      if (Tenant* const tenant = tenants.ById(word.tenant())) visit(*tenant);
    });
  }

 private:
  struct Step {
    Node* node;
    Depth depth;  ///< where the node, or the match, ends
  };

  void Add(Node& node, Depth depth) { path_.push_back({&node, depth}); }

  // R3: a split since the walk may have given the tenant an upper part of the node's old edge. It
  // is found among the node's parents, down to where the step before ended.
  static Depth HeldAbove(const Step& step, Depth held, const Tenant& tenant) noexcept {
    for (Node* node = step.node->Parent(); node->end_depth > held; node = node->Parent()) {
      if (Owns(*node, tenant)) return std::min(node->end_depth, step.depth);
    }
    return held;
  }

  std::vector<Step> path_;
};

}  // namespace pagedradix::detail
