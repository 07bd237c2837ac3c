// The keyed hash of a page of tokens: which slot of a child table to look in.
//
// Page contents come from users, so the key is random in each tree: pages that collide cannot be
// computed without it. Every 16 bytes are folded by a 64 x 64 -> 128 bit multiplication of two
// words that are both masked with key material and with the running state, in the manner of wyhash;
// no operand depends on public constants alone, so no page collides under every key.
//
// Thread safety: immutable after construction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>

#include "pagedradix/detail/shared/page_geometry.hpp"
#include "pagedradix/token_span.hpp"

namespace pagedradix::detail {

class PageHasher {
 public:
  /// A hasher of pages of `page_size` tokens; its key comes from `seed`, or from the system's
  /// source of randomness if that is 0.
  PageHasher(std::size_t page_size, std::uint64_t seed) : pages_(page_size) {
    std::random_device entropy;
    std::mt19937_64 repeatable(seed);
    for (std::uint64_t& word : key_) {
      word = seed != 0 ? repeatable() : (std::uint64_t{entropy()} << 32) ^ entropy();
      word |= 1;  // a zero factor would erase the state
    }
  }

  const PageGeometry& pages() const noexcept { return pages_; }

  /// The hash of the page that begins at `tokens`; equal pages give equal hashes.
  std::uint64_t operator()(const Token* tokens) const noexcept {
    std::uint64_t a = key_[0];
    std::uint64_t b = key_[1];
    std::size_t left = pages_.page_size();
    for (; left >= 8; left -= 8, tokens += 8) {
      a = Fold(Load(tokens) ^ key_[2], Load(tokens + 2) ^ a);
      b = Fold(Load(tokens + 4) ^ key_[3], Load(tokens + 6) ^ b);
    }
    if (left >= 4) {
      a = Fold(Load(tokens) ^ key_[2], Load(tokens + 2) ^ a);
      tokens += 4;
      left -= 4;
    }
    if (left >= 2) {
      b = Fold(Load(tokens) ^ key_[3], b ^ key_[4]);
      tokens += 2;
      left -= 2;
    }
    if (left == 1) a = Fold(*tokens ^ key_[2], a ^ key_[5]);
    return Fold(a ^ key_[4], b ^ key_[5]);
  }

 private:
  static std::uint64_t Load(const Token* tokens) noexcept {
    std::uint64_t word;
    std::memcpy(&word, tokens, sizeof word);
    return word;
  }

  static std::uint64_t Fold(std::uint64_t x, std::uint64_t y) noexcept {
#if defined(__SIZEOF_INT128__)
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(x) * y;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
#else
    const std::uint64_t x0 = x & 0xffffffffU;
    const std::uint64_t x1 = x >> 32;
    const std::uint64_t y0 = y & 0xffffffffU;
    const std::uint64_t y1 = y >> 32;
    const std::uint64_t middle = x1 * y0 + ((x0 * y0) >> 32);
    const std::uint64_t cross = x0 * y1 + (middle & 0xffffffffU);
    const std::uint64_t high = x1 * y1 + (middle >> 32) + (cross >> 32);
    return (x * y) ^ high;
#endif
  }

  PageGeometry pages_;
  std::array<std::uint64_t, 6> key_{};
};

}  // namespace pagedradix::detail
