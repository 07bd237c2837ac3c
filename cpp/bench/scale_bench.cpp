// How cost grows with the tree: up to ten million nodes, and up to a billion tokens. The figures
// are the counters; the time is that of all of it.
//
// A prompt is made anew, from its number, whenever it is needed: so the tree has the memory for
// itself, and a prompt is in cache when it is matched, as a request is that has just arrived.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <benchmark/benchmark.h>

#include "latencies.hpp"
#include "machine.hpp"
#include "pagedradix/routing/splitmix64.hpp"
#include "pagedradix/token_tree.hpp"
#include "prompts.hpp"

namespace pagedradix::bench {
namespace {

constexpr std::size_t kTenants = 8;
constexpr std::size_t kMeasuredCalls = 100'000;

/// Random prompts of one length, one at a time.
class MadePrompts {
 public:
  explicit MadePrompts(std::size_t length) : prompt_(length) {}

  /// Prompt i, until the next call.
  TokenSpan operator[](std::size_t i) {
    FillRandom(prompt_.data(), prompt_.size(), routing::SplitMix64At(1, i));
    return prompt_.Span();
  }

 private:
  TokenBuffer prompt_;
};

/// Inserts `count` prompts; the last ones are measured.
Latencies Build(TokenTree& tree, MadePrompts& prompts, std::size_t count) {
  const std::size_t measured = std::min((count + 1) / 2, kMeasuredCalls);
  Latencies latencies(measured);
  for (std::size_t i = 0; i < count; ++i) {
    const TokenSpan prompt = prompts[i];
    const std::string tenant = WorkerName(i % kTenants);
    if (i < count - measured) {
      tree.InsertTokens(prompt, tenant);
    } else {
      latencies.Measure([&] { tree.InsertTokens(prompt, tenant); });
    }
  }
  return latencies;
}

/// Matches prompts of the newer half.
Latencies MatchAnywhere(TokenTree& tree, MadePrompts& prompts, std::size_t count) {
  Latencies latencies(kMeasuredCalls);
  for (std::size_t i = 0; i < kMeasuredCalls; ++i) {
    const TokenSpan prompt = prompts[count / 2 + routing::SplitMix64At(2, i) % (count - count / 2)];
    latencies.Measure([&] { benchmark::DoNotOptimize(tree.MatchPrefixWithCounts(prompt)); });
  }
  return latencies;
}

/// Evicts a tenth of each tenant's tokens, the oldest. Returns nanoseconds a node.
double EvictTenth(TokenTree& tree) {
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t tenant = 0; tenant < kTenants; ++tenant) {
    const std::string name = WorkerName(tenant);
    tree.EvictTenant(name, tree.TenantTokenSize(name) / 10 * 9);
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  return took.count() / static_cast<double>(std::max<std::uint64_t>(1, tree.Stats().evicted_nodes));
}

void Grow(benchmark::State& state, std::size_t length) {
  const auto count = static_cast<std::size_t>(state.range(0));
  MadePrompts prompts(length);
  for (auto _ : state) {
    TokenTree tree;
    Build(tree, prompts, count).Report(state, "insert_");
    const TokenTreeStats stats = tree.Stats();
    state.counters["nodes"] = static_cast<double>(stats.nodes);
    state.counters["tokens"] = static_cast<double>(stats.tokens);
    state.counters["bytes"] = static_cast<double>(stats.memory_bytes);
    state.counters["evict_ns_a_node"] = EvictTenth(tree);
    MatchAnywhere(tree, prompts, count).Report(state, "match_");
  }
}

// Below: prompts of 64 tokens, a node each, and prompts of 8,000 tokens.
constexpr std::size_t kShort = 64;
constexpr std::size_t kLong = 8000;

void Nodes(benchmark::internal::Benchmark* bench) {
  for (const std::int64_t nodes : {10'000, 100'000, 1'000'000, 10'000'000}) {
    bench->Arg(Scaled(nodes));
  }
}
void Tokens(benchmark::internal::Benchmark* bench) {
  for (const std::int64_t tokens : {1'000'000, 10'000'000, 100'000'000, 1'000'000'000}) {
    bench->Arg(Scaled(tokens / static_cast<std::int64_t>(kLong)));
  }
}

BENCHMARK_CAPTURE(Grow, short, kShort)
    ->Name("scale/prompts_of_64")
    ->Apply(Nodes)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Grow, long, kLong)
    ->Name("scale/prompts_of_8000")
    ->Apply(Tokens)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pagedradix::bench
