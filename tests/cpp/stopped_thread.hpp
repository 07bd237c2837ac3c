// Threads at sync points: a thread that runs until it reaches one, and stays there until it is told
// to go on; and a call that is made where a thread gets to one.
//
//   StoppedThread reader(SyncPoint::kChildLoaded, [&] { matched = Match(tree, "abcd"); });
//   tree.InsertTokens(...);     // gets in between
//   reader.GoOn();              // and waits until the thread has ended
//
// Thread safety: made and used by one thread; any number of them at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "pagedradix/detail/threads/sync_point.hpp"

namespace pagedradix::test {

using detail::SyncPoint;

class StoppedThread {
 public:
  /// Starts `body`, and returns when it has come to `point` for the first time. Fails the test if
  /// it ends, or half a minute goes by, before.
  StoppedThread(SyncPoint point, std::function<void()> body) : point_(point) {
    detail::sync_point::hook = &Hook;
    thread_ = std::thread([this, body = std::move(body)] {
      current = this;
      body();
      current = nullptr;
      const std::lock_guard<std::mutex> lock(mutex_);
      state_ = State::kEnded;
      changed_.notify_all();
    });
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return state_ != State::kRunning; });
    EXPECT_EQ(state_, State::kStopped) << "the thread did not come to the sync point";
  }
  ~StoppedThread() {
    if (thread_.joinable()) GoOn();
  }
  StoppedThread(const StoppedThread&) = delete;
  StoppedThread& operator=(const StoppedThread&) = delete;

  void GoOn() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (state_ == State::kStopped) state_ = State::kReleased;
      changed_.notify_all();
    }
    thread_.join();
  }

 private:
  enum class State { kRunning, kStopped, kReleased, kEnded };
  static constexpr std::chrono::seconds kPatience{30};

  static void Hook(SyncPoint point) {
    if (current != nullptr) current->Visit(point);
  }

  void Visit(SyncPoint point) {
    if (point != point_) return;
    std::unique_lock<std::mutex> lock(mutex_);
    if (state_ != State::kRunning) return;
    state_ = State::kStopped;
    changed_.notify_all();
    changed_.wait(lock, [this] { return state_ == State::kReleased; });
  }

  static inline thread_local StoppedThread* current = nullptr;

  const SyncPoint point_;
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::kRunning;
  std::thread thread_;
};

/// Calls a function at a sync point, on the thread that got there.
class AtSyncPoint {
 public:
  AtSyncPoint(SyncPoint point, std::function<void()> body) : point_(point), body_(std::move(body)) {
    current = this;
    detail::sync_point::hook = [](SyncPoint reached) {
      if (reached == current->point_) current->body_();
    };
  }
  ~AtSyncPoint() { detail::sync_point::hook = nullptr; }
  AtSyncPoint(const AtSyncPoint&) = delete;
  AtSyncPoint& operator=(const AtSyncPoint&) = delete;

 private:
  static inline AtSyncPoint* current = nullptr;
  const SyncPoint point_;
  const std::function<void()> body_;
};

/// A thread that may have to wait for a stopped one.
class BackgroundThread {
 public:
  explicit BackgroundThread(std::function<void()> body)
      : thread_([this, body = std::move(body)] {
          body();
          done_ = true;
        }) {}
  ~BackgroundThread() {
    if (thread_.joinable()) thread_.join();
  }
  BackgroundThread(const BackgroundThread&) = delete;
  BackgroundThread& operator=(const BackgroundThread&) = delete;

  /// Whether it has ended, or does within `patience`.
  bool EndsWithin(std::chrono::milliseconds patience) const {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!done_ && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    return done_;
  }
  void Join() { thread_.join(); }

 private:
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace pagedradix::test
