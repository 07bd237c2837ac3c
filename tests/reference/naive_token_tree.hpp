// NaiveTokenTree: what TokenTree must do, written in the simplest way that is obviously right.
//
// It touches every node of a path, looks for leaves by walking the whole tree and copies tokens
// freely. Where the specification leaves the choice to the implementation (which owner a match
// names), the caller says what was chosen: MatchPrefix takes the owner that was routed to.
//
// Not for prompts that make deep trees: it recurses.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "pagedradix/eviction_policy.hpp"

namespace pagedradix::reference {

using Tokens = std::vector<std::uint32_t>;

/// What a prompt matches: how far, and who owns the deepest node of it.
struct NaiveMatch {
  std::size_t matched = 0;
  std::set<std::string> owners;
};

/// One owned node: its whole prefix, and the time of each owner's latest touch of it.
struct NaiveEntry {
  Tokens prefix;
  std::map<std::string, std::uint64_t> owners;
};

/// What has happened to the tree so far.
struct NaiveFigures {
  std::uint64_t inserts = 0;
  std::uint64_t splits = 0;
  std::uint64_t evicted_tokens = 0;
  std::uint64_t evicted_nodes = 0;
};

class NaiveTokenTree {
 public:
  NaiveTokenTree(std::size_t page_size, EvictionPolicy policy, bool recount_hits = false)
      : page_size_(page_size), policy_(policy), recount_hits_(recount_hits) {
    Clear();
  }

  /// The match of `tokens`, without touching anything.
  NaiveMatch Peek(const Tokens& tokens) const {
    const Walk walk = Descend(Align(tokens));
    NaiveMatch match{walk.matched, {}};
    if (!walk.path.empty()) {
      for (const auto& owner : walk.path.back()->owners) match.owners.insert(owner.first);
    }
    return match;
  }

  /// A match that named `routed`; nullopt only where nothing matched.
  void MatchPrefix(const Tokens& tokens, const std::optional<std::string>& routed) {
    ++clock_;
    const Walk walk = Descend(Align(tokens));
    if (walk.path.empty()) return;
    if (!routed || walk.path.back()->owners.count(*routed) == 0) {
      throw std::logic_error("the tenant routed to does not own the deepest matched node");
    }
    for (Node* node : walk.path) Touch(*node, *routed);
  }

  void InsertTokens(const Tokens& tokens, const std::string& tenant, std::int32_t priority = 0) {
    ++clock_;
    const Tokens aligned = Align(tokens);
    if (aligned.empty()) return;
    ++figures_.inserts;
    counts_.emplace(tenant, 0);
    std::size_t depth = 0;
    Node* node = root_.get();
    while (depth < aligned.size()) {
      node = Step(*node, Suffix(aligned, depth), tenant, priority);
      node->priority = std::max(node->priority, priority);
      Touch(*node, tenant);
      depth += node->edge.size();
    }
  }

  /// How many of `tokens` each owner holds; owners of nothing are left out.
  std::map<std::string, std::size_t> MatchTenants(const Tokens& tokens) const {
    std::map<std::string, std::size_t> held;
    const Tokens aligned = Align(tokens);
    const Walk walk = Descend(aligned);
    std::size_t depth = 0;
    for (const Node* node : walk.path) {
      depth = std::min(depth + node->edge.size(), walk.matched);
      for (const auto& owner : node->owners) held[owner.first] = depth;
    }
    return held;
  }

  const std::map<std::string, std::size_t>& TokenCounts() const { return counts_; }

  std::size_t TokenSize(const std::string& tenant) const {
    const auto it = counts_.find(tenant);
    return it == counts_.end() ? 0 : it->second;
  }

  /// Returns the prefixes that the tenant lost, in the order in which they went.
  std::vector<Tokens> EvictTenant(const std::string& tenant, std::size_t max_tokens) {
    std::vector<Tokens> victims;
    while (TokenSize(tenant) > max_tokens) {
      Node* victim = NextVictim(tenant);
      if (victim == nullptr) break;
      victims.push_back(Prefix(*victim));
      figures_.evicted_tokens += victim->edge.size();
      Disown(*victim, tenant);
    }
    return victims;
  }

  void EvictTenantBySize(std::size_t max_tokens) {
    for (const auto& [tenant, count] : std::map<std::string, std::size_t>(counts_)) {
      if (count > max_tokens) EvictTenant(tenant, max_tokens);
    }
  }

  bool RemoveTenant(const std::string& tenant) {
    if (counts_.count(tenant) == 0) return false;
    while (Node* leaf = NextVictim(tenant)) Disown(*leaf, tenant);
    counts_.erase(tenant);
    return true;
  }

  void Clear() {
    root_ = std::make_unique<Node>();
    counts_.clear();
    figures_ = {};
  }

  /// Every node in pre-order, children in lexicographic order of their first page.
  std::vector<NaiveEntry> Entries() const {
    std::vector<NaiveEntry> entries;
    for (const Node* node : AllNodes()) {
      NaiveEntry entry{Prefix(*node), {}};
      for (const auto& [tenant, mark] : node->owners) entry.owners[tenant] = mark.last_access;
      entries.push_back(std::move(entry));
    }
    return entries;
  }

  std::size_t NodeCount() const { return AllNodes().size(); }

  /// Tokens of all edges, shared prefixes once.
  std::size_t StoredTokens() const {
    std::size_t total = 0;
    for (const Node* node : AllNodes()) total += node->edge.size();
    return total;
  }

  const NaiveFigures& Figures() const { return figures_; }

 private:
  struct Mark {
    std::uint64_t last_access = 0;
    std::uint64_t hits = 0;
  };

  struct Node {
    Tokens edge;
    Node* parent = nullptr;
    std::map<Tokens, std::unique_ptr<Node>> children;  // by the first page of their edge
    std::map<std::string, Mark> owners;
    std::uint64_t creation = 0;
    std::int32_t priority = std::numeric_limits<std::int32_t>::min();
  };

  struct Walk {
    std::vector<Node*> path;
    std::size_t matched = 0;
  };

  /// What decides who goes first: the policy's key, then the older node.
  using Key = std::tuple<std::int64_t, std::int64_t, std::uint64_t>;

  Tokens Align(const Tokens& tokens) const {
    return {tokens.begin(),
            tokens.begin() + static_cast<std::ptrdiff_t>(tokens.size() / page_size_ * page_size_)};
  }

  static Tokens Prefix(const Tokens& tokens, std::size_t count) {
    return {tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(count)};
  }

  static Tokens Suffix(const Tokens& tokens, std::size_t from) {
    return {tokens.begin() + static_cast<std::ptrdiff_t>(from), tokens.end()};
  }

  static Tokens Prefix(const Node& node) {
    Tokens prefix;
    for (const Node* at = &node; at != nullptr; at = at->parent) {
      prefix.insert(prefix.begin(), at->edge.begin(), at->edge.end());
    }
    return prefix;
  }

  Tokens FirstPage(const Tokens& tokens) const { return Prefix(tokens, page_size_); }

  std::size_t CommonPages(const Tokens& a, const Tokens& b) const {
    std::size_t common = 0;
    while (common < std::min(a.size(), b.size()) && a[common] == b[common]) ++common;
    return common / page_size_ * page_size_;
  }

  Node* Child(const Node& node, const Tokens& rest) const {
    const auto it = node.children.find(FirstPage(rest));
    return it == node.children.end() ? nullptr : it->second.get();
  }

  /// The owned nodes that `aligned` passes or ends in.
  Walk Descend(const Tokens& aligned) const {
    Walk walk;
    const Node* node = root_.get();
    while (walk.matched < aligned.size()) {
      const Tokens rest = Suffix(aligned, walk.matched);
      Node* child = Child(*node, rest);
      if (child == nullptr || child->owners.empty()) break;
      const std::size_t common = CommonPages(child->edge, rest);
      walk.path.push_back(child);
      walk.matched += common;
      if (common < child->edge.size()) break;
      node = child;
    }
    return walk;
  }

  void Touch(Node& node, const std::string& tenant) const {
    Mark& mark = node.owners[tenant];
    mark.last_access = clock_;
    ++mark.hits;
  }

  /// The child of `node` on the way along `rest`, made or cut to fit and counted for `tenant`.
  Node* Step(Node& node, const Tokens& rest, const std::string& tenant, std::int32_t priority) {
    Node* child = Child(node, rest);
    if (child == nullptr) {
      child = AddChild(node, rest, clock_, priority);
      counts_[tenant] += rest.size();
      return child;
    }
    const bool owned = child->owners.count(tenant) != 0;
    const std::size_t common = CommonPages(child->edge, rest);
    const bool whole = common == child->edge.size();
    if (!whole) child = Split(*child, common);
    // The reference implementation counts an edge that agrees as a whole at every insert.
    if (!owned || (recount_hits_ && whole)) counts_[tenant] += common;
    return child;
  }

  Node* AddChild(Node& parent, Tokens edge, std::uint64_t creation, std::int32_t priority) const {
    auto node = std::make_unique<Node>();
    node->edge = std::move(edge);
    node->parent = &parent;
    node->creation = creation;
    node->priority = priority;
    return (parent.children[FirstPage(node->edge)] = std::move(node)).get();
  }

  /// Cuts `lower` after `length` tokens; returns the new node above it.
  Node* Split(Node& lower, std::size_t length) {
    ++figures_.splits;
    Node& parent = *lower.parent;
    std::unique_ptr<Node> kept = std::move(parent.children[FirstPage(lower.edge)]);
    Node* upper = AddChild(parent, Prefix(lower.edge, length), lower.creation, lower.priority);
    upper->owners = lower.owners;
    lower.edge = Suffix(lower.edge, length);
    lower.parent = upper;
    upper->children[FirstPage(lower.edge)] = std::move(kept);
    return upper;
  }

  std::vector<Node*> AllNodes() const {
    std::vector<Node*> nodes;
    Collect(*root_, nodes);
    return nodes;
  }

  static void Collect(const Node& node, std::vector<Node*>& nodes) {
    for (const auto& child : node.children) {
      nodes.push_back(child.second.get());
      Collect(*child.second, nodes);
    }
  }

  static bool IsTenantLeaf(const Node& node, const std::string& tenant) {
    if (node.owners.count(tenant) == 0) return false;
    return std::none_of(node.children.begin(), node.children.end(),
                        [&](const auto& child) { return child.second->owners.count(tenant) != 0; });
  }

  Key EvictionKey(const Node& node, const std::string& tenant) const {
    const Mark& mark = node.owners.at(tenant);
    const auto last_access = static_cast<std::int64_t>(mark.last_access);
    const auto creation = static_cast<std::int64_t>(node.creation);
    switch (policy_) {
      case EvictionPolicy::kLru:
        return {last_access, 0, node.creation};
      case EvictionPolicy::kMru:
        return {-last_access, 0, node.creation};
      case EvictionPolicy::kLfu:
        return {static_cast<std::int64_t>(mark.hits), last_access, node.creation};
      case EvictionPolicy::kFifo:
        return {creation, 0, node.creation};
      case EvictionPolicy::kFilo:
        return {-creation, 0, node.creation};
      case EvictionPolicy::kPriority:
        return {node.priority, last_access, node.creation};
    }
    throw std::logic_error("unknown policy");
  }

  /// The tenant-leaf that goes first; null if the tenant owns nothing.
  Node* NextVictim(const std::string& tenant) const {
    Node* victim = nullptr;
    for (Node* node : AllNodes()) {
      if (!IsTenantLeaf(*node, tenant)) continue;
      if (victim == nullptr || EvictionKey(*node, tenant) < EvictionKey(*victim, tenant)) {
        victim = node;
      }
    }
    return victim;
  }

  /// Takes `node` from `tenant`, and removes it and what is above it where nobody is left.
  void Disown(Node& node, const std::string& tenant) {
    node.owners.erase(tenant);
    counts_[tenant] -= node.edge.size();
    Node* at = &node;
    while (at != root_.get() && at->owners.empty() && at->children.empty()) {
      Node* parent = at->parent;
      parent->children.erase(FirstPage(at->edge));
      ++figures_.evicted_nodes;
      at = parent;
    }
  }

  std::size_t page_size_;
  EvictionPolicy policy_;
  bool recount_hits_;
  std::uint64_t clock_ = 0;
  std::unique_ptr<Node> root_;
  std::map<std::string, std::size_t> counts_;
  NaiveFigures figures_;
};

}  // namespace pagedradix::reference
