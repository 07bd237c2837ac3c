// Memory: bytes a token, a node and a tenant. The figures are the counters; the time is that of
// building the tree.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include "machine.hpp"
#include "pagedradix/token_tree.hpp"
#include "paths.hpp"
#include "prompts.hpp"
#include "short_prompts.hpp"

namespace pagedradix::bench {
namespace {

/// The tree's own figures, and what the process has grown by since `resident_before`.
void CountBytes(benchmark::State& state, const TokenTree& tree, std::size_t resident_before) {
  const TokenTreeStats stats = tree.Stats();
  const auto nodes = static_cast<double>(stats.nodes);
  const auto tokens = static_cast<double>(stats.tokens);
  const auto overhead = [&](std::size_t bytes) {
    return static_cast<double>(bytes) - tokens * sizeof(Token);
  };
  const std::size_t resident = ResidentBytes() - resident_before;
  state.counters["nodes"] = nodes;
  state.counters["tokens"] = tokens;
  state.counters["bytes_a_token"] = static_cast<double>(stats.memory_bytes) / tokens;
  state.counters["overhead_a_node"] = overhead(stats.memory_bytes) / nodes;
  state.counters["reserved_overhead_a_node"] = overhead(stats.reserved_bytes) / nodes;
  state.counters["resident_overhead_a_node"] = overhead(resident) / nodes;
}

void MemoryOfShortPrompts(benchmark::State& state) {
  const ShortPrompts& prompts = ShortPrompts::All();
  for (auto _ : state) {
    ForgetFreedMemory();
    const std::size_t resident_before = ResidentBytes();
    const auto tree = prompts.Tree(prompts.size());
    state.PauseTiming();
    CountBytes(state, *tree, resident_before);
    state.ResumeTiming();
  }
}

/// 4 million tokens, in prompts of one length and path shape.
void MemoryOfPaths(benchmark::State& state, PathShape shape) {
  constexpr std::int64_t kTokens = 1 << 22;
  const auto length = static_cast<std::size_t>(state.range(0));
  const PromptSet prompts =
      PromptSet::Random(static_cast<std::size_t>(Scaled(kTokens)) / length + 1, length, 1);
  for (auto _ : state) {
    ForgetFreedMemory();
    const std::size_t resident_before = ResidentBytes();
    TokenTree tree;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      InsertPath(tree, prompts[i], shape, WorkerName(0));
    }
    state.PauseTiming();
    CountBytes(state, tree, resident_before);
    state.ResumeTiming();
  }
}

/// What each tenant adds that holds the same page as all others.
void MemoryOfTenants(benchmark::State& state) {
  const auto page = TokenBuffer::Random(16, 1);
  const auto tenants = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    TokenTree tree;
    tree.InsertTokens(page.Span(), WorkerName(0));
    const std::size_t of_one = tree.Stats().memory_bytes;
    for (std::size_t i = 1; i < tenants; ++i) tree.InsertTokens(page.Span(), WorkerName(i));
    state.counters["bytes_a_tenant"] =
        static_cast<double>(tree.Stats().memory_bytes - of_one) / static_cast<double>(tenants - 1);
  }
}

void MemoryOfNothing(benchmark::State& state) {
  for (auto _ : state) {
    const TokenTree tree;
    state.counters["bytes"] = static_cast<double>(tree.Stats().memory_bytes);
  }
}

BENCHMARK(MemoryOfShortPrompts)
    ->Name("memory/short_prompts")
    ->Arg(Scaled(kShortPrompts))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(MemoryOfPaths, one_edge, kOneEdge)
    ->Name("memory/one_edge")
    ->Arg(8192)
    ->Arg(150000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(MemoryOfPaths, nodes256, kNodes256)
    ->Name("memory/nodes256")
    ->Arg(8192)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(MemoryOfPaths, nodes16, kNodes16)
    ->Name("memory/nodes16")
    ->Arg(8192)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(MemoryOfTenants)->Name("memory/tenants")->Arg(1000)->Unit(benchmark::kMicrosecond);
BENCHMARK(MemoryOfNothing)->Name("memory/empty_tree")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace pagedradix::bench
