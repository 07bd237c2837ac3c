// PagedRadixTree: time an operation, and bytes a token. docs/paged_radix_tree.md has the table.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

#include "pagedradix/paged_radix_tree.hpp"

namespace pagedradix {
namespace {

using Tokens = std::vector<std::int32_t>;

Tokens RandomTokens(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  Tokens tokens(count);
  for (std::int32_t& token : tokens) token = static_cast<std::int32_t>(random() % 128000);
  return tokens;
}

void AddWith(const PagedRadixTree& tree, std::int64_t id, const Tokens& tokens) {
  tree->AddSequence(id);
  tree->ExtendSequence(id, tokens);
}

/// A tree with so many sequences of 64 tokens that all begin differently.
PagedRadixTree TreeOfSiblings(std::size_t count, std::vector<Tokens>* sequences) {
  PagedRadixTree tree = PagedRadixTree::Create();
  for (std::size_t i = 0; i < count; ++i) {
    Tokens tokens = RandomTokens(64, static_cast<std::uint32_t>(i));
    tokens[0] = static_cast<std::int32_t>(i);
    AddWith(tree, static_cast<std::int64_t>(i), tokens);
    sequences->push_back(std::move(tokens));
  }
  return tree;
}

/// Adds, extends and removes one sequence that begins like no other.
void InsertBesideSiblings(benchmark::State& state) {
  const auto siblings = static_cast<std::size_t>(state.range(0));
  std::vector<Tokens> sequences;
  const PagedRadixTree tree = TreeOfSiblings(siblings, &sequences);
  Tokens tokens = RandomTokens(64, 1);
  std::int64_t id = state.range(0);
  for (auto _ : state) {
    tokens[0] = static_cast<std::int32_t>(id);
    AddWith(tree, id, tokens);
    tree->RemoveSequence(id);
    ++id;
  }
}

void MatchBesideSiblings(benchmark::State& state) {
  const auto siblings = static_cast<std::size_t>(state.range(0));
  std::vector<Tokens> sequences;
  const PagedRadixTree tree = TreeOfSiblings(siblings, &sequences);
  std::mt19937 random(7);
  for (auto _ : state) {
    benchmark::DoNotOptimize(tree->MatchPrefix(sequences[random() % siblings]));
  }
}

/// What MatchBesideSiblings reads at least: the prompt and the stored tokens.
void CompareRandomPairs(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  std::vector<Tokens> sequences;
  for (std::size_t i = 0; i < count; ++i) {
    sequences.push_back(RandomTokens(64, static_cast<std::uint32_t>(i)));
  }
  const std::vector<Tokens> stored = sequences;
  std::mt19937 random(7);
  for (auto _ : state) {
    const std::size_t i = random() % count;
    benchmark::DoNotOptimize(
        std::memcmp(sequences[i].data(), stored[i].data(), 64 * sizeof(std::int32_t)));
  }
}

/// Forks at the end or within, then removes the fork: that is part of the time.
void Fork(benchmark::State& state) {
  const PagedRadixTree tree = PagedRadixTree::Create();
  const Tokens tokens = RandomTokens(static_cast<std::size_t>(state.range(0)), 1);
  AddWith(tree, 0, tokens);
  const auto offset = static_cast<std::size_t>(state.range(1));
  for (auto _ : state) {
    tree->ForkSequence(1, 0, offset);
    tree->RemoveSequence(1);
  }
}

/// Forks at the end, rolls the fork back by one token and removes it.
void ForkAndRollBack(benchmark::State& state) {
  const PagedRadixTree tree = PagedRadixTree::Create();
  const Tokens tokens = RandomTokens(static_cast<std::size_t>(state.range(0)), 1);
  AddWith(tree, 0, tokens);
  for (auto _ : state) {
    tree->ForkSequence(1, 0, tokens.size());
    tree->RollBackSequence(1, 1);
    tree->RemoveSequence(1);
  }
}

/// Extends by one token and takes it back, without sharing: speculative decoding.
void ExtendAndRollBack(benchmark::State& state) {
  const PagedRadixTree tree = PagedRadixTree::Create();
  const Tokens tokens = RandomTokens(static_cast<std::size_t>(state.range(0)), 1);
  AddWith(tree, 0, tokens);
  const Tokens one = {5};
  for (auto _ : state) {
    tree->ExtendSequence(0, one);
    tree->RollBackSequence(0, 1);
  }
}

/// Removing alone: the sequences are built while the clock stands still.
void Remove(benchmark::State& state) {
  constexpr std::int64_t kBatch = 256;
  const PagedRadixTree tree = PagedRadixTree::Create();
  const Tokens tokens = RandomTokens(static_cast<std::size_t>(state.range(0)), 1);
  AddWith(tree, kBatch, tokens);
  while (state.KeepRunningBatch(kBatch)) {
    state.PauseTiming();
    for (std::int64_t id = 0; id < kBatch; ++id) tree->ForkSequence(id, kBatch, tokens.size());
    state.ResumeTiming();
    for (std::int64_t id = 0; id < kBatch; ++id) tree->RemoveSequence(id);
  }
}

void ExtendTokenByToken(benchmark::State& state) {
  const PagedRadixTree tree = PagedRadixTree::Create();
  const auto length = static_cast<std::size_t>(state.range(0));
  tree->AddSequence(0);
  std::size_t done = 0;
  Tokens one = {0};
  for (auto _ : state) {
    one[0] = static_cast<std::int32_t>(done % 1000);
    tree->ExtendSequence(0, one);
    if (++done == length) {
      tree->RollBackSequence(0, length);
      done = 0;
    }
  }
}

void MatchOne(benchmark::State& state) {
  const PagedRadixTree tree = PagedRadixTree::Create();
  const Tokens tokens = RandomTokens(static_cast<std::size_t>(state.range(0)), 1);
  AddWith(tree, 0, tokens);
  for (auto _ : state) benchmark::DoNotOptimize(tree->MatchPrefix(tokens));
}

void Memcmp(benchmark::State& state) {
  const auto length = static_cast<std::size_t>(state.range(0));
  const Tokens tokens = RandomTokens(length, 1);
  const Tokens copy = RandomTokens(length, 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        std::memcmp(tokens.data(), copy.data(), tokens.size() * sizeof tokens[0]));
  }
}

void ListIds(benchmark::State& state) {
  const PagedRadixTree tree = PagedRadixTree::Create();
  Tokens tokens = RandomTokens(64, 1);
  AddWith(tree, 0, tokens);
  for (std::int64_t id = 1; id < state.range(0); ++id) {
    tree->ForkSequence(id, 0, tokens.size());
    tree->ExtendSequence(id, {static_cast<std::int32_t>(id)});
  }
  for (auto _ : state) benchmark::DoNotOptimize(tree->MatchPrefix(tokens));
}

/// 64 long sequences that share nothing; the time is that of storing one.
void BytesAToken(benchmark::State& state) {
  constexpr std::int64_t kSequences = 64;
  const auto length = static_cast<std::size_t>(state.range(0));
  std::vector<Tokens> sequences;
  for (std::int64_t id = 0; id < kSequences; ++id) {
    sequences.push_back(RandomTokens(length, static_cast<std::uint32_t>(id)));
  }
  double bytes = 0;
  while (state.KeepRunningBatch(kSequences)) {
    const PagedRadixTree tree = PagedRadixTree::Create();
    for (std::int64_t id = 0; id < kSequences; ++id) {
      AddWith(tree, id, sequences[static_cast<std::size_t>(id)]);
    }
    const PagedRadixTreeStats stats = tree->Stats();
    bytes = static_cast<double>(stats.bytes) / static_cast<double>(stats.tokens);
  }
  state.counters["bytes_a_token"] = bytes;
}

BENCHMARK(InsertBesideSiblings)->Name("paged/insert_and_remove_beside_siblings")->Arg(50000);
BENCHMARK(MatchBesideSiblings)->Name("paged/match_beside_siblings")->Arg(50000);
BENCHMARK(CompareRandomPairs)->Name("floor/memcmp_beside_siblings")->Arg(50000);
BENCHMARK(Fork)->Name("paged/fork_and_remove")->Args({4096, 4096})->Args({4096, 2000});
BENCHMARK(ForkAndRollBack)->Name("paged/fork_roll_back_and_remove")->Arg(4096);
BENCHMARK(ExtendAndRollBack)->Name("paged/extend_and_roll_back")->Arg(4096);
BENCHMARK(Remove)->Name("paged/remove")->Arg(4096);
BENCHMARK(ExtendTokenByToken)->Name("paged/extend_by_one")->Arg(100000);
BENCHMARK(MatchOne)->Name("paged/match/one_sequence")->Arg(1024)->Arg(8192)->Arg(150000);
BENCHMARK(Memcmp)->Name("floor/memcmp")->Arg(1024)->Arg(8192)->Arg(150000);
BENCHMARK(ListIds)->Name("paged/list_ids")->Arg(1000000)->Unit(benchmark::kMillisecond);
BENCHMARK(BytesAToken)->Name("paged/store")->Arg(100000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace pagedradix
