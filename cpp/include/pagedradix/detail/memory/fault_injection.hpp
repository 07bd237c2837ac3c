// The gate through which the allocations of the library's own structures pass, so that tests can
// make any of them fail and check that nothing changed. (Those of standard containers fail in tests
// that replace operator new.)
//
// Without PAGEDRADIX_FAULT_INJECTION the gate is an empty inline function. With it (test
// builds), it throws std::bad_alloc at the one that a test named:
//
//   for (std::uint64_t n = 1;; ++n) {
//     fault_injection::ScopedFailure failure(n);   // the n-th allocation from now fails
//     try { tree.InsertTokens(...); } catch (const std::bad_alloc&) { CheckUnchanged(); continue; }
//     break;                                       // needed fewer than n allocations
//   }
//
// An injected failure always reaches the caller: no allocation path may swallow it.
//
// Thread safety: everything here may be called from any thread, and concerns the calling thread
// alone: what one arms never fails for another.
//
// Invariants: all translation units of a program agree on PAGEDRADIX_FAULT_INJECTION (the
// build sets it for a whole test program), or the one-definition rule is broken.
#pragma once

#ifdef PAGEDRADIX_FAULT_INJECTION
#include <atomic>
#include <cstdint>
#include <new>
#endif

namespace pagedradix::detail {

#ifdef PAGEDRADIX_FAULT_INJECTION

namespace fault_injection {

/// What this thread has armed.
struct Plan {
  std::uint64_t left = 0;        ///< allocations up to and including the one that fails; 0: none
  bool fail_ever_after = false;  ///< as when memory has really run out
};
inline thread_local Plan plan;
inline std::atomic<std::uint64_t> failures{0};

/// Lets all allocations succeed again.
inline void Disarm() noexcept { plan = {}; }

/// Makes the n-th allocation from now fail (1: the next one), and none after it.
inline void FailNth(std::uint64_t n) noexcept { plan = {n, false}; }

/// Makes the n-th allocation from now fail and every one after it, until Disarm.
inline void FailFrom(std::uint64_t n) noexcept { plan = {n, true}; }

/// Failures injected since the program began, in all threads.
inline std::uint64_t FailureCount() noexcept { return failures.load(); }

/// Arms FailNth for a scope, and disarms at its end however it is left.
class ScopedFailure {
 public:
  explicit ScopedFailure(std::uint64_t n) noexcept { FailNth(n); }
  ~ScopedFailure() { Disarm(); }
  ScopedFailure(const ScopedFailure&) = delete;
  ScopedFailure& operator=(const ScopedFailure&) = delete;
};

}  // namespace fault_injection

/// Throws std::bad_alloc if this allocation was chosen to fail.
inline void MaybeFailAllocation() {
  fault_injection::Plan& plan = fault_injection::plan;
  if (plan.left == 0) return;
  if (--plan.left != 0) return;
  if (plan.fail_ever_after) plan.left = 1;
  fault_injection::failures.fetch_add(1, std::memory_order_relaxed);
  throw std::bad_alloc();
}

#else

inline void MaybeFailAllocation() noexcept {}

#endif  // PAGEDRADIX_FAULT_INJECTION

}  // namespace pagedradix::detail
