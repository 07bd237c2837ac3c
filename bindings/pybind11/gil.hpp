// When the GIL is given up, and how.
#pragma once

#include <cstddef>
#include <optional>

#include <pybind11/pybind11.h>

namespace pagedradix::python {

/// From this many tokens on, comparing or copying them takes longer than it takes to give the GIL
/// up and to get it back. Below, a thread that gave it up would stand in the queue for it, up to a
/// switch interval of 5 ms, to save a microsecond. Only for calls that wait for no lock.
inline constexpr std::size_t kTokensWorthReleasing = 1024;

/// Gives up the GIL until destroyed. Calls of the core that can wait for another thread always do.
class GilRelease {
 public:
  explicit GilRelease(bool worth_it = true) {
    if (worth_it) release_.emplace();
  }
  GilRelease(const GilRelease&) = delete;
  GilRelease& operator=(const GilRelease&) = delete;

 private:
  std::optional<pybind11::gil_scoped_release> release_;
};

/// Runs `work` without the GIL. The result must be no Python object.
template <typename Work>
decltype(auto) WithoutGil(Work&& work) {
  const GilRelease release;
  return work();
}

}  // namespace pagedradix::python
