// EntryIterator's step: find the place again by its prefix, go to the next node.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "pagedradix/detail/token_tree/child_pages.hpp"
#include "pagedradix/detail/token_tree/descent.hpp"
#include "pagedradix/detail/token_tree/tree_core.hpp"
#include "pagedradix/entry_iterator.hpp"

namespace pagedradix {

namespace detail {

/// The owners of a node by name, with their latest touch recorded there.
inline void ReadOwners(const TenantTable& tenants, Node& node, std::vector<EntryOwner>& owners) {
  owners.clear();
  node.owners.ForEach([&](const OwnerPlace& place, OwnerWord word) {
    const std::uint64_t last_access = place.last_access.load(std::memory_order_seq_cst);
    const Tenant* const tenant = tenants.ById(word.tenant());
    if (tenant != nullptr && last_access != kDeadMark)
      owners.push_back({tenant->name, last_access});
  });
  std::sort(owners.begin(), owners.end(), [](const EntryOwner& a, const EntryOwner& b) {
    return a.tenant != b.tenant ? a.tenant < b.tenant : a.last_access > b.last_access;
  });
  // A tenant that was evicted and came back during the scan is met twice.
  owners.erase(
      std::unique(owners.begin(), owners.end(),
                  [](const EntryOwner& a, const EntryOwner& b) { return a.tenant == b.tenant; }),
      owners.end());
}

}  // namespace detail

inline bool EntryIterator::Next(TreeEntry& entry) {
  using detail::Node;
  detail::Visit visit(*core_);
  const std::size_t page_size = visit.page_size();
  Node& root = visit.generation().root;
  if (!started_) {
    frames_.push_back({0, detail::SortedChildPages(root, page_size)});
    started_ = true;
  }
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    const std::size_t page_at = frame.next_child * page_size;
    prefix_.resize(frame.end_depth);
    Node* const parent =
        page_at == frame.child_pages.size()
            ? nullptr
            : detail::Walk<detail::Owned::kOrNot>(visit.hasher(), root, prefix_).full;
    // No child left, or the node went away, or a node of another shape is there now.
    if (parent == nullptr || parent->end_depth != frame.end_depth) {
      frames_.pop_back();
      continue;
    }
    const auto page = frame.child_pages.begin() + static_cast<std::ptrdiff_t>(page_at);
    prefix_.insert(prefix_.end(), page, page + static_cast<std::ptrdiff_t>(page_size));
    const detail::ChildHit hit = detail::FindChild(visit.hasher(), *parent, prefix_);
    if (hit.child == nullptr) {
      ++frame.next_child;
      continue;
    }
    Node& child = *hit.child;
    detail::ReadOwners(visit.generation().tenants, child, entry.owners);
    if (child.LoadEdge() != hit.edge) continue;  // split meanwhile: the upper node comes first
    if (entry.owners.empty()) {
      ++frame.next_child;
      continue;
    }
    prefix_.resize(frame.end_depth);
    detail::ForEachRun(*hit.edge, frame.end_depth - hit.edge->start_depth,
                       child.end_depth - frame.end_depth,
                       [this](const Token* run, std::size_t count) {
                         prefix_.insert(prefix_.end(), run, run + count);
                       });
    // Only when nothing can fail any more is the step taken.
    entry.prefix_tokens = prefix_;
    Frame below{child.end_depth, detail::SortedChildPages(child, page_size)};
    const std::size_t at = frames_.size() - 1;
    frames_.push_back(std::move(below));
    ++frames_[at].next_child;
    return true;
  }
  return false;
}

}  // namespace pagedradix
