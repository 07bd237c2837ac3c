// The PrefixCache that caches: a PagedRadixTree, the states of its sequences, and a queue of
// extensions.
//
// Each public method works under the lock and says which sequence it removed; the callback is
// called after the lock is gone (RemovedSequence).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pagedradix/detail/memory/fault_injection.hpp"
#include "pagedradix/detail/paged/cached_sequences.hpp"
#include "pagedradix/detail/paged/prompt_arguments.hpp"
#include "pagedradix/errors.hpp"
#include "pagedradix/paged_radix_tree.hpp"
#include "pagedradix/prefix_cache.hpp"

namespace pagedradix::detail {

class RadixPrefixCache final : public PrefixCacheObj {
 public:
  RadixPrefixCache(std::int64_t max_recycling_seqs, PrefixCacheRemoveCallback remove_callback,
                   const PagedRadixTreeOptions& tree_options)
      : tree_(PagedRadixTree::Create(tree_options)),
        max_recycling_(CheckedLimit(max_recycling_seqs)),
        remove_callback_(std::move(remove_callback)) {}

  PrefixCacheMatchedResult InsertSequence(std::int64_t seq_id, std::vector<std::int32_t> tokens,
                                          int sliding_window_size,
                                          int attention_sink_size) override {
    const SlidingWindow window =
        CheckedPrompt(seq_id, tokens, sliding_window_size, attention_sink_size);
    const Lock lock(mutex_);
    if (sequences_.Contains(seq_id)) {
      throw SequenceError("sequence " + std::to_string(seq_id) + " exists already");
    }
    CommitLocked();
    const auto [matched, ids] = tree_->MatchPrefix(tokens.data(), tokens.size() - 1);
    if (const std::optional<Reusable> reusable = FindReusable(matched, ids, window)) {
      return ReuseLocked(*reusable, matched);
    }
    if (window.none()) {
      for (const std::int64_t id : ids) {
        if (!sequences_.WindowOf(id).none()) continue;
        AddLocked(seq_id, window,
                  [&, length = matched] { tree_->ForkSequence(seq_id, id, length); });
        PrefixCacheMatchedResult result;
        result.prefilled_offset = matched;
        result.forked_seq_id = id;
        return result;
      }
    }
    AddLocked(seq_id, window, [&] { tree_->AddSequence(seq_id); });
    return {};
  }

  void ExtendSequence(std::int64_t seq_id, const std::vector<std::int32_t>& tokens) override {
    MaybeFailAllocation();
    Extension extension{seq_id, tokens};
    const Lock lock(mutex_);
    MaybeFailAllocation();
    extensions_.push_back(std::move(extension));
  }

  void CommitSequenceExtension() override {
    const Lock lock(mutex_);
    CommitLocked();
  }

  void RollBackSequence(std::int64_t seq_id, std::size_t num_tokens) override {
    const Lock lock(mutex_);
    sequences_.CheckIsActive(seq_id);
    CommitLocked();
    tree_->RollBackSequence(seq_id, num_tokens);
  }

  void RecycleSequence(std::int64_t seq_id, bool lazy) override {
    std::optional<std::int64_t> removed;
    {
      const Lock lock(mutex_);
      sequences_.CheckIsActive(seq_id);
      if (!lazy || max_recycling_ == 0) {
        removed = seq_id;
      } else {
        CommitLocked();
        if (sequences_.recycling() == max_recycling_) removed = sequences_.Oldest();
        sequences_.Recycle(seq_id);
      }
      if (removed) RemoveLocked(*removed);
    }
    if (removed) CallBack(*removed);
  }

  bool TryFreeMemory() override {
    std::int64_t removed = 0;
    {
      const Lock lock(mutex_);
      if (sequences_.recycling() == 0) return false;
      removed = sequences_.Oldest();
      RemoveLocked(removed);
    }
    CallBack(removed);
    return true;
  }

  bool HasSequence(std::int64_t seq_id) override {
    const Lock lock(mutex_);
    return sequences_.Contains(seq_id);
  }

  void Reset() override {
    const Lock lock(mutex_);
    tree_->Reset();
    sequences_.Clear();
    extensions_.clear();
  }

  PrefixCacheMode Mode() override { return PrefixCacheMode::kRadix; }

 private:
  using Lock = std::scoped_lock<std::mutex>;

  struct Extension {
    std::int64_t seq_id;
    std::vector<std::int32_t> tokens;
  };
  struct Reusable {
    std::int64_t id;
    std::size_t length;
  };

  static std::size_t CheckedLimit(std::int64_t max_recycling_seqs) {
    if (max_recycling_seqs >= 0) return static_cast<std::size_t>(max_recycling_seqs);
    if (max_recycling_seqs == -1) return std::numeric_limits<std::size_t>::max();
    throw InvalidArgumentError("max_recycling_seqs is " + std::to_string(max_recycling_seqs) +
                               ": valid is -1 (no limit) or more");
  }

  /// Rules 2 and 3 of InsertSequence; of several alike the one with the lowest id.
  std::optional<Reusable> FindReusable(std::size_t matched, const std::vector<std::int64_t>& ids,
                                       const SlidingWindow& window) const {
    std::optional<Reusable> best;
    for (const std::int64_t id : ids) {
      if (!sequences_.IsRecycling(id)) continue;
      const SlidingWindow& other = sequences_.WindowOf(id);
      if (window.none() ? !other.none() : !(other == window)) continue;
      const std::size_t length = tree_->GetSequenceLength(id);
      if (!best || length < best->length || (length == best->length && id < best->id)) {
        best = Reusable{id, length};
      }
    }
    if (!best) return std::nullopt;
    const bool good =
        window.none() ? IsMoreThanNineTenths(matched, best->length) : best->length == matched;
    return good ? best : std::nullopt;
  }

  static bool IsMoreThanNineTenths(std::size_t part, std::size_t whole) noexcept {
    return whole - part < (whole + 9) / 10;
  }

  PrefixCacheMatchedResult ReuseLocked(Reusable reusable, std::size_t matched) {
    PrefixCacheMatchedResult result;
    result.prefilled_offset = matched;
    result.reused_seq_id = reusable.id;
    result.reused_seq_pop_last_tokens = reusable.length - matched;
    if (result.reused_seq_pop_last_tokens != 0) {
      tree_->RollBackSequence(reusable.id, result.reused_seq_pop_last_tokens);
    }
    sequences_.Reuse(reusable.id);
    return result;
  }

  template <typename AddToTree>
  void AddLocked(std::int64_t seq_id, const SlidingWindow& window, AddToTree add_to_tree) {
    sequences_.Add(seq_id, window);
    try {
      add_to_tree();
    } catch (...) {
      sequences_.Remove(seq_id);
      throw;
    }
  }

  void RemoveLocked(std::int64_t seq_id) {
    tree_->RemoveSequence(seq_id);
    sequences_.Remove(seq_id);
  }

  void CommitLocked() {
    DropOneForRecycling();
    for (; !extensions_.empty(); extensions_.pop_front()) {
      const Extension& next = extensions_.front();
      if (!sequences_.Contains(next.seq_id)) continue;
      tree_->ExtendSequence(next.seq_id, next.tokens);
    }
  }

  void DropOneForRecycling() {
    for (auto it = extensions_.begin(); it != extensions_.end(); ++it) {
      if (!sequences_.Contains(it->seq_id) || !sequences_.IsRecycling(it->seq_id)) continue;
      const std::string message = "sequence " + std::to_string(it->seq_id) +
                                  " is recycling, not active: its extension by " +
                                  std::to_string(it->tokens.size()) + " tokens is dropped";
      extensions_.erase(it);
      throw SequenceError(message);
    }
  }

  void CallBack(std::int64_t removed) const {
    if (remove_callback_) remove_callback_(removed);
  }

  const PagedRadixTree tree_;
  const std::size_t max_recycling_;
  const PrefixCacheRemoveCallback remove_callback_;
  std::mutex mutex_;
  CachedSequences sequences_;
  std::deque<Extension> extensions_;  ///< queued, the oldest in front
};

}  // namespace pagedradix::detail

namespace pagedradix {

inline PrefixCache PrefixCache::CreateRadixPrefixCache(std::int64_t max_recycling_seqs,
                                                       PrefixCacheRemoveCallback remove_callback,
                                                       const PagedRadixTreeOptions& tree_options) {
  return PrefixCache(std::make_shared<detail::RadixPrefixCache>(
      max_recycling_seqs, std::move(remove_callback), tree_options));
}

}  // namespace pagedradix
