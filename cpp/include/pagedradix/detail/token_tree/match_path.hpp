// The path of a match, kept while `select` runs without a pin (R21).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "pagedradix/detail/token_tree/descent.hpp"
#include "pagedradix/detail/token_tree/tree_core.hpp"

namespace pagedradix::detail {

class MatchPath {
 public:
  /// To be called before the first slot of the walk is read.
  void Begin(const Generation& generation) noexcept {
    generation_number_ = generation.number;
    unlinked_ = generation.unlinked.load(std::memory_order_seq_cst);
    count_ = 0;
    more_.clear();
  }
  void Add(Node& node) {
    const Step step{&node, node.birth};
    if (count_ < kFirstSteps) {
      first_[count_] = step;
    } else {
      more_.push_back(step);
    }
    ++count_;
  }

  /// After pinning again: where the match had ended, as far as it still stands.
  WalkEnd Resume(Visit& visit, TokenSpan tokens, const WalkEnd& end) const {
    Generation& generation = visit.generation();
    const bool same_tree = generation.number == generation_number_;
    if (same_tree && generation.unlinked.load(std::memory_order_seq_cst) == unlinked_) return end;
    Node& standing = same_tree ? Retrace(visit, tokens) : generation.root;
    return Walk<Owned::kOrNot>(visit.hasher(), standing, tokens);
  }

 private:
  static constexpr std::size_t kFirstSteps = 8;

  struct Step {
    Node* node;
    std::uint64_t birth;
  };

  // Goes down by slots, comparing node and birth instead of tokens. A recorded pointer is compared,
  // never followed, before it was met in a slot. Returns the deepest node that still stands.
  Node& Retrace(Visit& visit, TokenSpan tokens) const {
    Node* at = &visit.generation().root;
    for (std::size_t i = 0; i < count_; ++i) {
      const Step& step = i < kFirstSteps ? first_[i] : more_[i - kFirstSteps];
      if (!HasChild(visit.hasher(), *at, tokens, step)) break;
      at = step.node;
    }
    return *at;
  }

  static bool HasChild(const PageHasher& hasher, const Node& parent, TokenSpan tokens,
                       const Step& step) {
    const auto same = [&step](const Node* child) {
      return child == step.node && child->birth == step.birth;
    };
    const ChildWord word = parent.Children();
    if (word.none()) return false;
    if (word.kind() == ChildWord::kChild) return same(word.child());
    const std::uint64_t hash = hasher(tokens.data() + parent.end_depth);
    ChildTable* const table = word.TableOf(hash);
    return table->FindHash(hash, same);
  }

  std::uint64_t generation_number_ = 0;
  std::uint64_t unlinked_ = 0;
  // Most paths are short, and then need no allocation.
  std::array<Step, kFirstSteps> first_;
  std::vector<Step> more_;
  std::size_t count_ = 0;
};

}  // namespace pagedradix::detail
