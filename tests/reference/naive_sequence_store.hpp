// NaiveSequenceStore: what PagedRadixTree must do, written in the simplest way that is obviously
// right: a map from ids to tokens, and a match that looks at every one of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pagedradix/errors.hpp"

namespace pagedradix::reference {

using SequenceTokens = std::vector<std::int32_t>;

/// How far a prompt matches, and the sequences that go as far with it.
struct NaivePrefixMatch {
  std::size_t length = 0;
  std::set<std::int64_t> ids;
};

/// Tokens from one depth to another.
struct NaiveRun {
  std::size_t begin = 0;
  std::size_t end = 0;
};

class NaiveSequenceStore {
 public:
  bool HasSequence(std::int64_t id) const { return sequences_.count(id) != 0; }

  const SequenceTokens& GetSequence(std::int64_t id) const {
    MustExist(id);
    return sequences_.at(id);
  }

  std::size_t GetSequenceLength(std::int64_t id) const { return GetSequence(id).size(); }

  /// Every sequence and its tokens, by id.
  const std::map<std::int64_t, SequenceTokens>& Sequences() const { return sequences_; }

  NaivePrefixMatch MatchPrefix(const SequenceTokens& tokens) const {
    NaivePrefixMatch match;
    for (const auto& [id, sequence] : sequences_) {
      const std::size_t common = CommonPrefix(sequence, tokens);
      if (common == 0 || common < match.length) continue;
      if (common > match.length) match.ids.clear();
      match.length = common;
      match.ids.insert(id);
    }
    return match;
  }

  void AddSequence(std::int64_t id) {
    MustNotExist(id);
    sequences_[id] = {};
  }

  void ExtendSequence(std::int64_t id, const SequenceTokens& tokens) {
    MustExist(id);
    sequences_[id].insert(sequences_[id].end(), tokens.begin(), tokens.end());
  }

  void ForkSequence(std::int64_t id, std::int64_t parent, std::size_t offset) {
    MustNotExist(id);
    SequenceTokens tokens = GetSequence(parent);
    MustBeWithin(offset, tokens.size());
    tokens.resize(offset);
    sequences_[id] = tokens;
  }

  void RollBackSequence(std::int64_t id, std::size_t count) {
    MustExist(id);
    SequenceTokens& tokens = sequences_[id];
    MustBeWithin(count, tokens.size());
    tokens.resize(tokens.size() - count);
  }

  void RemoveSequence(std::int64_t id) {
    MustExist(id);
    sequences_.erase(id);
  }

  void Reset() { sequences_.clear(); }

  /// What is left to store when common prefixes are stored once: runs of tokens, cut only where a
  /// sequence ends or two part.
  std::vector<NaiveRun> Runs() const {
    std::set<SequenceTokens> cuts;
    SequenceTokens last;
    for (const SequenceTokens& sequence : Sorted()) {
      cuts.insert(sequence);
      last.resize(CommonPrefix(last, sequence));
      cuts.insert(last);
      last = sequence;
    }
    cuts.erase(SequenceTokens());
    std::vector<NaiveRun> runs;
    for (const SequenceTokens& cut : cuts) {
      NaiveRun run{0, cut.size()};
      for (const SequenceTokens& above : cuts) {
        const bool is_above = above.size() < cut.size() && CommonPrefix(above, cut) == above.size();
        if (is_above) run.begin = std::max(run.begin, above.size());
      }
      runs.push_back(run);
    }
    return runs;
  }

 private:
  static std::size_t CommonPrefix(const SequenceTokens& a, const SequenceTokens& b) {
    std::size_t common = 0;
    while (common < a.size() && common < b.size() && a[common] == b[common]) ++common;
    return common;
  }

  /// In order, so that of all earlier ones the one just before shares the most with a sequence.
  std::vector<SequenceTokens> Sorted() const {
    std::vector<SequenceTokens> sorted;
    for (const auto& entry : sequences_) sorted.push_back(entry.second);
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }

  void MustExist(std::int64_t id) const {
    if (!HasSequence(id)) throw SequenceError("no sequence " + std::to_string(id));
  }

  void MustNotExist(std::int64_t id) const {
    if (HasSequence(id)) throw SequenceError("sequence " + std::to_string(id) + " exists");
  }

  static void MustBeWithin(std::size_t count, std::size_t length) {
    if (count == 0 || count > length) throw InvalidArgumentError("count out of range");
  }

  std::map<std::int64_t, SequenceTokens> sequences_;
};

}  // namespace pagedradix::reference
