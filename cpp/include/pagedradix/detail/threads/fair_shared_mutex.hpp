// A reader-writer lock that lets nobody wait for ever.
//
// A plain one may prefer readers, and readers that follow each other without a gap would then keep
// a writer out. Here everybody passes a gate first, and a writer holds the gate while it waits for
// those inside. It is TokenTree's maintenance lock (L6) and the one lock of PagedRadixTree.
//
// Thread safety: all of it. Meets the requirements of std::shared_lock and std::unique_lock.
#pragma once

#include <mutex>
#include <shared_mutex>

namespace pagedradix::detail {

class FairSharedMutex {
 public:
  void lock() {
    const std::lock_guard<std::mutex> guard(gate_);
    inside_.lock();
  }
  void unlock() { inside_.unlock(); }
  void lock_shared() {
    const std::lock_guard<std::mutex> guard(gate_);
    inside_.lock_shared();
  }
  void unlock_shared() { inside_.unlock_shared(); }

 private:
  std::mutex gate_;
  std::shared_mutex inside_;
};

}  // namespace pagedradix::detail
