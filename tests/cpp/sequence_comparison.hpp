// SequenceComparison: a PagedRadixTree and a NaiveSequenceStore that are told the same and must say
// the same.
//
// Every method here makes its call on both and compares answers and errors; CompareAll() compares
// all that can be seen of them. Differences are reported as non-fatal GoogleTest failures. What the
// naive store knows nothing of (CapacityError, std::bad_alloc) reaches the caller, and the naive
// store is left out of that call: it then says what the tree must have stayed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/paged_radix_tree.hpp"
#include "reference/naive_sequence_store.hpp"
#include "sequence_helpers.hpp"

namespace pagedradix::test {

/// That the tree holds as many nodes, tokens and pages as its sequences need, and no more: pages
/// begin at multiples of their size and belong to one run each.
inline void CompareFigures(const reference::NaiveSequenceStore& naive, const PagedRadixTree& tree) {
  const std::size_t page_size = tree->Options().page_size;
  const std::vector<reference::NaiveRun> runs = naive.Runs();
  std::size_t tokens = 0;
  std::size_t pages = 0;
  for (const reference::NaiveRun& run : runs) {
    tokens += run.end - run.begin;
    pages += (run.end - 1) / page_size - run.begin / page_size + 1;
  }
  const PagedRadixTreeStats stats = tree->Stats();
  EXPECT_EQ(stats.sequences, naive.Sequences().size());
  EXPECT_EQ(stats.tokens, tokens);
  EXPECT_EQ(stats.nodes, runs.size());
  EXPECT_EQ(stats.pages_used, pages);
}

class SequenceComparison {
 public:
  explicit SequenceComparison(const PagedRadixTreeOptions& options)
      : tree_(PagedRadixTree::Create(options)), fresh_capacity_(tree_->FreeCapacity()) {}

  const PagedRadixTree& Tree() const { return tree_; }
  const reference::NaiveSequenceStore& Naive() const { return naive_; }

  void Add(std::int64_t id) {
    Both([&](auto& side) { side.AddSequence(id); });
  }
  void Extend(std::int64_t id, const SequenceTokens& tokens) {
    Both([&](auto& side) { side.ExtendSequence(id, tokens); });
  }
  void Fork(std::int64_t id, std::int64_t parent, std::size_t offset) {
    Both([&](auto& side) { side.ForkSequence(id, parent, offset); });
  }
  void RollBack(std::int64_t id, std::size_t count) {
    Both([&](auto& side) { side.RollBackSequence(id, count); });
  }
  void Remove(std::int64_t id) {
    Both([&](auto& side) { side.RemoveSequence(id); });
  }
  void Reset() {
    Both([&](auto& side) { side.Reset(); });
    EXPECT_EQ(tree_->FreeCapacity(), fresh_capacity_);
  }

  void Match(const SequenceTokens& tokens) const {
    const auto [length, ids] = tree_->MatchPrefix(tokens);
    const reference::NaivePrefixMatch expected = naive_.MatchPrefix(tokens);
    EXPECT_EQ(length, expected.length);
    EXPECT_EQ(ids.size(), expected.ids.size()) << "or one is listed twice";
    EXPECT_EQ(std::set<std::int64_t>(ids.begin(), ids.end()), expected.ids);
  }

  /// The sequence, whether it exists or not.
  void Get(std::int64_t id) {
    EXPECT_EQ(tree_->HasSequence(id), naive_.HasSequence(id));
    Both([&](auto& side) { side.GetSequence(id); });
    Both([&](auto& side) { side.GetSequenceLength(id); });
    if (!naive_.HasSequence(id)) return;
    const SequenceTokens& tokens = naive_.GetSequence(id);
    EXPECT_EQ(tree_->GetSequence(id), IntTuple(tokens.begin(), tokens.end()));
    EXPECT_EQ(tree_->GetSequenceLength(id), tokens.size());
  }

  void CompareAll() const {
    EXPECT_EQ(tree_->CheckInvariants(), "");
    EXPECT_EQ(SequencesOf(tree_), naive_.Sequences());
    for (const auto& [id, tokens] : naive_.Sequences()) {
      EXPECT_EQ(tree_->GetSequenceLength(id), tokens.size()) << id;
    }
    const PagedRadixTreeOptions options = tree_->Options();
    const PagedRadixTreeStats stats = tree_->Stats();
    CompareFigures(naive_, tree_);
    EXPECT_LE(stats.pages_allocated, options.max_tokens / options.page_size);
    EXPECT_GE(stats.bytes, stats.pages_allocated * options.page_size * sizeof(std::int32_t));
    EXPECT_EQ(tree_->FreeCapacity(),
              (stats.pages_allocated - stats.pages_used) * options.page_size);
  }

  /// Removes everything, and checks that it has left nothing behind.
  void RemoveAll(const std::vector<std::int64_t>& in_order) {
    for (const std::int64_t id : in_order) Remove(id);
    CompareAll();
    EXPECT_EQ(tree_->Stats().pages_used, 0U);
    const PagedRadixTreeOptions options = tree_->Options();
    const std::size_t grown = tree_->FreeCapacity() - fresh_capacity_;
    if (tree_->Stats().pages_allocated != options.max_tokens / options.page_size) {
      EXPECT_EQ(grown % (options.pages_per_block * options.page_size), 0U) << "only whole blocks";
    }
  }

 private:
  template <typename Call>
  void Both(Call call) {
    const SequenceOutcome outcome = OutcomeOf([&] { call(*tree_); });
    EXPECT_EQ(outcome, OutcomeOf([&] { call(naive_); }));
  }

  PagedRadixTree tree_;
  reference::NaiveSequenceStore naive_;
  std::size_t fresh_capacity_;
};

}  // namespace pagedradix::test
