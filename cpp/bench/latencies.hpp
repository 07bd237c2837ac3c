// How long single calls take, and how the times are distributed.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace pagedradix::bench {

class Latencies {
 public:
  explicit Latencies(std::size_t expected) { nanoseconds_.reserve(expected); }

  /// Calls `work()` and keeps its time, reading the clock included.
  template <typename Work>
  void Measure(Work work) {
    const Clock::time_point start = Clock::now();
    work();
    nanoseconds_.push_back((Clock::now() - start).count());
  }

  /// Sets the counters p50_ns, p99_ns and p999_ns, behind a prefix.
  void Report(benchmark::State& state, const std::string& prefix = "") {
    std::sort(nanoseconds_.begin(), nanoseconds_.end());
    state.counters[prefix + "p50_ns"] = At(0.5);
    state.counters[prefix + "p99_ns"] = At(0.99);
    state.counters[prefix + "p999_ns"] = At(0.999);
  }

 private:
  using Clock = std::chrono::steady_clock;

  double At(double quantile) const {
    const auto last = static_cast<double>(nanoseconds_.size() - 1);
    return static_cast<double>(nanoseconds_[static_cast<std::size_t>(quantile * last)]);
  }

  std::vector<Clock::rep> nanoseconds_;
};

}  // namespace pagedradix::bench
