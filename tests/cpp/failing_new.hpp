// Failures of any allocation, also of those that the standard library makes for a vector or a
// string. For calls that tests make directly: what the test itself allocates meanwhile fails too.
#pragma once

#include <cstdint>

#include "pagedradix/detail/memory/fault_injection.hpp"

namespace pagedradix::test {

/// Whether `operator new` counts as an allocation in this thread. failing_new.cpp asks.
inline thread_local bool new_may_fail = false;

/// Makes the n-th allocation of this thread fail for a scope, wherever it is made.
class ScopedFailureAnywhere {
 public:
  explicit ScopedFailureAnywhere(std::uint64_t n) noexcept : failure_(n) { new_may_fail = true; }
  ~ScopedFailureAnywhere() { new_may_fail = false; }
  ScopedFailureAnywhere(const ScopedFailureAnywhere&) = delete;
  ScopedFailureAnywhere& operator=(const ScopedFailureAnywhere&) = delete;

 private:
  detail::fault_injection::ScopedFailure failure_;
};

}  // namespace pagedradix::test
