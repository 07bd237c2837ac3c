// Threads: throughput of matches and inserts below one hot prefix, and what a call takes while
// another thread inserts, splits and evicts.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <benchmark/benchmark.h>

#include "crew.hpp"
#include "latencies.hpp"
#include "machine.hpp"
#include "pagedradix/routing/splitmix64.hpp"
#include "pagedradix/token_tree.hpp"
#include "prompts.hpp"
#include "short_prompts.hpp"

namespace pagedradix::bench {
namespace {

constexpr std::size_t kPrefixTokens = 2048;
constexpr std::size_t kTailTokens = 512;
constexpr std::size_t kHotPrompts = 256;

/// Prompts with the same first 2,048 tokens.
PromptSet HotPrompts() {
  PromptSet prompts = PromptSet::Random(kHotPrompts, kPrefixTokens + kTailTokens, 1);
  for (std::size_t i = 1; i < prompts.size(); ++i) {
    std::copy_n(prompts[0].data(), kPrefixTokens, prompts.Writable(i));
  }
  return prompts;
}

std::unique_ptr<TokenTree> TreeOf(const PromptSet& prompts) {
  auto tree = std::make_unique<TokenTree>();
  for (std::size_t i = 0; i < prompts.size(); ++i)
    tree->InsertTokens(prompts[i], WorkerName(i % 8));
  return tree;
}

/// One thread's calls: matches of known prompts, and inserts of prompts whose tails are new.
class MixedCalls {
 public:
  MixedCalls(TokenTree& tree, const PromptSet& prompts, std::size_t worker, unsigned insert_percent)
      : tree_(tree),
        prompts_(prompts),
        fresh_(TokenBuffer::CopyOf(prompts[0])),
        insert_percent_(insert_percent),
        tenant_(WorkerName(worker % 8)),
        seed_(worker) {}

  void Run(std::size_t calls) {
    for (std::size_t i = 0; i < calls; ++i) {
      const std::uint64_t draw = routing::SplitMix64At(seed_, i);
      if (draw % 100 < insert_percent_) {
        // Two tokens make the whole tail new, without the time it takes to draw one.
        fresh_.data()[kPrefixTokens] = static_cast<Token>(i);
        fresh_.data()[kPrefixTokens + 1] = static_cast<Token>(seed_);
        benchmark::DoNotOptimize(tree_.MatchAndInsert(fresh_.Span(), tenant_));
      } else {
        const TokenSpan prompt = prompts_[draw / 100 % prompts_.size()];
        benchmark::DoNotOptimize(tree_.MatchPrefixWithCounts(prompt));
      }
    }
  }

 private:
  TokenTree& tree_;
  const PromptSet& prompts_;
  TokenBuffer fresh_;
  unsigned insert_percent_;
  std::string tenant_;
  std::uint64_t seed_;
};

/// So many threads at once; the time is that of one call: all calls over the time of the slowest.
void MatchAndInsertTogether(benchmark::State& state, unsigned insert_percent) {
  const auto calls = static_cast<std::size_t>(Scaled(200'000));
  const auto workers = static_cast<std::size_t>(state.range(0));
  const PromptSet prompts = HotPrompts();
  while (state.KeepRunningBatch(static_cast<std::int64_t>(workers * calls))) {
    state.PauseTiming();
    auto tree = TreeOf(prompts);
    RunTogether(
        workers, [&state] { state.ResumeTiming(); },
        [&](std::size_t worker) { MixedCalls(*tree, prompts, worker, insert_percent).Run(calls); });
    state.PauseTiming();
    tree.reset();
    state.ResumeTiming();
  }
}

/// Inserts beside 200,000 nodes, alone or while another thread evicts whatever comes on top.
void Insert(benchmark::State& state, bool beside_evictor) {
  const auto before = static_cast<std::size_t>(Scaled(200'000));
  const auto inserts = static_cast<std::size_t>(Scaled(100'000));
  const ShortPrompts prompts(before + inserts);
  while (state.KeepRunningBatch(static_cast<std::int64_t>(inserts))) {
    state.PauseTiming();
    auto tree = prompts.Tree(before);
    const std::size_t budget = tree->TenantTokenSize(prompts.Tenant(0));
    Latencies latencies(inserts);
    std::optional<Disturber> evictor;
    if (beside_evictor) evictor.emplace([&] { tree->EvictTenantBySize(budget); });
    state.ResumeTiming();
    for (std::size_t i = before; i < before + inserts; ++i) {
      latencies.Measure([&] { tree->InsertTokens(prompts[i], prompts.Tenant(i)); });
    }
    state.PauseTiming();
    evictor.reset();
    latencies.Report(state);
    state.counters["evicted_nodes"] = static_cast<double>(tree->Stats().evicted_nodes);
    tree.reset();
    state.ResumeTiming();
  }
}

/// Inserts prompts, splits them in their tails, and evicts half of it all every now and then.
class Writer {
 public:
  Writer(TokenTree& tree, const PromptSet& prompts)
      : tree_(tree), prompts_(prompts), fork_(TokenBuffer::CopyOf(prompts[0])) {}

  void operator()() {
    const std::uint64_t draw = routing::SplitMix64At(1, step_++);
    const TokenSpan prompt = prompts_[draw % prompts_.size()];
    tree_.InsertTokens(prompt, kTenant);
    const std::size_t cut = kPrefixTokens + (draw >> 32) % kTailTokens;
    std::copy(prompt.begin(), prompt.end(), fork_.data());
    fork_.data()[cut] = ~prompt[cut];
    tree_.InsertTokens(fork_.Span(), kTenant);
    if (step_ % 64 == 0) tree_.EvictTenant(kTenant, tree_.TenantTokenSize(kTenant) / 2);
  }

 private:
  static constexpr const char* kTenant = "http://writer:8000";

  TokenTree& tree_;
  const PromptSet& prompts_;
  TokenBuffer fork_;
  std::uint64_t step_ = 0;
};

/// Matches hot prompts, alone or while another thread inserts, splits and evicts the same ones.
void Match(benchmark::State& state, bool beside_writer) {
  const auto matches = static_cast<std::size_t>(Scaled(1'000'000));
  const PromptSet prompts = HotPrompts();
  while (state.KeepRunningBatch(static_cast<std::int64_t>(matches))) {
    state.PauseTiming();
    auto tree = beside_writer ? std::make_unique<TokenTree>() : TreeOf(prompts);
    Latencies latencies(matches);
    std::optional<Disturber> writer;
    if (beside_writer) writer.emplace(Writer(*tree, prompts));
    state.ResumeTiming();
    for (std::size_t i = 0; i < matches; ++i) {
      const TokenSpan prompt = prompts[routing::SplitMix64At(2, i) % prompts.size()];
      latencies.Measure([&] { benchmark::DoNotOptimize(tree->MatchPrefixWithCounts(prompt)); });
    }
    state.PauseTiming();
    writer.reset();
    latencies.Report(state);
    state.counters["splits"] = static_cast<double>(tree->Stats().splits);
    state.counters["evicted_nodes"] = static_cast<double>(tree->Stats().evicted_nodes);
    tree.reset();
    state.ResumeTiming();
  }
}

/// 1, 2, 4, ... threads, as many as there are cores.
void ThreadCounts(benchmark::internal::Benchmark* bench) {
  const auto cores = static_cast<std::int64_t>(std::max(2U, std::thread::hardware_concurrency()));
  for (std::int64_t threads = 1; threads <= cores; threads *= 2) bench->Arg(threads);
}

BENCHMARK_CAPTURE(MatchAndInsertTogether, match, 0)->Name("threads/match")->Apply(ThreadCounts);
BENCHMARK_CAPTURE(MatchAndInsertTogether, mixed, 20)
    ->Name("threads/match80_insert20")
    ->Apply(ThreadCounts);
BENCHMARK_CAPTURE(Insert, alone, false)->Name("threads/insert_alone");
BENCHMARK_CAPTURE(Insert, beside_evictor, true)->Name("threads/insert_beside_evictor");
BENCHMARK_CAPTURE(Match, alone, false)->Name("threads/match_alone");
BENCHMARK_CAPTURE(Match, beside_writer, true)->Name("threads/match_beside_writer");

}  // namespace
}  // namespace pagedradix::bench
