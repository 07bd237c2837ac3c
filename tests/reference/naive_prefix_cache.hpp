// NaivePrefixCache: what the radix PrefixCache must do, written in the simplest way that is
// obviously right.
//
// Where several sequences serve equally well (a reused one of two that are equally short, the one
// to fork from), the choice is the implementation's: PossibleResults lists what would be right, and
// Insert is told what was chosen. The caller looks at Removed() instead of giving a callback. A
// call that is refused for its id or its arguments commits nothing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "pagedradix/errors.hpp"
#include "reference/naive_sequence_store.hpp"

namespace pagedradix::reference {

/// An answer of InsertSequence.
struct NaiveInsertResult {
  std::size_t prefilled_offset = 0;
  std::int64_t forked = -1;
  std::int64_t reused = -1;
  std::size_t popped = 0;

  friend bool operator==(const NaiveInsertResult& a, const NaiveInsertResult& b) {
    return a.prefilled_offset == b.prefilled_offset && a.forked == b.forked &&
           a.reused == b.reused && a.popped == b.popped;
  }
};

class NaivePrefixCache {
 public:
  explicit NaivePrefixCache(std::int64_t max_recycling) : max_recycling_(max_recycling) {}

  /// Commits, then lists every answer that the five rules allow for the prompt.
  std::vector<NaiveInsertResult> PossibleResults(std::int64_t id, SequenceTokens tokens, int window,
                                                 int sink) {
    if (id == -1) throw InvalidArgumentError("the id means none");
    if (tokens.empty()) throw InvalidArgumentError("no token to prefill");
    if (window != -1 && window <= 0) throw InvalidArgumentError("window");
    if (sink < 0) throw InvalidArgumentError("sink");
    if (HasSequence(id)) throw SequenceError("taken");
    CommitSequenceExtension();
    tokens.pop_back();
    const NaivePrefixMatch match = sequences_.MatchPrefix(tokens);
    if (match.length == 0) return {NaiveInsertResult()};
    std::vector<NaiveInsertResult> reusing =
        window == -1 ? ReusingTheShortest(match) : ReusingTheExact(match, {window, sink});
    if (!reusing.empty()) return reusing;
    if (window == -1) {
      std::vector<NaiveInsertResult> forking;
      for (const std::int64_t other : match.ids) {
        if (windows_.at(other).first == -1) forking.push_back({match.length, other, -1, 0});
      }
      if (!forking.empty()) return forking;
    }
    return {NaiveInsertResult()};
  }

  /// Does what `chosen`, one of PossibleResults, says.
  void Insert(std::int64_t id, int window, int sink, const NaiveInsertResult& chosen) {
    if (chosen.reused != -1) {
      recycling_.erase(std::find(recycling_.begin(), recycling_.end(), chosen.reused));
      if (chosen.popped != 0) sequences_.RollBackSequence(chosen.reused, chosen.popped);
      return;
    }
    if (chosen.forked != -1) {
      sequences_.ForkSequence(id, chosen.forked, chosen.prefilled_offset);
    } else {
      sequences_.AddSequence(id);
    }
    windows_[id] = {window, sink};
  }

  void ExtendSequence(std::int64_t id, const SequenceTokens& tokens) {
    queue_.emplace_back(id, tokens);
  }

  void CommitSequenceExtension() {
    for (auto it = queue_.begin(); it != queue_.end(); ++it) {
      if (IsRecycling(it->first)) {
        queue_.erase(it);
        throw SequenceError("recycling");
      }
    }
    for (const auto& [id, tokens] : queue_) {
      if (HasSequence(id)) sequences_.ExtendSequence(id, tokens);
    }
    queue_.clear();
  }

  void RollBackSequence(std::int64_t id, std::size_t count) {
    MustBeActive(id);
    CommitSequenceExtension();
    sequences_.RollBackSequence(id, count);
  }

  void RecycleSequence(std::int64_t id, bool lazy) {
    MustBeActive(id);
    if (!lazy || max_recycling_ == 0) return Remove(id);
    CommitSequenceExtension();
    if (static_cast<std::int64_t>(recycling_.size()) == max_recycling_) TryFreeMemory();
    recycling_.push_back(id);
  }

  bool TryFreeMemory() {
    if (recycling_.empty()) return false;
    const std::int64_t oldest = recycling_.front();
    recycling_.pop_front();
    Remove(oldest);
    return true;
  }

  bool HasSequence(std::int64_t id) const { return sequences_.HasSequence(id); }

  bool IsRecycling(std::int64_t id) const {
    return std::find(recycling_.begin(), recycling_.end(), id) != recycling_.end();
  }

  void Reset() {
    sequences_.Reset();
    windows_.clear();
    recycling_.clear();
    queue_.clear();
  }

  const NaiveSequenceStore& Sequences() const { return sequences_; }

  /// Ids in the order in which the callback must have been called.
  const std::vector<std::int64_t>& Removed() const { return removed_; }

 private:
  using Window = std::pair<int, int>;

  /// Rule 2.
  std::vector<NaiveInsertResult> ReusingTheExact(const NaivePrefixMatch& match,
                                                 const Window& window) const {
    std::vector<NaiveInsertResult> results;
    for (const std::int64_t other : match.ids) {
      if (IsRecycling(other) && windows_.at(other) == window &&
          sequences_.GetSequenceLength(other) == match.length) {
        results.push_back({match.length, -1, other, 0});
      }
    }
    return results;
  }

  /// Rule 3.
  std::vector<NaiveInsertResult> ReusingTheShortest(const NaivePrefixMatch& match) const {
    std::vector<NaiveInsertResult> results;
    for (const std::int64_t other : match.ids) {
      if (!IsRecycling(other) || windows_.at(other).first != -1) continue;
      const std::size_t popped = sequences_.GetSequenceLength(other) - match.length;
      if (!results.empty() && popped < results.front().popped) results.clear();
      if (!results.empty() && popped > results.front().popped) continue;
      results.push_back({match.length, -1, other, popped});
    }
    // Equally short ones all pass or all fail the test for 0.9 of their length.
    const bool long_enough =
        !results.empty() && 10 * match.length > 9 * (match.length + results.front().popped);
    return long_enough ? results : std::vector<NaiveInsertResult>();
  }

  void MustBeActive(std::int64_t id) const {
    if (!HasSequence(id) || IsRecycling(id)) throw SequenceError("not active");
  }

  void Remove(std::int64_t id) {
    sequences_.RemoveSequence(id);
    windows_.erase(id);
    removed_.push_back(id);
  }

  std::int64_t max_recycling_;
  NaiveSequenceStore sequences_;
  std::map<std::int64_t, Window> windows_;
  std::deque<std::int64_t> recycling_;  // the one that was recycled first in front
  std::vector<std::pair<std::int64_t, SequenceTokens>> queue_;
  std::vector<std::int64_t> removed_;
};

}  // namespace pagedradix::reference
