// A lock of one byte, for critical sections of a few dozen instructions.
//
// Nodes exist by the million, so their lock may cost a byte and no more; and it must be
// trivially destructible, because nodes die in bulk when a heap drops its slabs. A waiter
// spins only briefly and then yields: threads often outnumber the cores, and a holder that
// lost its core needs the waiter's to get on.
//
// Thread safety: this is the synchronisation. Unlock (release) happens before the Lock or
// successful TryLock (acquire) that follows it.
//
// Invariants: state_ is kFree or kHeld. Not recursive, not fair, holds no owner: only the
// thread that locked it unlocks it.
#pragma once

#include <atomic>
#include <cassert>
#include <cstdint>
#include <thread>
#include <type_traits>

#include "pagedradix/detail/threads/thread_annotations.hpp"

namespace pagedradix::detail {

/// Tells the core that this is a wait loop, where it has an instruction for that.
inline void RelaxCpu() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || (defined(__ARM_ARCH) && __ARM_ARCH >= 7)
  __asm__ __volatile__("yield");
#endif
}

class PAGEDRADIX_CAPABILITY("spin lock") SpinLock {
 public:
  constexpr SpinLock() noexcept = default;
  SpinLock(const SpinLock&) = delete;
  SpinLock& operator=(const SpinLock&) = delete;

  /// Waits until the lock is free and takes it.
  void Lock() noexcept PAGEDRADIX_ACQUIRE() {
    // Acquire pairs with the release in Unlock.
    if (state_.exchange(kHeld, std::memory_order_acquire) != kFree) {
      LockContended();
    }
  }

  void Unlock() noexcept PAGEDRADIX_RELEASE() {
    assert(IsLocked());
    state_.store(kFree, std::memory_order_release);
  }

  /// Whether somebody holds it: for assertions and for checks at rest.
  bool IsLocked() const noexcept { return state_.load(std::memory_order_relaxed) == kHeld; }

 private:
  static constexpr std::uint8_t kFree = 0;
  static constexpr std::uint8_t kHeld = 1;
  /// About a microsecond: longer than any critical section whose holder is running.
  static constexpr int kSpinsBeforeYield = 64;

  // Out of the way of the fast path, which callers inline.
#if defined(__GNUC__)
  __attribute__((noinline, cold))
#endif
  void LockContended() noexcept {
    int spins = 0;
    do {
      // Wait on a shared copy of the line; exchange only when it looks free.
      while (state_.load(std::memory_order_relaxed) != kFree) {
        if (spins < kSpinsBeforeYield) {
          ++spins;
          RelaxCpu();
        } else {
          std::this_thread::yield();
        }
      }
      // Acquire pairs with the release in Unlock.
    } while (state_.exchange(kHeld, std::memory_order_acquire) != kFree);
  }

  std::atomic<std::uint8_t> state_{kFree};
};

static_assert(sizeof(SpinLock) == 1, "a node affords one byte");
static_assert(std::is_trivially_destructible_v<SpinLock>, "nodes are freed in bulk");

/// Holds a SpinLock for the rest of the scope.
class PAGEDRADIX_SCOPED_CAPABILITY SpinLockGuard {
 public:
  explicit SpinLockGuard(SpinLock& lock) noexcept PAGEDRADIX_ACQUIRE(lock) : lock_(lock) {
    lock_.Lock();
  }
  ~SpinLockGuard() PAGEDRADIX_RELEASE() { lock_.Unlock(); }

  SpinLockGuard(const SpinLockGuard&) = delete;
  SpinLockGuard& operator=(const SpinLockGuard&) = delete;

 private:
  SpinLock& lock_;
};

}  // namespace pagedradix::detail
