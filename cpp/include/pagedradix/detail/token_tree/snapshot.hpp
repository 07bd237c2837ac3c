// A tree as bytes, and back. The format is in docs/snapshot.md.
//
// Writing beside other calls gives a consistent mix of before and after: nodes are written
// top-down, and an owner is written only if it was written for the parent. Reading trusts nothing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pagedradix/detail/token_tree/child_pages.hpp"
#include "pagedradix/detail/token_tree/descent.hpp"
#include "pagedradix/detail/token_tree/edge.hpp"
#include "pagedradix/detail/token_tree/ownership.hpp"
#include "pagedradix/detail/token_tree/slot_guard.hpp"
#include "pagedradix/detail/token_tree/snapshot_bytes.hpp"
#include "pagedradix/detail/token_tree/tree_core.hpp"
#include "pagedradix/errors.hpp"

namespace pagedradix::detail {

inline constexpr std::string_view kSnapshotMagic = "PGRADIX\n";
inline constexpr std::uint32_t kSnapshotVersion = 1;

class SnapshotWriter {
 public:
  explicit SnapshotWriter(Visit& visit) noexcept : visit_(visit) {}

  std::string Write() {
    WriteNodes();
    const TokenTreeOptions& options = visit_.core().options;
    ByteWriter out;
    out.Bytes(kSnapshotMagic);
    out.U32(kSnapshotVersion);
    out.U64(options.page_size);
    out.U8(static_cast<std::uint8_t>(options.policy));
    out.U8(options.recount_hits ? 1 : 0);
    // Read after the nodes: no time in them is later.
    out.U64(visit_.generation().clock.load(std::memory_order_seq_cst));
    WriteTenants(out);
    out.U64(node_count_);
    out.Bytes(nodes_.bytes());
    out.U64(Checksum(out.bytes()));
    return std::move(out).Take();
  }

 private:
  using Owners = std::vector<std::uint32_t>;  ///< numbers of tenants, sorted
  struct Pending {
    Node* node;
    std::uint64_t index;  ///< the number under which it was written; 0 is the root
    std::int32_t priority;
    Owners owners;
  };

  void WriteNodes() {
    std::vector<Pending> pending;
    pending.push_back({&visit_.generation().root, 0, std::numeric_limits<std::int32_t>::max(), {}});
    while (!pending.empty()) {
      const Pending parent = std::move(pending.back());
      pending.pop_back();
      for (Node* const child : Children(*parent.node)) WriteNode(parent, *child, pending);
    }
  }

  // The children in a fixed order, each once.
  std::vector<Node*> Children(Node& node) {
    const std::size_t page_size = visit_.page_size();
    const std::vector<Token> pages = SortedChildPages(node, page_size);
    std::vector<Node*> children;
    if (pages.empty()) return children;
    // Only the page behind the node's end is looked at.
    const std::size_t length = node.end_depth + page_size;
    if (prompt_.size() < length) prompt_.resize(length);
    for (std::size_t at = 0; at < pages.size(); at += page_size) {
      std::copy_n(pages.begin() + static_cast<std::ptrdiff_t>(at), page_size,
                  prompt_.begin() + static_cast<std::ptrdiff_t>(node.end_depth));
      const ChildHit hit = FindChild(visit_.hasher(), node, TokenSpan(prompt_).First(length));
      if (hit.child != nullptr) children.push_back(hit.child);
    }
    std::reverse(children.begin(), children.end());  // they are pushed on a stack
    return children;
  }

  void WriteNode(const Pending& parent, Node& child, std::vector<Pending>& pending) {
    // Split since the slot was read: the upper part is among the parents.
    const Depth from = parent.node->end_depth;
    Node* upper = &child;
    while (upper->LoadEdge()->start_depth > from) upper = upper->Parent();
    Node& node = *upper;
    const Edge& edge = *node.LoadEdge();
    if (edge.start_depth > from) return;  // and once more; it is after the snapshot
    Pending self{&node,
                 node_count_ + 1,
                 std::min(parent.priority, node.priority.load(std::memory_order_relaxed)),
                 {}};
    ByteWriter owners;
    node.owners.ForEach([&](const OwnerPlace& place, OwnerWord word) {
      const std::uint64_t last_access = place.last_access.load(std::memory_order_seq_cst);
      const std::uint64_t hits = place.hits.load(std::memory_order_seq_cst);
      const Tenant* const tenant = visit_.generation().tenants.ById(word.tenant());
      if (word.sealed() || last_access == kDeadMark || tenant == nullptr) return;
      const std::uint32_t number = TenantNumber(*tenant);
      const bool owns_parent = parent.index == 0 || std::binary_search(parent.owners.begin(),
                                                                       parent.owners.end(), number);
      // One that was evicted and came back during the scan is met twice.
      const bool again =
          std::find(self.owners.begin(), self.owners.end(), number) != self.owners.end();
      if (!owns_parent || again) return;
      self.owners.push_back(number);
      owners.U32(number);
      owners.U64(last_access);
      owners.U64(visit_.policy() == EvictionPolicy::kLfu && hits < kDeadHits ? hits : 0);
    });
    if (self.owners.empty()) return;
    std::sort(self.owners.begin(), self.owners.end());

    nodes_.U64(parent.index);
    nodes_.U32(node.end_depth - from);
    ForEachRun(edge, from - edge.start_depth, node.end_depth - from,
               [this](const Token* run, std::size_t count) {
                 for (std::size_t i = 0; i < count; ++i) nodes_.U32(run[i]);
               });
    nodes_.U64(node.creation);
    nodes_.U32(static_cast<std::uint32_t>(self.priority));
    nodes_.U32(static_cast<std::uint32_t>(self.owners.size()));
    nodes_.Bytes(owners.bytes());
    ++node_count_;
    pending.push_back(std::move(self));
  }

  // By name: one that is being removed and its successor are the same tenant to the reader.
  std::uint32_t TenantNumber(const Tenant& tenant) {
    const auto number = static_cast<std::uint32_t>(recounted_.size());
    const auto [known, added] = numbers_.emplace(tenant.name, number);
    if (added) recounted_.push_back(0);
    recounted_[known->second] = tenant.recounted.load(std::memory_order_relaxed);
    return known->second;
  }

  // Tenants that own nothing are known too.
  void WriteTenants(ByteWriter& out) {
    visit_.generation().tenants.ForEachKnown([this](const Tenant& tenant) {
      TenantNumber(tenant);
      return true;
    });
    std::vector<std::string_view> names(numbers_.size());
    for (const auto& [name, number] : numbers_) names[number] = name;
    out.U32(static_cast<std::uint32_t>(names.size()));
    for (std::size_t number = 0; number < names.size(); ++number) {
      out.U32(static_cast<std::uint32_t>(names[number].size()));
      out.Bytes(names[number]);
      out.U64(recounted_[number]);
    }
  }

  Visit& visit_;
  ByteWriter nodes_;
  std::uint64_t node_count_ = 0;
  std::vector<Token> prompt_;  ///< scratch of Children
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::uint64_t> recounted_;
};

inline std::string WriteSnapshot(Visit& visit) { return SnapshotWriter(visit).Write(); }

/// Reads what SnapshotWriter wrote. Throws SnapshotError for anything else.
class SnapshotReader {
 public:
  explicit SnapshotReader(std::string_view bytes) : in_(bytes) {}

  TokenTreeOptions ReadOptions() {
    if (in_.Bytes(kSnapshotMagic.size(), "the magic") != kSnapshotMagic) {
      in_.Fail("these bytes are not a snapshot of a TokenTree");
    }
    const std::uint32_t version = in_.U32("the version");
    if (version != kSnapshotVersion) {
      in_.Fail("version " + std::to_string(version) + " is unknown; this build reads version " +
               std::to_string(kSnapshotVersion));
    }
    in_.CheckChecksum();
    TokenTreeOptions options;
    options.page_size = in_.U64("page_size");
    if (options.page_size == 0 || options.page_size > TokenTreeOptions::kMaxPageSize) {
      in_.Fail("page_size is out of range");
    }
    const std::uint8_t policy = in_.U8("the policy");
    if (policy >= kEvictionPolicyNames.size()) in_.Fail("the policy is unknown");
    options.policy = static_cast<EvictionPolicy>(policy);
    const std::uint8_t recount_hits = in_.U8("recount_hits");
    if (recount_hits > 1) in_.Fail("recount_hits is neither 0 nor 1");
    options.recount_hits = recount_hits == 1;
    recount_hits_ = options.recount_hits;
    return options;
  }

  /// Fills the empty tree that was made with ReadOptions(); nobody else may be inside.
  void ReadInto(Visit& visit) {
    clock_ = in_.U64("the clock");
    if (clock_ > kMaxCount) in_.Fail("the clock is out of range");
    visit.generation().clock.store(clock_, std::memory_order_seq_cst);
    ReadTenants(visit);
    const std::uint64_t count = in_.U64("the number of nodes");
    nodes_.push_back(&visit.generation().root);
    for (std::uint64_t i = 0; i < count; ++i) ReadNode(visit);
    in_.ExpectEnd();
    QueueLeaves();
  }

 private:
  void ReadTenants(Visit& visit) {
    const std::uint32_t count = in_.U32("the number of tenants");
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t length = in_.U32("the length of a tenant's name");
      const std::string_view name = in_.Bytes(length, "a tenant's name");
      if (name.empty() || name == kEmptyTenant) in_.Fail("a tenant's name is not allowed");
      Tenant& tenant = visit.generation().tenants.FindOrAdd(name);
      if (tenant.known.exchange(true)) in_.Fail("a tenant is there twice");
      const std::uint64_t recounted = in_.U64("a tenant's count");
      if (recounted > (recount_hits_ ? kMaxCount : 0)) in_.Fail("a tenant's count is out of range");
      tenant.recounted.store(recounted, std::memory_order_relaxed);
      tenants_.push_back(&tenant);
    }
  }

  void ReadNode(Visit& visit) {
    const std::uint64_t parent_index = in_.U64("a node's parent");
    if (parent_index >= nodes_.size()) in_.Fail("a node comes before its parent");
    Node& parent = *nodes_[parent_index];
    const std::uint32_t length = in_.U32("a node's length");
    if (length == 0 || length % visit.page_size() != 0 ||
        length > std::numeric_limits<Depth>::max() - parent.end_depth) {
      in_.Fail("a node's length is not a number of whole pages");
    }
    const std::vector<Token> tokens = in_.Tokens(length, "a node's tokens");
    Edge* const edge =
        NewEdge(visit.heap(), tokens.data(), length, parent.end_depth, visit.core().chunk_tokens);
    // From here on, what is left behind on an error goes with the heap.
    Node& node = *new (visit.heap().Allocate(sizeof(Node))) Node;
    node.edge.store(edge, std::memory_order_relaxed);
    node.end_depth = parent.end_depth + length;
    node.birth = visit.NextBirth();
    node.parent.store(&parent, std::memory_order_relaxed);
    node.creation = in_.U64("a node's creation time");
    node.priority.store(static_cast<std::int32_t>(in_.U32("a node's priority")));
    if (node.creation > clock_) in_.Fail("a node was created after the snapshot");
    if (node.priority.load() > parent.priority.load()) {
      in_.Fail("a node's priority is above its parent's");
    }
    ReadOwners(visit, parent, node);
    Link(visit, parent, node, tokens.data());
    visit.Count(Counter::kNodesAdded);
    visit.Count(Counter::kTokensAdded, length);
    nodes_.push_back(&node);
  }

  void ReadOwners(Visit& visit, Node& parent, Node& node) {
    const std::uint32_t count = in_.U32("a node's owners");
    if (count == 0 || count > tenants_.size()) in_.Fail("a node's number of owners is impossible");
    node.owners.ReserveUnpublished(visit.heap(), count);
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t number = in_.U32("an owner");
      if (number >= tenants_.size()) in_.Fail("an owner is unknown");
      Tenant& tenant = *tenants_[number];
      const std::uint64_t last_access = in_.U64("an owner's last access");
      const std::uint64_t hits = in_.U64("an owner's hits");
      if (last_access > clock_ || hits > clock_) in_.Fail("an owner's figures are impossible");
      if (node.owners.Find(tenant.id) != nullptr) in_.Fail("an owner is there twice");
      if (!Claim(parent, tenant)) in_.Fail("an owner of a node does not own its parent");
      FillPlace(node.owners.PlaceUnpublished(i), OwnerWord(tenant.id, 0, false), last_access,
                visit.policy() == EvictionPolicy::kLfu ? hits : 0);
      tenant.tokens.fetch_add(node.Length(), std::memory_order_relaxed);
    }
    node.owner_count.store(count, std::memory_order_seq_cst);
  }

  void Link(Visit& visit, Node& parent, Node& node, const Token* page) {
    SlotGuard slot(parent, visit.hasher()(page));
    const std::size_t page_size = visit.page_size();
    if (slot.Find([page, page_size](Node* sibling) {
          return std::equal(page, page + page_size, sibling->LoadEdge()->head());
        }) != nullptr) {
      in_.Fail("two children of a node begin with the same page");
    }
    slot.MakeRoom(visit.heap(), visit.limbo(), visit.hasher());
    slot.Add(&node);
  }

  void QueueLeaves() {
    for (std::size_t i = 1; i < nodes_.size(); ++i) {
      nodes_[i]->owners.ForEach([&](OwnerPlace&, OwnerWord word) {
        if (word.count() != 0) return;
        Tenant& tenant = *Find(word.tenant());
        tenant.index.Reserve();
        EndInsertAt(*nodes_[i], tenant);
      });
    }
  }

  Tenant* Find(TenantId id) const noexcept { return tenants_.front()->table.ById(id); }

  /// No tree lives long enough to count further.
  static constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 62;

  ByteReader in_;
  bool recount_hits_ = false;
  std::uint64_t clock_ = 0;
  std::vector<Tenant*> tenants_;
  std::vector<Node*> nodes_;
};

}  // namespace pagedradix::detail
