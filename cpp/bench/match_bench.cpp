// Matching: over one edge, over many nodes, in cache and out of it; beside memcmp of the same.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "floors.hpp"
#include "machine.hpp"
#include "pagedradix/token_tree.hpp"
#include "paths.hpp"
#include "prompts.hpp"
#include "short_prompts.hpp"

namespace pagedradix::bench {
namespace {

constexpr std::string_view kTenant = "http://worker-0:8000";

void Match(benchmark::State& state, PathShape shape) {
  const auto prompt = TokenBuffer::Random(static_cast<std::size_t>(state.range(0)), 1);
  const auto tree = TreeWithPath(prompt.Span(), shape, kTenant);
  for (auto _ : state) benchmark::DoNotOptimize(tree->MatchPrefixWithCounts(prompt.Span()));
  state.counters["nodes"] = static_cast<double>(NodesOf(shape, prompt.size()));
}

/// As many prompts as fill the caches eight times, visited in random order.
struct ColdPrompts {
  explicit ColdPrompts(std::size_t length)
      : prompts(PromptSet::Random(ColdBytes() / (length * sizeof(Token)) + 1, length, 1)),
        order(RandomOrder(prompts.size(), 2)) {}

  PromptSet prompts;
  std::vector<std::size_t> order;
};

void MatchCold(benchmark::State& state, PathShape shape) {
  const auto length = static_cast<std::size_t>(state.range(0));
  const ColdPrompts cold(length);
  TokenTree tree;
  for (std::size_t i = 0; i < cold.prompts.size(); ++i) {
    InsertPath(tree, cold.prompts[i], shape, kTenant);
  }
  while (state.KeepRunningBatch(static_cast<std::int64_t>(cold.order.size()))) {
    for (const std::size_t i : cold.order) {
      benchmark::DoNotOptimize(tree.MatchPrefixWithCounts(cold.prompts[i]));
    }
  }
  state.counters["nodes"] = static_cast<double>(NodesOf(shape, length));
}

void MemcmpColdFloor(benchmark::State& state) {
  const ColdPrompts cold(static_cast<std::size_t>(state.range(0)));
  const ColdPrompts copies(static_cast<std::size_t>(state.range(0)));
  while (state.KeepRunningBatch(static_cast<std::int64_t>(cold.order.size()))) {
    for (const std::size_t i : cold.order) CompareEqual(cold.prompts[i], copies.prompts[i]);
  }
}

void MatchShortPrompts(benchmark::State& state, bool reserve) {
  const ShortPrompts& prompts = ShortPrompts::All();
  const auto tree = prompts.Tree(prompts.size(), reserve);
  const std::vector<std::size_t> order = RandomOrder(prompts.size(), 2);
  while (state.KeepRunningBatch(state.range(0))) {
    for (const std::size_t i : order) {
      benchmark::DoNotOptimize(tree->MatchPrefixWithCounts(prompts[i]));
    }
  }
}

/// The pairs that MatchShortPrompts compares: system prompts with the one stored copy of each, and
/// tails with theirs, which lie as they were inserted.
void MemcmpShortPromptsFloor(benchmark::State& state) {
  const ShortPrompts& prompts = ShortPrompts::All();
  const std::size_t page_size = TokenTreeOptions().page_size;
  std::vector<std::size_t> lengths;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    lengths.push_back(prompts.Tail(i, page_size).size());
  }
  PromptSet tails(std::move(lengths));
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    CopyTo(tails.Writable(i), prompts.Tail(i, page_size));
  }
  const std::vector<std::size_t> order = RandomOrder(prompts.size(), 2);
  while (state.KeepRunningBatch(state.range(0))) {
    for (const std::size_t i : order) {
      const TokenSpan system = prompts.System(i);
      if (!system.empty()) CompareEqual(prompts[i].First(system.size()), system);
      CompareEqual(prompts.Tail(i, page_size), tails[i]);
    }
  }
}

/// A thousand prompts of 512 tokens, one call each: what a batch from Python does.
void MatchThousand(benchmark::State& state) {
  constexpr std::size_t kLength = 512;
  const auto count = static_cast<std::size_t>(state.range(0));
  const auto tokens = TokenBuffer::Random(count * kLength, 1);
  TokenTree tree;
  const auto prompt = [&tokens](std::size_t i) {
    return TokenSpan(tokens.data() + i * kLength, kLength);
  };
  for (std::size_t i = 0; i < count; ++i) tree.InsertTokens(prompt(i), kTenant);
  for (auto _ : state) {
    for (std::size_t i = 0; i < count; ++i) {
      benchmark::DoNotOptimize(tree.MatchPrefixWithCounts(prompt(i)));
    }
  }
}

BENCHMARK(MemcmpFloor)->Name("floor/memcmp")->Arg(1024)->Arg(8192)->Arg(32768)->Arg(150000);
BENCHMARK_CAPTURE(Match, one_edge, kOneEdge)
    ->Name("match/one_edge")
    ->Arg(1024)
    ->Arg(4096)
    ->Arg(8192)
    ->Arg(32768)
    ->Arg(150000);
BENCHMARK_CAPTURE(Match, nodes256, kNodes256)->Name("match/nodes256")->Arg(8192)->Arg(150000);
BENCHMARK_CAPTURE(Match, forks256, kForks256)->Name("match/forks256")->Arg(8192)->Arg(150000);
BENCHMARK_CAPTURE(Match, nodes16, kNodes16)->Name("match/nodes16")->Arg(8192)->Arg(Scaled(150000));
BENCHMARK_CAPTURE(Match, forks16, kForks16)->Name("match/forks16")->Arg(8192)->Arg(Scaled(150000));

BENCHMARK(MemcmpColdFloor)->Name("floor/memcmp_cold")->Arg(8192)->Arg(150000);
BENCHMARK_CAPTURE(MatchCold, nodes256, kNodes256)
    ->Name("match/nodes256_cold")
    ->Arg(8192)
    ->Arg(150000);
BENCHMARK_CAPTURE(MatchCold, forks256, kForks256)
    ->Name("match/forks256_cold")
    ->Arg(8192)
    ->Arg(150000);

BENCHMARK(MemcmpShortPromptsFloor)
    ->Name("floor/memcmp_short_prompts_cold")
    ->Arg(Scaled(kShortPrompts));
BENCHMARK_CAPTURE(MatchShortPrompts, grown, false)
    ->Name("match/short_prompts_cold")
    ->Arg(Scaled(kShortPrompts));
BENCHMARK_CAPTURE(MatchShortPrompts, reserved, true)
    ->Name("match/short_prompts_cold_reserved")
    ->Arg(Scaled(kShortPrompts));
BENCHMARK(MatchThousand)->Name("match/batch_of_512")->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace pagedradix::bench
