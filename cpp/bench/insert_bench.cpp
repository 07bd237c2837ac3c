// Inserting: new prompts beside memcpy into fresh memory, and prompts that are there already beside
// memcmp.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

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

void InsertShortPrompts(benchmark::State& state) {
  const ShortPrompts& prompts = ShortPrompts::All();
  while (state.KeepRunningBatch(state.range(0))) {
    state.PauseTiming();
    auto tree = std::make_unique<TokenTree>();
    state.ResumeTiming();
    prompts.Insert(*tree, 0, prompts.size());
    state.PauseTiming();
    tree.reset();
    state.ResumeTiming();
  }
}

/// The tokens that InsertShortPrompts stores, one behind the other into memory that is mapped anew.
void MemcpyShortPromptsFloor(benchmark::State& state) {
  const ShortPrompts& prompts = ShortPrompts::All();
  const std::size_t page_size = TokenTreeOptions().page_size;
  std::size_t stored = ShortPrompts::kSystemPrompts * ShortPrompts::kSystemTokens;
  for (std::size_t i = 0; i < prompts.size(); ++i) stored += prompts.Tail(i, page_size).size();
  while (state.KeepRunningBatch(state.range(0))) {
    TokenBuffer fresh(stored);
    Token* to = fresh.data();
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      to = CopyTo(to, prompts.Tail(i, page_size));
    }
    benchmark::ClobberMemory();
    state.PauseTiming();
    fresh = TokenBuffer(0);
    state.ResumeTiming();
  }
}

/// So many prompts of one length that they do not stay in cache.
PromptSet LongPrompts(std::size_t length) {
  return PromptSet::Random(ColdBytes() / (length * sizeof(Token)) + 1, length, 1);
}

void InsertLong(benchmark::State& state) {
  const PromptSet prompts = LongPrompts(static_cast<std::size_t>(state.range(0)));
  while (state.KeepRunningBatch(static_cast<std::int64_t>(prompts.size()))) {
    state.PauseTiming();
    auto tree = std::make_unique<TokenTree>();
    state.ResumeTiming();
    for (std::size_t i = 0; i < prompts.size(); ++i) tree->InsertTokens(prompts[i], kTenant);
    state.PauseTiming();
    tree.reset();
    state.ResumeTiming();
  }
}

void MemcpyLongFloor(benchmark::State& state) {
  const auto length = static_cast<std::size_t>(state.range(0));
  const PromptSet prompts = LongPrompts(length);
  while (state.KeepRunningBatch(static_cast<std::int64_t>(prompts.size()))) {
    TokenBuffer fresh(prompts.size() * length);
    Token* to = fresh.data();
    for (std::size_t i = 0; i < prompts.size(); ++i) to = CopyTo(to, prompts[i]);
    benchmark::ClobberMemory();
    state.PauseTiming();
    fresh = TokenBuffer(0);
    state.ResumeTiming();
  }
}

void MatchAndInsertCached(benchmark::State& state, PathShape shape) {
  const auto prompt = TokenBuffer::Random(static_cast<std::size_t>(state.range(0)), 1);
  const auto tree = TreeWithPath(prompt.Span(), shape, kTenant);
  for (auto _ : state) benchmark::DoNotOptimize(tree->MatchAndInsert(prompt.Span(), kTenant));
  state.counters["nodes"] = static_cast<double>(NodesOf(shape, prompt.size()));
}

void MatchAndInsertWithCached(benchmark::State& state, PathShape shape) {
  const auto prompt = TokenBuffer::Random(static_cast<std::size_t>(state.range(0)), 1);
  const auto tree = TreeWithPath(prompt.Span(), shape, kTenant);
  const auto select = [](const PrefixMatchResult& match) -> std::string_view {
    return match.tenant;
  };
  for (auto _ : state) benchmark::DoNotOptimize(tree->MatchAndInsertWith(prompt.Span(), select));
  state.counters["nodes"] = static_cast<double>(NodesOf(shape, prompt.size()));
}

BENCHMARK(MemcpyShortPromptsFloor)
    ->Name("floor/memcpy_short_prompts_fresh")
    ->Arg(Scaled(kShortPrompts));
BENCHMARK(InsertShortPrompts)->Name("insert/short_prompts")->Arg(Scaled(kShortPrompts));

BENCHMARK(MemcpyLongFloor)->Name("floor/memcpy_fresh")->Arg(8192)->Arg(150000);
BENCHMARK(InsertLong)->Name("insert/one_edge")->Arg(8192)->Arg(150000);

BENCHMARK(MemcmpFloor)->Name("floor/memcmp")->Arg(1024)->Arg(8192)->Arg(150000);

void CachedLengths(benchmark::internal::Benchmark* bench) { bench->Arg(8192)->Arg(150000); }

BENCHMARK_CAPTURE(MatchAndInsertCached, one_edge, kOneEdge)
    ->Name("match_and_insert/one_edge")
    ->Arg(1024)
    ->Apply(CachedLengths);
BENCHMARK_CAPTURE(MatchAndInsertCached, nodes256, kNodes256)
    ->Name("match_and_insert/nodes256")
    ->Apply(CachedLengths);
BENCHMARK_CAPTURE(MatchAndInsertCached, nodes16, kNodes16)
    ->Name("match_and_insert/nodes16")
    ->Arg(8192)
    ->Arg(Scaled(150000));
BENCHMARK_CAPTURE(MatchAndInsertWithCached, one_edge, kOneEdge)
    ->Name("match_and_insert_with/one_edge")
    ->Arg(1024)
    ->Apply(CachedLengths);
BENCHMARK_CAPTURE(MatchAndInsertWithCached, nodes256, kNodes256)
    ->Name("match_and_insert_with/nodes256")
    ->Apply(CachedLengths);
BENCHMARK_CAPTURE(MatchAndInsertWithCached, nodes16, kNodes16)
    ->Name("match_and_insert_with/nodes16")
    ->Arg(8192)
    ->Arg(Scaled(150000));

}  // namespace
}  // namespace pagedradix::bench
