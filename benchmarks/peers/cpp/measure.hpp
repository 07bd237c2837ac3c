// The clock, and how often a call is repeated under it.
//
// Processor time of the process: what else runs on the machine counts as little as possible.
#pragma once

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <vector>

namespace pagedradix::peers {

inline double ProcessNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Makes the compiler believe that somebody looks at `value`.
template <typename Value>
void Keep(const Value& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

template <typename Work>
double NanosecondsOf(Work work) {
  const double start = ProcessNanoseconds();
  work();
  return ProcessNanoseconds() - start;
}

/// Nanoseconds of one call of `work`: the median of samples of many calls each.
template <typename Work>
double MedianNanoseconds(Work work) {
  constexpr double kSampleNanoseconds = 4e6;
  constexpr std::size_t kSamples = 15;
  const auto repeat = [&work](std::size_t calls) {
    return NanosecondsOf([&] {
      for (std::size_t i = 0; i < calls; ++i) work();
    });
  };
  std::size_t calls = 1;
  while (repeat(calls) < kSampleNanoseconds) calls *= 2;  // warms up, too
  std::vector<double> samples(kSamples);
  for (double& sample : samples) sample = repeat(calls) / static_cast<double>(calls);
  std::nth_element(samples.begin(), samples.begin() + kSamples / 2, samples.end());
  return samples[kSamples / 2];
}

/// The value below which 99 in 100 lie.
inline double Percentile99(std::vector<double> values) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) * 99 / 100);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace pagedradix::peers
