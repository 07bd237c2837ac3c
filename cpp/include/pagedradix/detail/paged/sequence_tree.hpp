// The tree of sequences itself, without its lock: what each method of PagedRadixTree does.
//
// Every method that changes something first finds out what it needs, takes all memory (nodes,
// tables, entries, and pages last), and only then changes the tree: an exception leaves it as it
// was.
//
// Thread safety: none; PagedRadixTreeImpl guards it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pagedradix/detail/memory/prefetch.hpp"
#include "pagedradix/detail/memory/slab_heap.hpp"
#include "pagedradix/detail/memory/slab_pool.hpp"
#include "pagedradix/detail/paged/page_pool.hpp"
#include "pagedradix/detail/paged/page_run.hpp"
#include "pagedradix/detail/paged/paged_node.hpp"
#include "pagedradix/detail/paged/paged_tree_shape.hpp"
#include "pagedradix/detail/paged/sequence_table.hpp"
#include "pagedradix/detail/paged/token_count_error.hpp"
#include "pagedradix/detail/shared/page_hash.hpp"
#include "pagedradix/paged_radix_tree_types.hpp"
#include "pagedradix/token_span.hpp"

namespace pagedradix::detail {

class SequenceTree {
 public:
  explicit SequenceTree(const PagedRadixTreeOptions& options)
      : pages_(options.page_size, options.pages_per_block, options.max_tokens / options.page_size),
        hasher_(1, 0) {
    Build();
  }
  SequenceTree(const SequenceTree&) = delete;
  SequenceTree& operator=(const SequenceTree&) = delete;
  ~SequenceTree() = default;

  const SequenceTable& sequences() const noexcept { return content().sequences; }
  const PagePool& pages() const noexcept { return pages_; }
  const PagedTreeShape& shape() const noexcept { return content().shape; }
  const PagedNode& root() const noexcept { return content().root; }

  /// Bytes taken from the system.
  std::size_t bytes() const noexcept { return slabs_.BytesHeld() + pages_.bytes(); }

  std::size_t Length(std::int64_t id) { return content().sequences.At(id).node->end; }

  /// Calls `visit(depth, const Token*, count)` for the pieces of a sequence, from its end to its
  /// start by nodes. `reserve(length)` is called before.
  template <typename Reserve, typename Visitor>
  void Read(std::int64_t id, Reserve reserve, Visitor visit) {
    const PagedNode* node = content().sequences.At(id).node;
    reserve(node->end);
    for (; !node->IsRoot(); node = node->parent) {
      std::size_t depth = node->start;
      ForEachPiece(pages_, node->pages.first, node->pages.last, node->start, node->end,
                   [&](const Token* piece, std::size_t count) {
                     visit(depth, piece, count);
                     depth += count;
                     return true;
                   });
    }
  }

  /// The longest common prefix with any sequence, and who shares it.
  std::pair<std::size_t, std::vector<std::int64_t>> Match(TokenSpan tokens) {
    const Place place = Descend(content().root, tokens);
    std::pair<std::size_t, std::vector<std::int64_t>> result(place.depth, {});
    if (place.depth == 0) return result;
    for (PagedNode* node = place.node; node != nullptr; node = NextInSubtree(node, place.node)) {
      for (const Sequence* sequence = node->sequences; sequence != nullptr;
           sequence = sequence->next) {
        result.second.push_back(sequence->id);
      }
    }
    return result;
  }

  void Add(std::int64_t id) { content().root.AddSequence(&content().sequences.Add(id)); }

  void Extend(std::int64_t id, TokenSpan tokens) {
    Sequence& sequence = content().sequences.At(id);
    if (tokens.empty()) return;
    if (EndsAlone(*sequence.node)) {
      ExtendInPlace(*sequence.node, tokens);
    } else {
      ExtendBelow(sequence, tokens);
    }
  }

  void Fork(std::int64_t id, std::int64_t parent_id, std::size_t offset) {
    content().sequences.CheckIsNew(id);
    const PagedNode& parent_end = *content().sequences.At(parent_id).node;
    CheckCount("forked_offset", offset, parent_id, parent_end.end);
    NewSequence forked(content().sequences, id);
    PagedNode& node = NodeAt(*content().sequences.At(parent_id).node, offset);
    if (offset == node.end) {
      node.AddSequence(forked.Keep());
      return;
    }
    NodeHolder upper(content().heap);
    upper.Allocate();
    pages_.Reserve(content().shape.PagesForCut(offset));
    content().shape.Cut(node, offset, upper.Release()).AddSequence(forked.Keep());
  }

  void RollBack(std::int64_t id, std::size_t count) {
    Sequence& sequence = content().sequences.At(id);
    PagedNode& old_node = *sequence.node;
    CheckCount("num_tokens", count, id, old_node.end);
    const std::size_t depth = old_node.end - count;
    PagedTreeShape& shape = content().shape;

    const bool alone = EndsAlone(old_node);
    if (alone && depth > old_node.start) {
      shape.Truncate(old_node, depth);
      return;
    }
    PagedNode& node = NodeAt(old_node, depth);
    if (depth == node.end) {
      old_node.RemoveSequence(&sequence);
      node.AddSequence(&sequence);
      shape.Tidy(old_node);
      return;
    }
    NodeHolder upper(content().heap);
    upper.Allocate();
    // If the old node goes, it leaves at least the one page that the cut may need.
    if (!alone) pages_.Reserve(shape.PagesForCut(depth));
    old_node.RemoveSequence(&sequence);
    PagedNode& cut_node = NodeAt(shape.Tidy(old_node), depth);
    shape.Cut(cut_node, depth, upper.Release()).AddSequence(&sequence);
  }

  void Remove(std::int64_t id) {
    Sequence& sequence = content().sequences.At(id);
    PagedNode& node = *sequence.node;
    node.RemoveSequence(&sequence);
    content().sequences.Remove(id);
    content().shape.Tidy(node);
  }

  void Reset() {
    content_.reset();
    pages_.Reset();
    Build();
  }

 private:
  /// What Reset drops.
  struct Content {
    Content(SlabPool& slabs, PagePool& pages, const PageHasher& hasher)
        : heap(slabs), sequences(heap), shape(heap, pages, hasher) {}

    SlabHeap heap;
    SequenceTable sequences;
    PagedTreeShape shape;
    PagedNode root;
  };

  /// A depth and the node in which it is: node->start < depth <= node->end, or the root.
  struct Place {
    PagedNode* node;
    std::size_t depth;
  };

  /// Whether a sequence that ends at the node is the only one that needs its tokens.
  static bool EndsAlone(const PagedNode& node) noexcept {
    return node.IsLeaf() && node.HasOneSequence() && !node.IsRoot();
  }

  void ExtendInPlace(PagedNode& leaf, TokenSpan tokens) {
    const PageGeometry& geometry = pages_.geometry();
    pages_.Reserve(geometry.PageOf(leaf.end - 1 + tokens.size()) - geometry.PageOf(leaf.end - 1));
    content().shape.Append(leaf, tokens.data(), tokens.size());
  }

  /// Moves the sequence down to where the tokens are stored already, and adds a leaf for the rest.
  void ExtendBelow(Sequence& sequence, TokenSpan tokens) {
    PagedTreeShape& shape = content().shape;
    PagedNode& old_node = *sequence.node;
    const Place place = Descend(old_node, tokens);
    const std::size_t stored = place.depth - old_node.end;
    const TokenSpan rest(tokens.data() + stored, tokens.size() - stored);
    const bool cut = place.depth != place.node->end;

    NodeHolder upper(content().heap);
    NodeHolder leaf(content().heap);
    std::size_t needed = 0;
    if (cut) {
      upper.Allocate();
      needed += shape.PagesForCut(place.depth);
    }
    if (!rest.empty()) {
      leaf.Allocate();
      if (!cut) shape.children().MakeRoom(*place.node);
      needed += pages_.geometry().Spanned(place.depth, place.depth + rest.size());
    }
    pages_.Reserve(needed);

    PagedNode* target = cut ? &shape.Cut(*place.node, place.depth, upper.Release()) : place.node;
    if (!rest.empty()) {
      PagedNode* const added = leaf.Release();
      shape.AddLeaf(*target, added, rest.data(), rest.size());
      target = added;
    }
    old_node.RemoveSequence(&sequence);
    target->AddSequence(&sequence);
    shape.Tidy(old_node);
  }

  void Build() { content_.emplace(slabs_, pages_, hasher_); }

  // There is one between any two calls.
  // NOLINTBEGIN(bugprone-unchecked-optional-access)
  Content& content() noexcept { return *content_; }
  const Content& content() const noexcept { return *content_; }
  // NOLINTEND(bugprone-unchecked-optional-access)

  /// Follows `tokens` downwards from the end of `from`.
  Place Descend(PagedNode& from, TokenSpan tokens) const noexcept {
    PagedNode* node = &from;
    std::size_t done = 0;
    while (done < tokens.size()) {
      PagedNode* const child = content().shape.children().Find(*node, tokens[done]);
      if (child == nullptr) break;
      // Where the way ends here, its sequences are read next.
      Prefetch(child->sequences);
      const std::size_t wanted = std::min(child->end - child->start, tokens.size() - done);
      const std::size_t same = CommonPrefix(pages_, *child, tokens.data() + done, wanted);
      done += same;
      node = child;
      if (same < child->end - child->start) break;
    }
    return {node, from.end + done};
  }

  /// The node on the path to `node` that holds `depth`, or the root for 0.
  static PagedNode& NodeAt(PagedNode& node, std::size_t depth) noexcept {
    PagedNode* current = &node;
    while (!current->IsRoot() && current->start >= depth) current = current->parent;
    return *current;
  }

  static void CheckCount(const char* name, std::size_t count, std::int64_t id, std::size_t length) {
    if (count >= 1 && count <= length) return;
    throw TokenCountError(name, std::to_string(count), id, length);
  }

  SlabPool slabs_;
  PagePool pages_;
  const PageHasher hasher_;
  std::optional<Content> content_;
};

}  // namespace pagedradix::detail
