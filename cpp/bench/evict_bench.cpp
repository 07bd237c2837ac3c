// Giving memory back: eviction of one tenant's oldest prompts at several sizes of the tree, and
// destruction of the whole.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include "machine.hpp"
#include "pagedradix/token_tree.hpp"
#include "prompts.hpp"
#include "short_prompts.hpp"

namespace pagedradix::bench {
namespace {

constexpr std::size_t kEvictedTokens = 100'000;

/// A tree that loses half of its tokens, 100,000 of one tenant at a time, and is then built anew.
class ShrinkingTree {
 public:
  explicit ShrinkingTree(std::size_t prompts) : prompts_(prompts) { Rebuild(); }

  bool IsWorn() const noexcept { return evictions_left_ == 0; }

  void Rebuild() {
    evicted_nodes_ += EvictedNodesOfTree();
    tree_.reset();
    tree_ = ShortPrompts::All().Tree(prompts_);
    evictions_left_ = std::max(tree_->Stats().tokens / 2 / kEvictedTokens, std::size_t{1});
  }

  void Evict() {
    const std::string& tenant = ShortPrompts::All().Tenant(--evictions_left_);
    const std::size_t held = tree_->TenantTokenSize(tenant);
    tree_->EvictTenant(tenant, held - std::min(held, kEvictedTokens));
  }

  /// Over all trees.
  std::uint64_t EvictedNodes() const { return evicted_nodes_ + EvictedNodesOfTree(); }

 private:
  std::uint64_t EvictedNodesOfTree() const {
    return tree_ == nullptr ? 0 : tree_->Stats().evicted_nodes;
  }

  std::size_t prompts_;
  std::unique_ptr<TokenTree> tree_;
  std::size_t evictions_left_ = 0;
  std::uint64_t evicted_nodes_ = 0;
};

/// The counter says how many nodes go in the time given.
void Evict(benchmark::State& state) {
  ShrinkingTree tree(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    if (tree.IsWorn()) {
      state.PauseTiming();
      tree.Rebuild();
      state.ResumeTiming();
    }
    tree.Evict();
  }
  state.counters["evicted_nodes"] = benchmark::Counter(static_cast<double>(tree.EvictedNodes()),
                                                       benchmark::Counter::kAvgIterations);
}

void Destroy(benchmark::State& state, bool reserve) {
  const auto count = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    auto tree = ShortPrompts::All().Tree(count, reserve);
    state.ResumeTiming();
    tree.reset();
  }
}

/// What the system takes back at least: as much memory as the tree has, in one piece.
void FreeFloor(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::size_t bytes = ShortPrompts::All().Tree(count)->Stats().reserved_bytes;
  for (auto _ : state) {
    state.PauseTiming();
    TokenBuffer buffer(bytes / sizeof(Token));
    std::fill_n(buffer.data(), buffer.size(), Token{0});
    benchmark::ClobberMemory();
    state.ResumeTiming();
    buffer = TokenBuffer(0);
  }
}

BENCHMARK(Evict)
    ->Name("evict/short_prompts")
    ->Arg(Scaled(5'000))
    ->Arg(Scaled(40'000))
    ->Arg(Scaled(kShortPrompts))
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(FreeFloor)
    ->Name("floor/free_short_prompts")
    ->Arg(Scaled(kShortPrompts))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Destroy, grown, false)
    ->Name("destroy/short_prompts")
    ->Arg(Scaled(kShortPrompts))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Destroy, reserved, true)
    ->Name("destroy/short_prompts_reserved")
    ->Arg(Scaled(kShortPrompts))
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pagedradix::bench
