// Random prompts from fixed seeds, in memory of their own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "pagedradix/routing/splitmix64.hpp"
#include "pagedradix/token_span.hpp"

namespace pagedradix::bench {

/// Writes the first `count` tokens of the stream of `seed`, as `pagedradix replay` makes them.
inline void FillRandom(Token* out, std::size_t count, std::uint64_t seed) noexcept {
  constexpr std::uint64_t kVocabulary = 128000;
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = static_cast<Token>(routing::SplitMix64At(seed, i) % kVocabulary);
  }
}

/// The numbers below `count` in random order.
inline std::vector<std::size_t> RandomOrder(std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937_64(seed));
  return order;
}

/// Room for tokens that begins at a cache line, so that comparisons of two such buffers are aligned
/// alike. Not initialised: its pages are the system's until somebody writes to them.
class TokenBuffer {
 public:
  explicit TokenBuffer(std::size_t size)
      : tokens_(static_cast<Token*>(::operator new(size * sizeof(Token), kCacheLine))),
        size_(size) {}

  static TokenBuffer Random(std::size_t size, std::uint64_t seed) {
    TokenBuffer buffer(size);
    FillRandom(buffer.data(), size, seed);
    return buffer;
  }

  static TokenBuffer CopyOf(TokenSpan tokens) {
    TokenBuffer buffer(tokens.size());
    std::copy(tokens.begin(), tokens.end(), buffer.data());
    return buffer;
  }

  Token* data() noexcept { return tokens_.get(); }
  const Token* data() const noexcept { return tokens_.get(); }
  std::size_t size() const noexcept { return size_; }
  TokenSpan Span() const noexcept { return {tokens_.get(), size_}; }

  static constexpr std::align_val_t kCacheLine{64};

 private:
  struct Delete {
    void operator()(Token* tokens) const noexcept { ::operator delete(tokens, kCacheLine); }
  };
  std::unique_ptr<Token, Delete> tokens_;
  std::size_t size_;
};

/// Prompts one behind the other, each beginning at a cache line.
class PromptSet {
 public:
  explicit PromptSet(std::vector<std::size_t> lengths)
      : lengths_(std::move(lengths)), begins_(Begins(lengths_)), tokens_(begins_.back()) {}

  /// `count` random prompts of one length.
  static PromptSet Random(std::size_t count, std::size_t length, std::uint64_t seed) {
    PromptSet prompts(std::vector<std::size_t>(count, length));
    for (std::size_t i = 0; i < count; ++i) {
      FillRandom(prompts.Writable(i), length, routing::SplitMix64At(seed, i));
    }
    return prompts;
  }

  std::size_t size() const noexcept { return lengths_.size(); }
  TokenSpan operator[](std::size_t i) const noexcept {
    return {tokens_.data() + begins_[i], lengths_[i]};
  }
  Token* Writable(std::size_t i) noexcept { return tokens_.data() + begins_[i]; }

 private:
  static std::vector<std::size_t> Begins(const std::vector<std::size_t>& lengths) {
    constexpr std::size_t kLine = static_cast<std::size_t>(TokenBuffer::kCacheLine) / sizeof(Token);
    std::vector<std::size_t> begins = {0};
    begins.reserve(lengths.size() + 1);
    for (const std::size_t length : lengths) {
      begins.push_back((begins.back() + length + kLine - 1) / kLine * kLine);
    }
    return begins;
  }

  std::vector<std::size_t> lengths_;
  std::vector<std::size_t> begins_;
  TokenBuffer tokens_;
};

/// Tenants of all benchmarks: workers by their URLs.
inline std::string WorkerName(std::size_t worker) {
  return "http://worker-" + std::to_string(worker) + ":8000";
}

}  // namespace pagedradix::bench
