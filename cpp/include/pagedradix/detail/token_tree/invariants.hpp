// Are the invariants of docs/concurrency.md true? For a tree at rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "pagedradix/detail/token_tree/child_pages.hpp"
#include "pagedradix/detail/token_tree/node.hpp"
#include "pagedradix/detail/token_tree/tree_core.hpp"

namespace pagedradix::detail {

class InvariantChecker {
 public:
  explicit InvariantChecker(Visit& visit) noexcept : visit_(visit) {}

  /// The first violation found, in words; empty if there is none.
  std::string Run() {
    std::vector<Node*> pending{&visit_.generation().root};
    while (!pending.empty() && violation_.empty()) {
      Node& node = *pending.back();
      pending.pop_back();
      CheckNode(node);
      node.ForEachChild([&pending](Node* child) { pending.push_back(child); });
    }
    CheckTenants();
    CheckCounters();
    return violation_;
  }

 private:
  void Expect(bool holds, const char* invariant, const Node& node) {
    if (holds || !violation_.empty()) return;
    violation_ = std::string(invariant) + " does not hold at the node that ends at depth " +
                 std::to_string(node.end_depth);
  }
  void Expect(bool holds, const std::string& violation) {
    if (!holds && violation_.empty()) violation_ = violation;
  }

  void CheckNode(Node& node) {
    Expect(!node.lock.IsLocked(), "\"no lock is held at rest\"", node);
    Expect(!node.IsDead(), "\"no dead node is linked\"", node);
    std::map<TenantId, std::uint32_t> owned_children;
    std::size_t children = 0;
    node.ForEachChild([&](Node* child) {
      ++children;
      CheckChild(node, *child);
      child->owners.ForEach(
          [&](const OwnerPlace&, OwnerWord word) { ++owned_children[word.tenant()]; });
    });
    if (!violation_.empty()) return;  // what follows relies on what was checked
    Expect(SortedChildPages(node, visit_.page_size()).size() == children * visit_.page_size(),
           "I3 (first pages differ)", node);
    if (node.IsRoot()) {
      CheckRootWords(owned_children);
    } else {
      ++nodes_;
      tokens_ += node.Length();
      CheckOwners(node, owned_children);
    }
  }

  void CheckChild(const Node& parent, Node& child) {
    const std::size_t page_size = visit_.page_size();
    const Edge& edge = *child.LoadEdge();
    Expect(child.Parent() == &parent, "\"children know their parent\"", child);
    Expect(edge.start_depth == parent.end_depth, "I2 (edge starts at the parent's end)", child);
    Expect(edge.start_depth < child.end_depth, "I2 (an edge is not empty)", child);
    Expect(child.end_depth % page_size == 0, "I2 (whole pages)", child);
    Expect(child.priority.load() <= parent.priority.load(), "I9", child);
    const ChildWord word = parent.Children();
    if (word.kind() == ChildWord::kChild) return;
    const std::uint64_t hash = visit_.hasher()(edge.head());
    ChildTable* const table = word.TableOf(hash);
    Expect(table->FindHash(hash, [&child](const Node* found) { return found == &child; }),
           "I3 (a child is found under its page's hash)", child);
  }

  void CheckOwners(Node& node, const std::map<TenantId, std::uint32_t>& owned_children) {
    std::map<TenantId, std::uint32_t> counts;
    std::uint32_t places = 0;
    node.owners.ForEach([&](const OwnerPlace& place, OwnerWord word) {
      ++places;
      Expect(!word.sealed(), "\"no place is sealed at rest\"", node);
      Expect(counts.emplace(word.tenant(), word.count()).second, "\"one place a tenant\"", node);
      Expect(word.count() != 0 || word.queued(), "I7 (a tenant's leaf is queued)", node);
      if (word.queued()) ++queued_[&place];
      tenant_tokens_[word.tenant()] += node.Length();
    });
    Expect(places == node.owner_count.load(), "I6", node);
    Expect(places != 0, "I10", node);
    for (const auto& [tenant, count] : owned_children) {
      const auto found = counts.find(tenant);
      Expect(found != counts.end(), "I4 (ownership is prefix-closed)", node);
      Expect(found == counts.end() || found->second == count, "I5", node);
      if (found != counts.end()) counts.erase(found);
    }
    for (const auto& [tenant, count] : counts) Expect(count == 0, "I5", node);
  }

  void CheckRootWords(const std::map<TenantId, std::uint32_t>& owned_children) {
    std::size_t seen = 0;
    visit_.generation().tenants.ForEachKnown([&](const Tenant& tenant) {
      const auto found = owned_children.find(tenant.id);
      const std::uint64_t expected = found == owned_children.end() ? 0 : found->second;
      if (found != owned_children.end()) ++seen;
      Expect(tenant.root_word.load() == expected,
             "I5 does not hold at the root for tenant " + tenant.name);
      return true;
    });
    Expect(seen == owned_children.size(), "a node has an owner that is not a known tenant");
  }

  void CheckTenants() {
    std::size_t records = 0;
    visit_.generation().tenants.ForEachKnown([&](const Tenant& tenant) {
      Expect(tenant.tokens.load() == tenant_tokens_[tenant.id],
             "I8 does not hold for tenant " + tenant.name);
      tenant.index.ForEach([&](const EvictionIndex::Record& record) {
        ++records;
        const auto found = queued_.find(record.node->owners.Find(tenant.id));
        Expect(found != queued_.end() && found->second == 1,
               "I7 (a record for each queued place) does not hold for tenant " + tenant.name);
        if (found != queued_.end()) --found->second;
      });
      Expect(tenant.index.IsHeap(), "the index of tenant " + tenant.name + " is out of order");
      return true;
    });
    Expect(records == queued_.size(), "I7 (a queued place has a record) does not hold");
  }

  void CheckCounters() {
    const Counters& counters = visit_.generation().counters;
    Expect(counters.Balance(Counter::kNodesAdded, Counter::kNodesRemoved) == nodes_,
           "the number of nodes is wrong");
    Expect(counters.Balance(Counter::kTokensAdded, Counter::kTokensRemoved) == tokens_,
           "the number of stored tokens is wrong");
  }

  Visit& visit_;
  std::string violation_;
  std::size_t nodes_ = 0;
  std::size_t tokens_ = 0;
  std::unordered_map<TenantId, std::size_t> tenant_tokens_;
  std::unordered_map<const OwnerPlace*, int> queued_;
};

inline std::string FindViolation(Visit& visit) { return InvariantChecker(visit).Run(); }

}  // namespace pagedradix::detail
