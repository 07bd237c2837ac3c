// PagedRadixTree: arguments are checked, the lock is taken, and SequenceTree does the work.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "pagedradix/detail/paged/paged_invariants.hpp"
#include "pagedradix/detail/paged/sequence_tree.hpp"
#include "pagedradix/detail/threads/fair_shared_mutex.hpp"
#include "pagedradix/paged_radix_tree.hpp"

namespace pagedradix {
namespace detail {

inline PagedRadixTreeOptions Checked(const PagedRadixTreeOptions& options) {
  const auto check = [](const char* name, std::size_t value, std::size_t largest) {
    if (value >= 1 && value <= largest) return;
    throw InvalidArgumentError(std::string(name) + " is " + std::to_string(value) +
                               ": valid is 1 .. " + std::to_string(largest));
  };
  check("page_size", options.page_size, PagedRadixTreeOptions::kMaxPageSize);
  check("pages_per_block", options.pages_per_block, PagedRadixTreeOptions::kMaxPagesPerBlock);
  if (options.max_tokens < options.page_size) {
    throw InvalidArgumentError("max_tokens is " + std::to_string(options.max_tokens) +
                               ", less than one page of " + std::to_string(options.page_size));
  }
  return options;
}

class PagedRadixTreeImpl final : public PagedRadixTreeObj {
 public:
  explicit PagedRadixTreeImpl(const PagedRadixTreeOptions& options)
      : options_(Checked(options)), tree_(options_) {}

  bool HasSequence(std::int64_t seq_id) override {
    const Reading lock(mutex_);
    return tree_.sequences().Contains(seq_id);
  }

  IntTuple GetSequence(std::int64_t seq_id) override {
    return IntTuple(ReadAs<std::int64_t>(seq_id));
  }

  std::vector<std::int32_t> GetSequenceTokens(std::int64_t seq_id) override {
    return ReadAs<std::int32_t>(seq_id);
  }

  std::size_t GetSequenceLength(std::int64_t seq_id) override {
    const Reading lock(mutex_);
    return tree_.Length(seq_id);
  }

  std::pair<std::size_t, std::vector<std::int64_t>> MatchPrefix(const std::int32_t* tokens,
                                                                std::size_t count) override {
    const Reading lock(mutex_);
    return tree_.Match(AsSpan(tokens, count));
  }

  void AddSequence(std::int64_t seq_id) override {
    const Writing lock(mutex_);
    tree_.Add(seq_id);
  }

  void ExtendSequence(std::int64_t seq_id, const std::int32_t* tokens, std::size_t count) override {
    const Writing lock(mutex_);
    tree_.Extend(seq_id, AsSpan(tokens, count));
  }

  void ForkSequence(std::int64_t seq_id, std::int64_t parent_seq_id,
                    std::size_t forked_offset) override {
    const Writing lock(mutex_);
    tree_.Fork(seq_id, parent_seq_id, forked_offset);
  }

  void RollBackSequence(std::int64_t seq_id, std::size_t num_tokens) override {
    const Writing lock(mutex_);
    tree_.RollBack(seq_id, num_tokens);
  }

  void RemoveSequence(std::int64_t seq_id) override {
    const Writing lock(mutex_);
    tree_.Remove(seq_id);
  }

  std::size_t FreeCapacity() override {
    const Reading lock(mutex_);
    return tree_.pages().free_pages() * options_.page_size;
  }

  void Reset() override {
    const Writing lock(mutex_);
    tree_.Reset();
  }

  std::vector<std::int64_t> SequenceIds() override {
    const Reading lock(mutex_);
    std::vector<std::int64_t> ids;
    ids.reserve(tree_.sequences().size());
    tree_.sequences().ForEach([&ids](const Sequence& sequence) { ids.push_back(sequence.id); });
    return ids;
  }

  PagedRadixTreeOptions Options() override { return options_; }

  PagedRadixTreeStats Stats() override {
    const Reading lock(mutex_);
    PagedRadixTreeStats stats;
    stats.sequences = tree_.sequences().size();
    stats.nodes = tree_.shape().node_count();
    stats.tokens = tree_.shape().token_count();
    stats.pages_allocated = tree_.pages().allocated_pages();
    stats.pages_used = stats.pages_allocated - tree_.pages().free_pages();
    stats.bytes = tree_.bytes();
    return stats;
  }

  std::string CheckInvariants() override {
    const Reading lock(mutex_);
    return PagedInvariants(tree_).Check();
  }

 private:
  using Reading = std::shared_lock<FairSharedMutex>;
  using Writing = std::unique_lock<FairSharedMutex>;

  /// Signed and unsigned integers of one size may alias each other.
  static TokenSpan AsSpan(const std::int32_t* tokens, std::size_t count) noexcept {
    return {reinterpret_cast<const Token*>(tokens), count};
  }

  template <typename Integer>
  std::vector<Integer> ReadAs(std::int64_t seq_id) {
    const Reading lock(mutex_);
    std::vector<Integer> values;
    tree_.Read(
        seq_id, [&values](std::size_t length) { values.resize(length); },
        [&values](std::size_t depth, const Token* piece, std::size_t count) {
          const auto* const tokens = reinterpret_cast<const std::int32_t*>(piece);
          std::copy(tokens, tokens + count, values.begin() + static_cast<std::ptrdiff_t>(depth));
        });
    return values;
  }

  const PagedRadixTreeOptions options_;
  FairSharedMutex mutex_;
  SequenceTree tree_;
};

}  // namespace detail

inline PagedRadixTree PagedRadixTree::Create(const PagedRadixTreeOptions& options) {
  return PagedRadixTree(std::make_shared<detail::PagedRadixTreeImpl>(options));
}

}  // namespace pagedradix
