// A real trace, routed over eight tenants by match_and_insert_with; beside malloc, memcpy of what
// is new and memcmp of what is there.
//
// Two floors: with memory that the system has yet to hand out, page by page, and with memory that
// is in the process already, which is what a tree has after Reserve().
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "conversation_trace.hpp"
#include "floors.hpp"
#include "machine.hpp"
#include "pagedradix/token_tree.hpp"
#include "prompts.hpp"

namespace pagedradix::bench {
namespace {

struct Trace {
  PromptSet prompts;
  StoragePlan plan;

  /// Made once a process; without prompts if there is no such file.
  static const Trace& Get() {
    static const Trace kTrace(Read());
    return kTrace;
  }

 private:
  explicit Trace(const std::vector<TraceRequest>& requests)
      : prompts(PromptsOf(requests)),
        plan(StoragePlanner(TokenTreeOptions().page_size).Plan(prompts)) {}

  static std::vector<TraceRequest> Read() {
    std::vector<TraceRequest> requests = ReadTrace(TracePath());
    if (!requests.empty()) {
      requests.resize(static_cast<std::size_t>(Scaled(static_cast<std::int64_t>(requests.size()))));
    }
    return requests;
  }
};

/// The trace, or null if the benchmark has to be skipped.
const Trace* TraceFor(benchmark::State& state) {
  const Trace& trace = Trace::Get();
  if (trace.prompts.size() != 0) return &trace;
  state.SkipWithError(("no trace at " + TracePath() + "; set PAGEDRADIX_BENCH_TRACE").c_str());
  return nullptr;
}

/// Sends a prompt to whoever holds more than half of it, and else to who was given the fewest
/// tokens.
class Router {
 public:
  static constexpr std::size_t kWorkers = 8;

  Router() {
    for (std::size_t i = 0; i < kWorkers; ++i) names_[i] = WorkerName(i);
  }

  const std::string& Route(const PrefixMatchResult& match) {
    constexpr double kWorthGoingTo = 0.5;
    auto worker =
        static_cast<std::size_t>(std::min_element(given_.begin(), given_.end()) - given_.begin());
    if (match.HitRatio() > kWorthGoingTo) {
      worker = static_cast<std::size_t>(std::find(names_.begin(), names_.end(), match.tenant) -
                                        names_.begin());
    }
    given_[worker] += match.input_token_count;
    return names_[worker];
  }

 private:
  std::array<std::string, kWorkers> names_;
  std::array<std::size_t, kWorkers> given_{};
};

void RouteAll(TokenTree& tree, const PromptSet& prompts) {
  Router router;
  const auto select = [&router](const PrefixMatchResult& match) -> const std::string& {
    return router.Route(match);
  };
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    benchmark::DoNotOptimize(tree.MatchAndInsertWith(prompts[i], select));
  }
}

void RouteTrace(benchmark::State& state, bool reserve) {
  const Trace* const trace = TraceFor(state);
  if (trace == nullptr) return;
  TokenTreeStats stats;
  while (state.KeepRunningBatch(static_cast<std::int64_t>(trace->prompts.size()))) {
    state.PauseTiming();
    ForgetFreedMemory();
    auto tree = std::make_unique<TokenTree>();
    if (reserve) tree->Reserve(trace->plan.missed_tokens);
    state.ResumeTiming();
    RouteAll(*tree, trace->prompts);
    state.PauseTiming();
    stats = tree->Stats();
    tree.reset();
    state.ResumeTiming();
  }
  state.counters["requests"] = static_cast<double>(trace->prompts.size());
  state.counters["stored_tokens"] = static_cast<double>(stats.tokens);
  state.counters["nodes"] = static_cast<double>(stats.nodes);
  state.counters["matched_tokens"] = static_cast<double>(stats.matched_tokens);
  state.counters["bytes_a_token"] =
      static_cast<double>(stats.memory_bytes) / static_cast<double>(stats.tokens);
}

/// Compares the part of a prompt that is there already with where it is stored.
void CompareHits(const Trace& trace, const std::vector<Token*>& copies, std::size_t i) {
  const Token* at = trace.prompts[i].data();
  for (const StoragePlan::Run& run : trace.plan.hits[i]) {
    CompareEqual({at, run.count}, {copies[run.copy] + run.offset, run.count});
    at += run.count;
  }
}

/// malloc for what is new in each prompt.
void MallocFloor(benchmark::State& state) {
  const Trace* const trace = TraceFor(state);
  if (trace == nullptr) return;
  std::vector<Token*> copies(trace->prompts.size());
  while (state.KeepRunningBatch(static_cast<std::int64_t>(copies.size()))) {
    state.PauseTiming();
    ForgetFreedMemory();
    state.ResumeTiming();
    for (std::size_t i = 0; i < copies.size(); ++i) {
      CompareHits(*trace, copies, i);
      const TokenSpan miss = trace->plan.misses[i];
      copies[i] = static_cast<Token*>(std::malloc(miss.size() * sizeof(Token)));
      CopyTo(copies[i], miss);
    }
    benchmark::ClobberMemory();
    state.PauseTiming();
    for (Token* const copy : copies) std::free(copy);
    state.ResumeTiming();
  }
}

/// One buffer for all, every page of which was written to before.
void FaultedInFloor(benchmark::State& state) {
  const Trace* const trace = TraceFor(state);
  if (trace == nullptr) return;
  std::vector<Token*> copies(trace->prompts.size());
  TokenBuffer buffer(trace->plan.missed_tokens);
  std::fill_n(buffer.data(), buffer.size(), Token{0});
  while (state.KeepRunningBatch(static_cast<std::int64_t>(copies.size()))) {
    Token* end = buffer.data();
    for (std::size_t i = 0; i < copies.size(); ++i) {
      CompareHits(*trace, copies, i);
      copies[i] = end;
      end = CopyTo(end, trace->plan.misses[i]);
    }
    benchmark::ClobberMemory();
  }
}

BENCHMARK(MallocFloor)->Name("floor/trace_fresh")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(RouteTrace, cold, false)
    ->Name("trace/conversation")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(FaultedInFloor)->Name("floor/trace_faulted_in")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(RouteTrace, reserved, true)
    ->Name("trace/conversation_reserved")
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace pagedradix::bench
