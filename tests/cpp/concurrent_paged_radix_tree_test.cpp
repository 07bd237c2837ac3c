// PagedRadixTree from many threads, every method of it. What a sequence may hold follows from its
// id, so that each answer tells whether it is possible; at rest all is exact.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "concurrency_support.hpp"
#include "pagedradix/paged_radix_tree.hpp"
#include "reference/naive_sequence_store.hpp"
#include "sequence_comparison.hpp"
#include "sequence_helpers.hpp"
#include "test_seed.hpp"

namespace pagedradix::test {
namespace {

constexpr std::size_t kSequenceThreads = 6;
constexpr std::int64_t kFamilies = 3;

/// Sequences that any thread changes: ids below kContestedIds, of nothing but their family's token,
/// so that they are right however long.
constexpr std::int64_t kContestedIds = 24;
std::int32_t FamilyToken(std::int64_t id) { return static_cast<std::int32_t>(id % kFamilies); }

/// Sequences that one thread changes and all can meet: they begin like a family and go on as no
/// other does.
std::int32_t OwnToken(std::int64_t id, std::size_t at) {
  constexpr std::size_t kShared = 12;
  return at < kShared ? FamilyToken(id) : static_cast<std::int32_t>(id * 1000) + 7;
}

SequenceTokens OwnTokens(std::int64_t id, std::size_t begin, std::size_t end) {
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

  /// `call` may find its id taken, gone or shorter than it thought.
  template <typename Call>
  static bool Tolerated(Call call) {
    try {
      call();
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
      tree_->AddSequence(id);
      length = 0;
    }
    const SequenceTokens before = OwnTokens(id, 0, *length);
    if (tree_->GetSequenceTokens(id) != before) return false;
    const auto [matched, ids] = tree_->MatchPrefix(before);
    if (matched != *length) return false;
    if (*length != 0 && std::count(ids.begin(), ids.end(), id) != 1) return false;
    if (random_.OneIn(8)) {
      tree_->RemoveSequence(id);
      length.reset();
      return !tree_->HasSequence(id);
    }
    if (*length != 0 && random_.OneIn(2)) {
      const std::size_t count = random_.Between(1, *length);
      tree_->RollBackSequence(id, count);
      *length -= count;
    } else {
      const std::size_t count = random_.Below(20);
      tree_->ExtendSequence(id, OwnTokens(id, *length, *length + count));
      *length += count;
    }
    return tree_->GetSequenceLength(id) == *length;
  }

  PagedRadixTree tree_;
  std::int64_t self_;
  TestRandom random_;
  std::size_t kind_ = 0;
  std::array<std::optional<std::size_t>, kOwnIds> lengths_;
};

class ConcurrentPagedRadixTree : public ::testing::TestWithParam<std::size_t> {};

INSTANTIATE_TEST_SUITE_P(PageSizes, ConcurrentPagedRadixTree, ::testing::Values(1, 4, 64));

TEST_P(ConcurrentPagedRadixTree, EveryAnswerIsPossibleAndAllIsExactAtRest) {
  const std::uint64_t seed = PrintedSeed();
  const auto tree = PagedRadixTree::Create(WithPages(GetParam(), 2));
  const std::size_t fresh_capacity = tree->FreeCapacity();
  std::vector<SequenceCaller> callers;
  for (std::size_t self = 0; self < kSequenceThreads; ++self) {
    callers.emplace_back(tree, self, seed * 7919 + self);
  }
  for (std::size_t round = 0; round < SizeFor(5, 2, 3); ++round) {
    std::array<std::atomic<std::size_t>, SequenceCaller::kKinds> wrong{};
    RunTogether(kSequenceThreads, [&](std::size_t self) {
      for (std::size_t step = 0; step < SizeFor(6000, 1000, 2000); ++step) {
        // One wakes up again and again, and so stops others in the middle of what they do.
        if (self == 0 && step % 4 == 0) std::this_thread::sleep_for(std::chrono::microseconds(10));
        if (!callers[self].Step()) wrong[callers[self].Kind()].fetch_add(1);
      }
    });
    for (std::size_t kind = 0; kind < wrong.size(); ++kind) {
      EXPECT_EQ(wrong[kind], 0U) << "impossible answers in case " << kind << " of Step";
    }
    ASSERT_EQ(tree->CheckInvariants(), "");
    ASSERT_FALSE(HasFailure()) << "in round " << round;
  }
  reference::NaiveSequenceStore naive;
  for (const auto& [id, tokens] : SequencesOf(tree)) {
    naive.AddSequence(id);
    naive.ExtendSequence(id, tokens);
  }
  CompareFigures(naive, tree);
  for (const std::int64_t id : tree->SequenceIds()) tree->RemoveSequence(id);
  EXPECT_EQ(tree->Stats().pages_used, 0U);
  EXPECT_EQ((tree->FreeCapacity() - fresh_capacity) % (2 * GetParam()), 0U) << "whole blocks";
  EXPECT_EQ(tree->CheckInvariants(), "");
}

TEST(ConcurrentPagedRadixTreeReset, LeavesAUsableTreeWheneverItComes) {
  const std::uint64_t seed = PrintedSeed();
  const auto tree = PagedRadixTree::Create(WithPages(4, 2));
  std::atomic<std::size_t> wrong{0};
  RunTogether(kSequenceThreads, [&](std::size_t self) {
    TestRandom random(seed + self);
    const auto id = static_cast<std::int64_t>(self);
    const SequenceTokens tokens = OwnTokens(id, 0, 40);
    for (std::size_t step = 0; step < SizeFor(5000, 500, 1000); ++step) {
      if (random.OneIn(16)) tree->Reset();
      try {
        tree->AddSequence(id);
        tree->ExtendSequence(id, tokens);
        if (tree->GetSequenceTokens(id) != tokens) wrong.fetch_add(1);
        tree->RemoveSequence(id);
      } catch (const SequenceError&) {  // Somebody has reset the tree meanwhile.
        if (tree->HasSequence(id)) wrong.fetch_add(1);
      }
    }
  });
  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(tree->CheckInvariants(), "");
  tree->Reset();
  EXPECT_EQ(tree->FreeCapacity(), 8U);
}

// Lookups of a long sequence overlap each other without a gap; a plain reader-writer lock that
// prefers readers would keep the changes waiting for as long as they go on.
TEST(ConcurrentPagedRadixTreeFairness, LookupsWithoutAGapDoNotKeepChangesWaiting) {
  constexpr std::size_t kReaders = 6;
  const std::size_t changes = SizeFor(200, 50, 50);
  const auto tree = PagedRadixTree::Create();
  const SequenceTokens tokens(200'000, 5);
  Store(tree, 0, tokens);
  std::atomic<bool> done{false};
  std::atomic<std::size_t> made{0};
  RunTogether(kReaders + 1, [&](std::size_t self) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    if (self != 0) {
      while (!done && std::chrono::steady_clock::now() < deadline) tree->MatchPrefix(tokens);
      return;
    }
    for (; made < changes && std::chrono::steady_clock::now() < deadline; ++made) {
      tree->AddSequence(1);
      tree->RemoveSequence(1);
    }
    done = true;
  });
  EXPECT_EQ(made, changes);
}

}  // namespace
}  // namespace pagedradix::test
