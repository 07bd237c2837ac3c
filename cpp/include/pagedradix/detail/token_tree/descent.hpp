// The readers' way down: find a child, walk a prompt (R1-R4).
//
// Thread safety: lock-free; the caller is pinned. Everything returned is valid under that pin.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "pagedradix/detail/shared/page_hash.hpp"
#include "pagedradix/detail/threads/sync_point.hpp"
#include "pagedradix/detail/token_tree/edge.hpp"
#include "pagedradix/detail/token_tree/node.hpp"
#include "pagedradix/token_span.hpp"

namespace pagedradix::detail {

/// A child whose edge agrees with the prompt for at least a page.
struct ChildHit {
  Node* child = nullptr;
  Edge* edge = nullptr;  ///< as it was when it was compared
  Depth depth = 0;       ///< up to where the prompt agrees, in whole pages
};

/// The child of `parent` that goes on with `tokens` after the parent's end; no child if there is
/// none. `tokens` is the whole prompt, cut to pages, and longer than the parent's end depth.
inline ChildHit FindChild(const PageHasher& hasher, const Node& parent, TokenSpan tokens) {
  enum class Probe { kOther, kAgain, kFound };
  const Depth from = parent.end_depth;
  const PageGeometry& pages = hasher.pages();
  ChildHit hit;
  const auto probe = [&](Node* child) {
    Reach(SyncPoint::kChildLoaded);
    Edge* const edge = child->LoadEdge();
    if (edge->start_depth > from) return Probe::kAgain;  // R1, before the comparison
    const std::size_t reach = std::min<std::size_t>(tokens.size(), child->end_depth) - from;
    const std::size_t agreed =
        CommonPrefix(*edge, from - edge->start_depth, tokens.data() + from, reach);
    if (agreed < pages.page_size()) return Probe::kOther;
    hit = {child, edge, from + static_cast<Depth>(pages.CutToPages(agreed))};
    return Probe::kFound;
  };

  std::uint64_t hash = 0;
  bool hashed = false;
  for (;;) {  // R1: each repetition needs a newer split
    const ChildWord word = parent.Children();
    if (word.none()) return hit;
    Probe result = Probe::kOther;
    if (word.kind() == ChildWord::kChild) {
      result = probe(word.child());
    } else {
      if (!hashed) hash = hasher(tokens.data() + from);
      hashed = true;
      ChildTable* const table = word.TableOf(hash);
      table->FindHash(hash, [&](Node* child) {
        result = probe(child);
        return result != Probe::kOther;
      });
    }
    if (result != Probe::kAgain) return hit;
  }
}

/// Where a walk ended.
struct WalkEnd {
  Node* full = nullptr;     ///< the deepest node whose whole edge agrees; the root at least
  Node* partial = nullptr;  ///< its child in whose edge the agreement ends, if it does
  Depth depth = 0;          ///< tokens that agree, in whole pages

  /// The deepest node with a part in the match.
  Node* Deepest() const noexcept { return partial != nullptr ? partial : full; }
};

/// Whether a walk stops where nobody owns the node.
enum class Owned { kOnly, kOrNot };

/// Goes down from `from`, with whose end `tokens` agree, as far as they agree; `on_full(node)` is
/// called for each node whose whole edge does.
template <Owned owned, typename OnFull>
WalkEnd Walk(const PageHasher& hasher, Node& from, TokenSpan tokens, OnFull on_full) {
  WalkEnd end{&from, nullptr, from.end_depth};
  while (end.depth < tokens.size()) {
    const ChildHit hit = FindChild(hasher, *end.full, tokens);
    if (hit.child == nullptr) break;
    Node& child = *hit.child;
    Reach(SyncPoint::kEdgeCompared);
    if constexpr (owned == Owned::kOnly) {
      if (child.owner_count.load(std::memory_order_seq_cst) == 0) {  // R3
        if (child.LoadEdge() != hit.edge) continue;
        break;
      }
    }
    if (hit.depth < child.end_depth) {
      // A disagreement within the edge holds for the edge of now only (R3).
      if (hit.depth < tokens.size() && child.LoadEdge() != hit.edge) continue;
      end.partial = &child;
      end.depth = hit.depth;
      break;
    }
    end.full = &child;
    end.depth = hit.depth;
    on_full(child);
  }
  return end;
}

template <Owned owned>
WalkEnd Walk(const PageHasher& hasher, Node& from, TokenSpan tokens) {
  return Walk<owned>(hasher, from, tokens, [](Node&) {});
}

}  // namespace pagedradix::detail
