// RandomSequenceCalls: random calls that keep colliding with each other, made on both sides of a
// SequenceComparison.
//
// Sequences mostly begin alike, go on along each other and turn off anywhere, at ends of pages
// above all; ids are few, so that calls often meet an id that is taken or unknown.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sequence_comparison.hpp"
#include "sequence_helpers.hpp"
#include "test_seed.hpp"

namespace pagedradix::test {

class RandomSequenceCalls {
 public:
  /// `kinds`: how many different tokens; few make deep trees, many make wide nodes. `id_count`: how
  /// many sequences there are at most.
  RandomSequenceCalls(SequenceComparison& trees, std::size_t kinds, std::size_t id_count,
                      TestRandom& random)
      : trees_(trees),
        page_size_(trees.Tree()->Options().page_size),
        kinds_(kinds),
        id_count_(id_count),
        random_(random) {}

  const std::string& LastCall() const { return last_call_; }

  /// Any call.
  void Step() {
    const std::size_t draw = random_.Below(100);
    if (draw < 15) return Add();
    if (draw < 45) return Extend();
    if (draw < 60) return Fork();
    if (draw < 72) return RollBack();
    if (draw < 82) return Remove(SomeId());
    if (draw < 98) return Ask();
    if (random_.OneIn(8)) {
      last_call_ = "Reset";
      trees_.Reset();
    }
  }

  void Add() {
    const std::int64_t id = SomeId();
    last_call_ = "AddSequence " + std::to_string(id);
    trees_.Add(id);
  }

  void Extend() { Extend(SomeId()); }

  void Extend(std::int64_t id) {
    const SequenceTokens tokens = Continuation(id);
    last_call_ = "ExtendSequence " + std::to_string(id) + " by " + std::to_string(tokens.size());
    trees_.Extend(id, tokens);
  }

  void Fork() { Fork(SomeId(), SomeId()); }

  void Fork(std::int64_t id, std::int64_t parent) {
    const std::size_t offset = CountWithin(parent);
    last_call_ = "ForkSequence " + std::to_string(id) + " from " + std::to_string(parent) + " at " +
                 std::to_string(offset);
    trees_.Fork(id, parent, offset);
  }

  void RollBack() {
    const std::int64_t id = SomeId();
    const std::size_t count = CountWithin(id);
    last_call_ = "RollBackSequence " + std::to_string(id) + " by " + std::to_string(count);
    trees_.RollBack(id, count);
  }

  void Remove(std::int64_t id) {
    last_call_ = "RemoveSequence " + std::to_string(id);
    trees_.Remove(id);
  }

  /// Any question.
  void Ask() {
    const std::int64_t id = SomeId();
    last_call_ = "MatchPrefix or GetSequence " + std::to_string(id);
    if (random_.OneIn(4)) return trees_.Get(id);
    SequenceTokens tokens;
    if (trees_.Naive().HasSequence(id)) tokens = trees_.Naive().GetSequence(id);
    tokens.resize(random_.Between(0, tokens.size()));
    if (random_.OneIn(2)) tokens = Joined(tokens, FreshTokens());
    trees_.Match(tokens);
  }

  /// One of the ids, known or not.
  std::int64_t SomeId() {
    constexpr std::array<std::int64_t, 6> kExtreme = {
        0,
        -1,
        std::numeric_limits<std::int64_t>::min(),
        std::numeric_limits<std::int64_t>::max(),
        std::int64_t{1} << 32,
        -(std::int64_t{1} << 31),
    };
    const std::size_t index = random_.Below(id_count_);
    return index < kExtreme.size() ? kExtreme[index] : static_cast<std::int64_t>(index);
  }

  std::vector<std::int64_t> IdsInRandomOrder() {
    std::vector<std::int64_t> ids;
    for (const auto& entry : trees_.Naive().Sequences()) ids.push_back(entry.first);
    for (std::size_t i = ids.size(); i > 1; --i) std::swap(ids[i - 1], ids[random_.Below(i)]);
    return ids;
  }

 private:
  std::int32_t SomeToken() {
    constexpr std::array<std::int32_t, 5> kTokens = {0, 1, std::numeric_limits<std::int32_t>::min(),
                                                     -1, std::numeric_limits<std::int32_t>::max()};
    const std::size_t kind = random_.Below(kinds_);
    return kind < kTokens.size() ? kTokens[kind] : static_cast<std::int32_t>(kind << 8);
  }

  SequenceTokens FreshTokens() {
    SequenceTokens tokens(LengthAroundPages(3));
    for (std::int32_t& token : tokens) token = SomeToken();
    return tokens;
  }

  /// Up to so many pages, and often just one token more or less than whole ones.
  std::size_t LengthAroundPages(std::size_t pages) {
    if (random_.OneIn(2)) return random_.Below(pages * page_size_ + 1);
    return random_.Below(pages) * page_size_ + random_.Below(3);
  }

  /// What to extend a sequence by: where another one goes on from there, mostly along that.
  SequenceTokens Continuation(std::int64_t id) {
    const SequenceMap& sequences = trees_.Naive().Sequences();
    const auto extended = sequences.find(id);
    if (extended == sequences.end() || random_.OneIn(4)) return FreshTokens();
    const SequenceTokens& tokens = extended->second;
    // Beginning at a random one, so that all are taken in turn.
    auto other = sequences.lower_bound(SomeId());
    for (std::size_t tried = 0; tried < sequences.size(); ++tried, ++other) {
      if (other == sequences.end()) other = sequences.begin();
      const SequenceTokens& longer = other->second;
      if (longer.size() <= tokens.size()) continue;
      if (!std::equal(tokens.begin(), tokens.end(), longer.begin())) continue;
      SequenceTokens more(longer.begin() + static_cast<std::ptrdiff_t>(tokens.size()),
                          longer.end());
      more.resize(random_.Between(1, more.size()));
      return random_.OneIn(2) ? Joined(more, FreshTokens()) : more;
    }
    return FreshTokens();
  }

  /// An offset into a sequence or a count of its tokens; at times just out of range.
  std::size_t CountWithin(std::int64_t id) {
    if (!trees_.Naive().HasSequence(id)) return 1;
    const std::size_t length = trees_.Naive().GetSequenceLength(id);
    if (random_.OneIn(16)) return random_.OneIn(2) ? 0 : length + 1;
    if (length == 0) return 1;
    if (random_.OneIn(4)) return length;
    if (random_.OneIn(2)) return std::min(length, 1 + LengthAroundPages(2));
    return random_.Between(1, length);
  }

  SequenceComparison& trees_;
  std::size_t page_size_;
  std::size_t kinds_;
  std::size_t id_count_;
  TestRandom& random_;
  std::string last_call_;
};

}  // namespace pagedradix::test
