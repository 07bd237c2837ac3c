// PrefillQueues: workers that prefill one prompt after the other, simulated.
//
// Time is counted in tokens: the number that a worker prefills in that time. All workers have the
// same rate, so a queue's state is one number, and no figure depends on rounding by the rate.
//
// Thread safety: every method may be called from any number of threads at the same time. With one
// thread the figures are exact; callers that overlap may see each other's prompts or not.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <vector>

namespace pagedradix::routing {

/// One first-in first-out prefill queue for each worker.
class PrefillQueues {
 public:
  explicit PrefillQueues(std::size_t workers) : idle_from_(workers) {
    for (auto& time : idle_from_) time.store(0, std::memory_order_relaxed);
  }

  std::size_t Workers() const noexcept { return idle_from_.size(); }

  /// Writes each worker's unfinished tokens at `now` to `backlog[0 .. Workers())`.
  void Backlogs(double now, double* backlog) const noexcept {
    for (std::size_t worker = 0; worker < idle_from_.size(); ++worker) {
      // relaxed: each queue is one number of its own.
      const double idle_from = idle_from_[worker].load(std::memory_order_relaxed);
      backlog[worker] = std::max(0.0, idle_from - now);
    }
  }

  /// Queues a prompt of which `tokens` are to be prefilled; returns the time from `now` until that
  /// is done: waiting and its own prefill.
  double Push(std::size_t worker, double now, double tokens) noexcept {
    std::atomic<double>& idle_from = idle_from_[worker];
    double before = idle_from.load(std::memory_order_relaxed);
    while (!idle_from.compare_exchange_weak(before, std::max(before, now) + tokens,
                                            std::memory_order_relaxed)) {
    }
    return std::max(0.0, before - now) + tokens;
  }

 private:
  std::vector<std::atomic<double>> idle_from_;  // when the worker will have nothing left to do
};

}  // namespace pagedradix::routing
