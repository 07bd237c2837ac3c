// Floors: what libc needs to compare or copy the same tokens.
#pragma once

#include <cstddef>
#include <cstring>

#include <benchmark/benchmark.h>

#include "pagedradix/token_span.hpp"
#include "prompts.hpp"

namespace pagedradix::bench {

/// Compares two runs of equal tokens.
inline void CompareEqual(TokenSpan a, TokenSpan b) {
  benchmark::DoNotOptimize(std::memcmp(a.data(), b.data(), a.size() * sizeof(Token)));
}

/// Copies tokens to `to`; returns where they end.
inline Token* CopyTo(Token* to, TokenSpan tokens) noexcept {
  std::memcpy(to, tokens.data(), tokens.size() * sizeof(Token));
  return to + tokens.size();
}

/// floor/memcmp/N: a prompt with a copy of it, both in cache as far as they fit.
inline void MemcmpFloor(benchmark::State& state) {
  const auto prompt = TokenBuffer::Random(static_cast<std::size_t>(state.range(0)), 1);
  const auto copy = TokenBuffer::CopyOf(prompt.Span());
  for (auto _ : state) CompareEqual(prompt.Span(), copy.Span());
}

}  // namespace pagedradix::bench
