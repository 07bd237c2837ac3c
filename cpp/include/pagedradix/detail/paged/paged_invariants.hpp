// Checks of a PagedRadixTree at rest: P1 to P7 of docs/paged_radix_tree.md. For tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>

#include "pagedradix/detail/paged/page_run.hpp"
#include "pagedradix/detail/paged/paged_node.hpp"
#include "pagedradix/detail/paged/sequence_tree.hpp"

namespace pagedradix::detail {

class PagedInvariants {
 public:
  explicit PagedInvariants(const SequenceTree& tree) noexcept : tree_(tree) {}

  /// What is violated, a line each; empty when all is well.
  std::string Check() {
    auto* const root = const_cast<PagedNode*>(&tree_.root());
    for (PagedNode* node = root; node != nullptr; node = NextInSubtree(node, root)) {
      if (node != root) CheckNode(*node);
      CheckChildren(*node);
      CheckSequences(*node);
    }
    const PagePool& pages = tree_.pages();
    Expect(nodes_ == tree_.shape().node_count(), "the number of nodes is wrong");
    Expect(tokens_ == tree_.shape().token_count(), "P5: the number of tokens is wrong");
    Expect(pages_.size() + pages.free_pages() == pages.allocated_pages(),
           "P5: " + std::to_string(pages_.size()) + " pages used and " +
               std::to_string(pages.free_pages()) + " free are not the " +
               std::to_string(pages.allocated_pages()) + " allocated");
    Expect(pages.allocated_pages() <= pages.max_pages(), "P7: more pages than allowed");
    Expect(sequences_ == tree_.sequences().size(), "P4: a sequence is in no node's list");
    tree_.sequences().ForEach([this](const Sequence& sequence) {
      Expect(sequence.node != nullptr, "P4: a sequence ends nowhere");
    });
    return violations_;
  }

 private:
  void Expect(bool holds, const std::string& violation) {
    if (!holds) violations_ += violation + "\n";
  }

  void CheckNode(const PagedNode& node) {
    ++nodes_;
    tokens_ += node.end - node.start;
    const PagePool& pool = tree_.pages();
    Expect(node.start < node.end, "P2: an empty node");
    Expect(node.start == node.parent->end, "P2: a node does not begin where its parent ends");
    Expect(node.sequences != nullptr || node.child_count >= 2,
           "P3: a node without sequences has fewer than two children");
    const std::size_t slot = pool.geometry().SlotOf(node.start);
    Expect(pool.Tokens(node.pages.first)[slot] == node.first_token,
           "P1: the first token is not where it should be");
    const std::size_t spanned = pool.geometry().Spanned(node.start, node.end);
    PageId page = node.pages.first;
    std::size_t count = 1;
    for (;; ++count) {
      Expect(pages_.insert(page).second, "P5: page " + std::to_string(page) + " is used twice");
      if (page == node.pages.last || count == spanned) break;
      const PageId next = pool.Next(page);
      Expect(pool.Previous(next) == page, "P5: a chain of pages is not linked backwards");
      page = next;
    }
    Expect(page == node.pages.last && count == spanned,
           "P1: a node has not the pages that its depths span");
  }

  void CheckChildren(const PagedNode& node) {
    std::unordered_set<Token> first_tokens;
    const PagedNode* previous = nullptr;
    std::size_t count = 0;
    for (const PagedNode* child = node.first_child; child != nullptr;
         previous = child, child = child->next_sibling, ++count) {
      Expect(child->parent == &node, "P2: a child has another parent");
      Expect(child->previous_sibling == previous, "P6: siblings are not linked backwards");
      Expect(first_tokens.insert(child->first_token).second, "P2: siblings begin alike");
      Expect(tree_.shape().children().Find(node, child->first_token) == child,
             "P6: a child is not found");
    }
    Expect(count == node.child_count, "P6: the number of children is wrong");
    Expect(node.table != nullptr || count <= PagedChildren::kFewChildren, "P6: no table");
    Expect(node.table == nullptr || count == node.table->live.load(std::memory_order_relaxed),
           "P6: the table holds other children");
  }

  void CheckSequences(const PagedNode& node) {
    const Sequence* previous = nullptr;
    for (const Sequence* sequence = node.sequences; sequence != nullptr;
         previous = sequence, sequence = sequence->next, ++sequences_) {
      Expect(sequence->node == &node, "P4: a sequence is in another node's list");
      Expect(sequence->previous == previous, "P4: sequences are not linked backwards");
      Expect(tree_.sequences().Contains(sequence->id), "P4: a sequence without an entry");
    }
  }

  const SequenceTree& tree_;
  std::string violations_;
  std::unordered_set<PageId> pages_;
  std::size_t nodes_ = 0;
  std::size_t tokens_ = 0;
  std::size_t sequences_ = 0;
};

}  // namespace pagedradix::detail
