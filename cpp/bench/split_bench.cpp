// Splitting: what an insert costs that leaves an edge at its front, in its middle or near its end.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "floors.hpp"
#include "machine.hpp"
#include "pagedradix/token_tree.hpp"
#include "prompts.hpp"

namespace pagedradix::bench {
namespace {

constexpr std::string_view kTenant = "http://worker-0:8000";
constexpr std::size_t kPage = 16;

/// Where an insert leaves the edge.
enum class Place { kFront, kMiddle, kEnd };

std::size_t CutOf(Place place, std::size_t length) noexcept {
  switch (place) {
    case Place::kFront:
      return kPage;
    case Place::kMiddle:
      return length / kPage / 2 * kPage;
    case Place::kEnd:
      return (length / kPage - 1) * kPage;
  }
  return 0;
}

/// Edges of one length, and for each a prompt that agrees with it up to the cut and has one page
/// more.
struct EdgesToCut {
  EdgesToCut(std::size_t length, std::size_t cut)
      : edges(PromptSet::Random(Count(length), length, 1)),
        prompts(std::vector<std::size_t>(edges.size(), cut + kPage)) {
    for (std::size_t i = 0; i < edges.size(); ++i) {
      Token* const diverging = CopyTo(prompts.Writable(i), edges[i].First(cut));
      for (std::size_t j = 0; j < kPage; ++j) diverging[j] = ~edges[i][cut + j];
    }
  }

  std::unique_ptr<TokenTree> Tree() const {
    auto tree = std::make_unique<TokenTree>();
    for (std::size_t i = 0; i < edges.size(); ++i) tree->InsertTokens(edges[i], kTenant);
    return tree;
  }

  PromptSet edges;
  PromptSet prompts;

 private:
  static std::size_t Count(std::size_t length) {
    constexpr std::int64_t kTokens = 1 << 23;
    return static_cast<std::size_t>(Scaled(kTokens)) / length + 1;
  }
};

void Split(benchmark::State& state, Place place) {
  const auto length = static_cast<std::size_t>(state.range(0));
  const EdgesToCut workload(length, CutOf(place, length));
  while (state.KeepRunningBatch(static_cast<std::int64_t>(workload.edges.size()))) {
    state.PauseTiming();
    auto tree = workload.Tree();
    state.ResumeTiming();
    for (std::size_t i = 0; i < workload.prompts.size(); ++i) {
      tree->InsertTokens(workload.prompts[i], kTenant);
    }
    state.PauseTiming();
    tree.reset();
    state.ResumeTiming();
  }
}

/// The comparison that finds the place to cut.
void SplitFloor(benchmark::State& state, Place place) {
  const auto length = static_cast<std::size_t>(state.range(0));
  const std::size_t cut = CutOf(place, length);
  const EdgesToCut workload(length, cut);
  while (state.KeepRunningBatch(static_cast<std::int64_t>(workload.edges.size()))) {
    for (std::size_t i = 0; i < workload.edges.size(); ++i) {
      CompareEqual(workload.edges[i].First(cut), workload.prompts[i].First(cut));
    }
  }
}

void EdgeLengths(benchmark::internal::Benchmark* bench) { bench->Arg(512)->Arg(8192)->Arg(150000); }

BENCHMARK_CAPTURE(SplitFloor, front, Place::kFront)
    ->Name("floor/memcmp_split/front")
    ->Apply(EdgeLengths);
BENCHMARK_CAPTURE(Split, front, Place::kFront)->Name("split/front")->Apply(EdgeLengths);
BENCHMARK_CAPTURE(SplitFloor, middle, Place::kMiddle)
    ->Name("floor/memcmp_split/middle")
    ->Apply(EdgeLengths);
BENCHMARK_CAPTURE(Split, middle, Place::kMiddle)->Name("split/middle")->Apply(EdgeLengths);
BENCHMARK_CAPTURE(SplitFloor, end, Place::kEnd)->Name("floor/memcmp_split/end")->Apply(EdgeLengths);
BENCHMARK_CAPTURE(Split, end, Place::kEnd)->Name("split/end")->Apply(EdgeLengths);

}  // namespace
}  // namespace pagedradix::bench
