// The maintenance lock (L6): evictions share it, clear() has it alone.
//
// A plain reader-writer lock may prefer readers, and evictions that follow each other without a gap
// would then keep clear() out for ever. Here everybody passes a gate first, and clear() holds the
// gate while it waits for those inside.
//
// Thread safety: all of it. Meets the requirements of std::shared_lock and std::unique_lock.
#pragma once

#include <mutex>
#include <shared_mutex>

namespace pagedradix::detail {

class MaintenanceLock {
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
