// What a benchmark asks about the machine, and how large its workloads are to be.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

#include <malloc.h>
#include <unistd.h>

namespace pagedradix::bench {

/// Bytes of the last-level cache that this machine's first core uses.
inline std::size_t LastLevelCacheBytes() {
  constexpr std::size_t kKibibyte = 1024;
  constexpr std::size_t kUnknown = 32768 * kKibibyte;
  std::size_t largest = 0;
  for (int index = 0; index < 8; ++index) {
    std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) +
                       "/size");
    std::size_t kibibytes = 0;
    if (file >> kibibytes) largest = std::max(largest, kibibytes * kKibibyte);
  }
  return largest != 0 ? largest : kUnknown;
}

/// The size of heavy workloads, from PAGEDRADIX_BENCH_SCALE: 1 for figures that count, less to see
/// whether everything still runs.
inline double Scale() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody here sets variables
  const char* const text = std::getenv("PAGEDRADIX_BENCH_SCALE");
  const double scale = text == nullptr ? 1.0 : std::strtod(text, nullptr);
  return scale > 0.0 && scale < 1.0 ? scale : 1.0;
}

/// `count` at the scale of this run, at least 1.
inline std::int64_t Scaled(std::int64_t count) {
  return std::max(std::int64_t{1}, static_cast<std::int64_t>(static_cast<double>(count) * Scale()));
}

/// A working set of so many bytes is cold when it is visited in random order.
inline std::size_t ColdBytes() {
  constexpr std::size_t kTimesTheCache = 8;
  return static_cast<std::size_t>(
      Scaled(static_cast<std::int64_t>(kTimesTheCache * LastLevelCacheBytes())));
}

/// Gives memory that was freed before back to the system: what is allocated next is fresh.
inline void ForgetFreedMemory() { malloc_trim(0); }

/// Bytes of this process that are in memory.
inline std::size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages >> pages;  // the first figure is the size of the address space
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace pagedradix::bench
