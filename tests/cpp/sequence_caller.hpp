// SequenceCaller: one thread's random calls on a PagedRadixTree that other threads change as well.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "attempt.hpp"
#include "pagedradix/paged_radix_tree.hpp"
#include "sequence_helpers.hpp"
#include "test_seed.hpp"

namespace pagedradix::test {

inline constexpr std::int64_t kFamilies = 3;

/// Sequences that any thread changes: ids below kContestedIds, of nothing but their family's token,
/// so that they are right however long.
inline constexpr std::int64_t kContestedIds = 24;
inline std::int32_t FamilyToken(std::int64_t id) {
  return static_cast<std::int32_t>(id % kFamilies);
}

/// Sequences that one thread changes and all can meet: they begin like a family and go on as no
/// other does.
inline std::int32_t OwnToken(std::int64_t id, std::size_t at) {
  constexpr std::size_t kShared = 12;
  return at < kShared ? FamilyToken(id) : static_cast<std::int32_t>(id * 1000) + 7;
}

inline SequenceTokens OwnTokens(std::int64_t id, std::size_t begin, std::size_t end) {
  SequenceTokens tokens;
  for (std::size_t at = begin; at < end; ++at) tokens.push_back(OwnToken(id, at));
  return tokens;
}

/// One thread's random calls on a tree; says what was wrong with the answers.
class SequenceCaller {
 public:
  SequenceCaller(PagedRadixTree tree, std::size_t self, std::uint64_t seed)
      : tree_(std::move(tree)), self_(static_cast<std::int64_t>(self)), random_(seed) {}

  static constexpr std::size_t kKinds = 10;
  std::size_t Kind() const { return kind_; }

  /// Whether all answers were possible ones.
  bool Step() {
    kind_ = random_.Below(kKinds);
    switch (kind_) {
      case 0:
        return Tolerated([&] { tree_->AddSequence(Contested()); });
      case 1: {
        const std::int64_t id = Contested();
        const SequenceTokens tokens(random_.Below(20), FamilyToken(id));
        return Tolerated([&] { tree_->ExtendSequence(id, tokens); });
      }
      case 2: {
        const std::int64_t parent = Contested();
        const std::int64_t id = (Contested() / kFamilies) * kFamilies + parent % kFamilies;
        return Tolerated([&] { tree_->ForkSequence(id, parent, random_.Between(0, 20)); });
      }
      case 3:
        return Tolerated([&] { tree_->RollBackSequence(Contested(), random_.Below(20)); });
      case 4:
        return Tolerated([&] { tree_->RemoveSequence(Contested()); });
      case 5:
        return ContestedIsPossible(Contested());
      case 6:
        return MatchIsPossible();
      case 7:
        return TreeIsPossible();
      default:
        return OwnIsExact();
    }
  }

 private:
  static constexpr std::size_t kOwnIds = 8;

  /// `call` may find its id taken, gone or shorter than it thought, and no memory.
  template <typename Call>
  bool Tolerated(Call call) {
    try {
      Attempt(random_, call);
      return true;
    } catch (const SequenceError&) {
      return true;
    } catch (const InvalidArgumentError&) {
      return true;
    }
  }

  std::int64_t Contested() {
    return static_cast<std::int64_t>(random_.Below(static_cast<std::size_t>(kContestedIds)));
  }

  bool ContestedIsPossible(std::int64_t id) {
    bool possible = true;
    Tolerated([&] {
      for (const std::int64_t token : tree_->GetSequence(id)) possible &= token == FamilyToken(id);
    });
    Tolerated([&] { possible &= tree_->GetSequenceLength(id) < std::size_t{1} << 40; });
    tree_->HasSequence(id);
    return possible;
  }

  /// Only sequences of the family match what begins like it, each once.
  bool MatchIsPossible() {
    const SequenceTokens prompt(random_.Below(40), FamilyToken(Contested()));
    auto [length, ids] = tree_->MatchPrefix(prompt);
    if (length > prompt.size() || (length == 0) != ids.empty()) return false;
    for (const std::int64_t id : ids) {
      if (FamilyToken(id) != prompt.front()) return false;
    }
    std::sort(ids.begin(), ids.end());
    return std::adjacent_find(ids.begin(), ids.end()) == ids.end();
  }

  bool TreeIsPossible() {
    const PagedRadixTreeOptions options = tree_->Options();
    const PagedRadixTreeStats stats = tree_->Stats();
    std::vector<std::int64_t> ids = tree_->SequenceIds();
    std::sort(ids.begin(), ids.end());
    return stats.pages_used <= stats.pages_allocated && stats.nodes <= stats.tokens &&
           stats.tokens <= stats.pages_used * options.page_size &&
           tree_->FreeCapacity() % options.page_size == 0 &&
           std::adjacent_find(ids.begin(), ids.end()) == ids.end() &&
           (!random_.OneIn(8) || tree_->CheckInvariants().empty());
  }

  /// What nobody else changes is as this thread left it, whatever the others do around it.
  bool OwnIsExact() {
    const std::size_t index = random_.Below(kOwnIds);
    const std::int64_t id = kContestedIds + self_ * static_cast<std::int64_t>(kOwnIds) +
                            static_cast<std::int64_t>(index);
    std::optional<std::size_t>& length = lengths_[index];
    if (tree_->HasSequence(id) != length.has_value()) return false;
    if (!length) {
      if (!Attempt(random_, [&] { tree_->AddSequence(id); })) return !tree_->HasSequence(id);
      length = 0;
    }
    const SequenceTokens before = OwnTokens(id, 0, *length);
    if (tree_->GetSequenceTokens(id) != before) return false;
    const auto [matched, ids] = tree_->MatchPrefix(before);
    if (matched != *length) return false;
    if (*length != 0 && std::count(ids.begin(), ids.end(), id) != 1) return false;
    if (random_.OneIn(8)) {  // which needs no memory
      length.reset();
      return Attempt(random_, [&] { tree_->RemoveSequence(id); }) && !tree_->HasSequence(id);
    }
    if (*length != 0 && random_.OneIn(2)) {
      const std::size_t count = random_.Between(1, *length);
      if (Attempt(random_, [&] { tree_->RollBackSequence(id, count); })) *length -= count;
    } else {
      const std::size_t count = random_.Below(20);
      const SequenceTokens tokens = OwnTokens(id, *length, *length + count);
      if (Attempt(random_, [&] { tree_->ExtendSequence(id, tokens); })) *length += count;
    }
    return tree_->GetSequenceLength(id) == *length;
  }

  PagedRadixTree tree_;
  std::int64_t self_;
  TestRandom random_;
  std::size_t kind_ = 0;
  std::array<std::optional<std::size_t>, kOwnIds> lengths_;
};

}  // namespace pagedradix::test
