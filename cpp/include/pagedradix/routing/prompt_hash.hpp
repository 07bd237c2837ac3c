// PromptHash: a hash of tokens that is the same on every run and platform.
//
// It is XXH64 of the tokens written as little-endian 32-bit integers, so that other programs can
// compute the same value. It is not keyed: use it to spread prompts over workers, not as the key of
// a table that users can fill.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pagedradix/token_span.hpp"

namespace pagedradix::routing {

namespace detail {

inline constexpr std::uint64_t kXxhPrime1 = 0x9E3779B185EBCA87ULL;
inline constexpr std::uint64_t kXxhPrime2 = 0xC2B2AE3D27D4EB4FULL;
inline constexpr std::uint64_t kXxhPrime3 = 0x165667B19E3779F9ULL;
inline constexpr std::uint64_t kXxhPrime4 = 0x85EBCA77C2B2AE63ULL;
inline constexpr std::uint64_t kXxhPrime5 = 0x27D4EB2F165667C5ULL;

constexpr std::uint64_t RotateLeft(std::uint64_t value, int bits) noexcept {
  return (value << bits) | (value >> (64 - bits));
}

constexpr std::uint64_t XxhRound(std::uint64_t lane, std::uint64_t word) noexcept {
  return RotateLeft(lane + word * kXxhPrime2, 31) * kXxhPrime1;
}

constexpr std::uint64_t XxhMerge(std::uint64_t hash, std::uint64_t lane) noexcept {
  return (hash ^ XxhRound(0, lane)) * kXxhPrime1 + kXxhPrime4;
}

/// Two tokens as the 64-bit word that their little-endian bytes spell.
constexpr std::uint64_t TokenPair(const Token* tokens) noexcept {
  return tokens[0] | (static_cast<std::uint64_t>(tokens[1]) << 32);
}

constexpr std::uint64_t XxhAvalanche(std::uint64_t hash) noexcept {
  hash = (hash ^ (hash >> 33)) * kXxhPrime2;
  hash = (hash ^ (hash >> 29)) * kXxhPrime3;
  return hash ^ (hash >> 32);
}

}  // namespace detail

/// XXH64 of the tokens. O(tokens), about 10 GB/s.
constexpr std::uint64_t PromptHash(TokenSpan tokens, std::uint64_t seed = 0) noexcept {
  constexpr std::size_t kStripe = 8;  // tokens: four lanes of two
  const Token* next = tokens.data();
  std::size_t left = tokens.size();
  std::uint64_t hash = seed + detail::kXxhPrime5;
  if (left >= kStripe) {
    std::uint64_t lanes[4] = {seed + detail::kXxhPrime1 + detail::kXxhPrime2,
                              seed + detail::kXxhPrime2, seed, seed - detail::kXxhPrime1};
    for (; left >= kStripe; left -= kStripe, next += kStripe) {
      for (std::size_t lane = 0; lane < 4; ++lane) {
        lanes[lane] = detail::XxhRound(lanes[lane], detail::TokenPair(next + 2 * lane));
      }
    }
    hash = detail::RotateLeft(lanes[0], 1) + detail::RotateLeft(lanes[1], 7) +
           detail::RotateLeft(lanes[2], 12) + detail::RotateLeft(lanes[3], 18);
    for (const std::uint64_t lane : lanes) hash = detail::XxhMerge(hash, lane);
  }
  hash += static_cast<std::uint64_t>(tokens.size()) * sizeof(Token);
  for (; left >= 2; left -= 2, next += 2) {
    hash = detail::RotateLeft(hash ^ detail::XxhRound(0, detail::TokenPair(next)), 27) *
               detail::kXxhPrime1 +
           detail::kXxhPrime4;
  }
  if (left != 0) {
    hash = detail::RotateLeft(hash ^ (*next * detail::kXxhPrime1), 23) * detail::kXxhPrime2 +
           detail::kXxhPrime3;
  }
  return detail::XxhAvalanche(hash);
}

}  // namespace pagedradix::routing
