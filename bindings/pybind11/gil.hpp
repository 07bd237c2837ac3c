// When the GIL is given up, and how.
#pragma once

#include <chrono>
#include <cstddef>
#include <thread>

#include <pybind11/pybind11.h>
#ifdef __GLIBCXX__
#include <cxxabi.h>
#endif

namespace pagedradix::python {

/// Whether to give the GIL up for a prompt of so many tokens. From this many on, comparing or
/// copying them takes several times as long as giving it up and getting it back. Below, a thread
/// that gave it up would stand in the queue for it, up to a switch interval of 5 ms, to save a
/// microsecond. An insert may meet the lock of a node meanwhile: who holds it needs no GIL to go
/// on.
constexpr bool WorthReleasing(std::size_t tokens) noexcept { return tokens >= 16'384; }

/// Runs `call`, which takes the GIL or runs Python code. Until Python 3.13, an interpreter that
/// ends makes its daemon threads end where they next want the GIL, by unwinding their stacks. The
/// frames here hold Python objects, which they could no longer release: such a thread stays where
/// it is until the process is gone, as it does from Python 3.14 on.
template <typename Call>
decltype(auto) OutlastInterpreter(Call&& call) {
#ifdef __GLIBCXX__
  try {
    return call();
  } catch (const abi::__forced_unwind&) {
    while (true) std::this_thread::sleep_for(std::chrono::hours(1));
  }
#else
  return call();
#endif
}

/// Gives up the GIL until destroyed, if that is worth it. Calls of the core that can wait long for
/// another thread always do.
class GilRelease {
 public:
  explicit GilRelease(bool worth_it = true) : worth_it_(worth_it) { GiveUp(); }
  GilRelease(const GilRelease&) = delete;
  GilRelease& operator=(const GilRelease&) = delete;
  ~GilRelease() { TakeBack(); }

  /// Has the GIL again until destroyed, for a callback.
  class Pause {
   public:
    explicit Pause(GilRelease& release) : release_(release) { release_.TakeBack(); }
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;
    ~Pause() { release_.GiveUp(); }

   private:
    GilRelease& release_;
  };

 private:
  void GiveUp() {
    if (worth_it_) state_ = PyEval_SaveThread();
  }
  void TakeBack() {
    if (worth_it_) OutlastInterpreter([this] { PyEval_RestoreThread(state_); });
  }

  bool worth_it_;
  PyThreadState* state_ = nullptr;
};

/// Takes the GIL until destroyed, for a callback that the core keeps: what it is called from has a
/// GilRelease, but no way to hand it over.
class GilAcquire {
 public:
  GilAcquire() : state_(OutlastInterpreter([] { return PyGILState_Ensure(); })) {}
  GilAcquire(const GilAcquire&) = delete;
  GilAcquire& operator=(const GilAcquire&) = delete;
  ~GilAcquire() { PyGILState_Release(state_); }

 private:
  PyGILState_STATE state_;
};

/// Runs `work` without the GIL. The result must be no Python object.
template <typename Work>
decltype(auto) WithoutGil(Work&& work) {
  const GilRelease release;
  return work();
}

}  // namespace pagedradix::python
