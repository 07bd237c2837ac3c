// Threads that work side by side: a crew that starts at once, and one that disturbs another.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <utility>
#include <vector>

namespace pagedradix::bench {

/// Runs `work(worker)` for each of `workers` numbers: number 0 in the calling thread, the others in
/// threads that are there before the work starts. `start()` is called when all are.
template <typename Start, typename Work>
void RunTogether(std::size_t workers, Start start, Work work) {
  std::atomic<std::size_t> ready{1};
  std::atomic<bool> go{false};
  std::vector<std::thread> threads;
  for (std::size_t worker = 1; worker < workers; ++worker) {
    threads.emplace_back([&, worker] {
      ready.fetch_add(1);
      while (!go.load()) std::this_thread::yield();
      work(worker);
    });
  }
  while (ready.load() != workers) std::this_thread::yield();
  start();
  go.store(true);
  work(0);
  for (std::thread& thread : threads) thread.join();
}

/// Calls `step()` again and again in a thread of its own, until it is destroyed.
class Disturber {
 public:
  template <typename Step>
  explicit Disturber(Step step)
      : thread_([this, step = std::move(step)]() mutable {
          while (!stop_.load(std::memory_order_relaxed)) {
            step();
            running_.store(true);
          }
        }) {
    while (!running_.load()) std::this_thread::yield();
  }
  Disturber(const Disturber&) = delete;
  Disturber& operator=(const Disturber&) = delete;
  ~Disturber() {
    stop_.store(true);
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<bool> running_{false};
  std::thread thread_;  // last: it uses the others
};

}  // namespace pagedradix::bench
