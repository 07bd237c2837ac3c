// PromptSource: random prompts that keep colliding with each other.
//
// Prompts are put together from a small set of pages, some of which differ only in their first or
// only in their last token, and mostly begin like an earlier prompt, cut anywhere.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "test_seed.hpp"

namespace pagedradix::test {

/// What the prompts make of the tree.
enum class Shape {
  kNarrow,  ///< few short prompts on top of each other: splits and many owners a node
  kLong,    ///< edges of thousands of tokens: chunks of edges, cut and shared
  kWide,    ///< hundreds of children under one node: big child tables, with removals
};

class PromptSource {
 public:
  PromptSource(Shape shape, std::size_t page_size, TestRandom& random)
      : shape_(shape), page_size_(page_size), random_(random) {}

  std::vector<std::uint32_t> Next() {
    std::vector<std::uint32_t> prompt;
    if (!recent_.empty() && !random_.OneIn(4)) {
      prompt = random_.Pick(recent_);
      prompt.resize(random_.Between(0, prompt.size()));
      if (random_.OneIn(2)) prompt.resize(prompt.size() / page_size_ * page_size_);
    }
    const std::size_t pages = random_.Between(0, MaxFreshPages());
    for (std::size_t i = 0; i < pages; ++i) AppendPage(prompt);
    if (random_.OneIn(2)) {
      AppendPage(prompt);
      prompt.resize(prompt.size() - random_.Below(page_size_));
    }
    prompt.resize(std::min(prompt.size(), MaxPages() * page_size_));
    if (recent_.size() < kRecent) {
      recent_.push_back(prompt);
    } else {
      recent_[random_.Below(kRecent)] = prompt;
    }
    return prompt;
  }

 private:
  static constexpr std::size_t kRecent = 16;

  std::size_t Kinds() const { return shape_ == Shape::kWide ? 400 : 4; }
  std::size_t MaxPages() const { return shape_ == Shape::kLong ? 6000 / page_size_ + 8 : 24; }
  std::size_t MaxFreshPages() {
    switch (shape_) {
      case Shape::kNarrow:
        return 4;
      case Shape::kLong:
        return random_.OneIn(3) ? 4000 / page_size_ + 2 : 3;
      case Shape::kWide:
        return 2;
    }
    return 0;
  }

  void AppendPage(std::vector<std::uint32_t>& prompt) {
    const std::size_t kind = random_.Below(Kinds());
    const std::size_t begin = prompt.size();
    prompt.resize(begin + page_size_, 7);
    switch (kind) {
      case 0:
        break;
      case 1:
        prompt.back() = std::numeric_limits<std::uint32_t>::max();
        break;
      case 2:
        prompt[begin] = 0;
        break;
      default:
        prompt[begin + kind % page_size_] = static_cast<std::uint32_t>(kind) << 20;
    }
  }

  Shape shape_;
  std::size_t page_size_;
  TestRandom& random_;
  std::vector<std::vector<std::uint32_t>> recent_;
};

}  // namespace pagedradix::test
