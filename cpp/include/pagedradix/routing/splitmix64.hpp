// SplitMix64: a 64-bit generator whose n-th output can be computed from n alone, which makes it
// usable by several threads without a lock and gives the same numbers on every platform.
#pragma once

#include <cstdint>

namespace pagedradix::routing {

/// What the generator's state grows by for each output.
inline constexpr std::uint64_t kSplitMix64Gamma = 0x9E3779B97F4A7C15ULL;

/// The output for a state: a bijection of 64-bit values that changes about half of the bits
/// when one bit of the input changes.
constexpr std::uint64_t SplitMix64Finalize(std::uint64_t state) noexcept {
  state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9ULL;
  state = (state ^ (state >> 27)) * 0x94D049BB133111EBULL;
  return state ^ (state >> 31);
}

/// Output number `index`, from 0, of the generator that was seeded with `seed`.
constexpr std::uint64_t SplitMix64At(std::uint64_t seed, std::uint64_t index) noexcept {
  return SplitMix64Finalize(seed + (index + 1) * kSplitMix64Gamma);
}

}  // namespace pagedradix::routing
