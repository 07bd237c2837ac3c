// The workload "short prompts": a million random prompts of 64 to 512 tokens, three in ten of them
// behind one of 64 system prompts of 2,048 tokens; eight tenants take turns.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "machine.hpp"
#include "pagedradix/routing/splitmix64.hpp"
#include "pagedradix/token_tree.hpp"
#include "prompts.hpp"

namespace pagedradix::bench {

inline constexpr std::int64_t kShortPrompts = 1'000'000;

class ShortPrompts {
 public:
  static constexpr std::size_t kSystemPrompts = 64;
  static constexpr std::size_t kSystemTokens = 2048;
  static constexpr std::size_t kTenants = 8;
  /// For each prompt: its tokens, and what a tree adds to them.
  static constexpr std::size_t kReservedTokens = 330;

  /// As many as this run's scale says, made once a process. A smaller workload is the first ones.
  static const ShortPrompts& All() {
    static const ShortPrompts kPrompts(static_cast<std::size_t>(Scaled(kShortPrompts)));
    return kPrompts;
  }

  explicit ShortPrompts(std::size_t count)
      : systems_(PromptSet::Random(kSystemPrompts, kSystemTokens, kSystemSeed)),
        prompts_(Lengths(count)) {
    for (std::size_t i = 0; i < count; ++i) {
      Token* out = prompts_.Writable(i);
      if (HasSystem(i)) {
        const TokenSpan system = systems_[SystemOf(i)];
        out = std::copy(system.begin(), system.end(), out);
      }
      FillRandom(out, TailTokens(i), Draw(i, kTailSeed));
    }
    for (std::size_t tenant = 0; tenant < kTenants; ++tenant) {
      tenants_[tenant] = WorkerName(tenant);
    }
  }

  std::size_t size() const noexcept { return prompts_.size(); }
  TokenSpan operator[](std::size_t i) const noexcept { return prompts_[i]; }
  const std::string& Tenant(std::size_t i) const noexcept { return tenants_[i % kTenants]; }

  /// The system prompt before prompt i, empty if there is none.
  TokenSpan System(std::size_t i) const noexcept {
    return HasSystem(i) ? systems_[SystemOf(i)] : TokenSpan();
  }
  /// What prompt i shares with no other, cut to pages.
  TokenSpan Tail(std::size_t i, std::size_t page_size) const noexcept {
    const std::size_t begin = HasSystem(i) ? kSystemTokens : 0;
    const std::size_t tokens = TailTokens(i);
    return {prompts_[i].data() + begin, tokens - tokens % page_size};
  }

  /// Inserts prompts begin .. end - 1.
  void Insert(TokenTree& tree, std::size_t begin, std::size_t end) const {
    for (std::size_t i = begin; i < end; ++i) tree.InsertTokens(prompts_[i], Tenant(i));
  }
  /// A tree with the first `count` prompts, in memory that was reserved or that it grew by.
  std::unique_ptr<TokenTree> Tree(std::size_t count, bool reserve = false) const {
    auto tree = std::make_unique<TokenTree>();
    if (reserve) tree->Reserve(count * kReservedTokens);
    Insert(*tree, 0, count);
    return tree;
  }

 private:
  enum Seed : std::uint64_t { kSystemSeed = 1, kLengthSeed, kSharesSeed, kChoiceSeed, kTailSeed };

  static std::uint64_t Draw(std::size_t i, Seed seed) noexcept {
    return routing::SplitMix64At(routing::SplitMix64Finalize(seed), i);
  }
  static bool HasSystem(std::size_t i) noexcept { return Draw(i, kSharesSeed) % 10 < 3; }
  static std::size_t SystemOf(std::size_t i) noexcept {
    return Draw(i, kChoiceSeed) % kSystemPrompts;
  }
  static std::size_t TailTokens(std::size_t i) noexcept { return 64 + Draw(i, kLengthSeed) % 449; }

  static std::vector<std::size_t> Lengths(std::size_t count) {
    std::vector<std::size_t> lengths(count);
    for (std::size_t i = 0; i < count; ++i) {
      lengths[i] = TailTokens(i) + (HasSystem(i) ? kSystemTokens : 0);
    }
    return lengths;
  }

  PromptSet systems_;
  PromptSet prompts_;
  std::array<std::string, kTenants> tenants_;
};

}  // namespace pagedradix::bench
