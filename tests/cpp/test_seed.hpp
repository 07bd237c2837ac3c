// Seeds and sizes of random tests: fixed by default, from the environment when someone wants to
// reproduce a failure or search longer.
//
//   PAGEDRADIX_TEST_SEED=n    the first sequence of each test uses seed n, the next n + 1, ...
//   PAGEDRADIX_TEST_SCALE=x   x times as many sequences (a fraction works too)
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>

namespace pagedradix::test {

// The environment is only read, so that reading it from threads is safe.
inline std::uint64_t FirstSeed() {
  const char* text = std::getenv("PAGEDRADIX_TEST_SEED");  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

/// `count` scaled, at least 1.
inline std::size_t ScaledCount(std::size_t count) {
  const char* text = std::getenv("PAGEDRADIX_TEST_SCALE");  // NOLINT(concurrency-mt-unsafe)
  const double scale = text == nullptr ? 1.0 : std::strtod(text, nullptr);
  return std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(count) * scale));
}

/// The same numbers from the same seed on every platform.
class TestRandom {
 public:
  explicit TestRandom(std::uint64_t seed) : engine_(seed) {}

  /// Uniform in [0, bound); `bound` must not be 0.
  std::size_t Below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }
  /// Uniform in [low, high].
  std::size_t Between(std::size_t low, std::size_t high) { return low + Below(high - low + 1); }
  bool OneIn(std::size_t odds) { return Below(odds) == 0; }

  template <typename Container>
  const typename Container::value_type& Pick(const Container& from) {
    return from[Below(from.size())];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace pagedradix::test
