// Calls that may find no memory, for tests that run with and without injected failures.
#pragma once

#include "test_seed.hpp"

#ifdef PAGEDRADIX_FAULT_INJECTION
#include <new>

#include "failing_new.hpp"
#endif

namespace pagedradix::test {

/// Makes `call`, and says whether it went through. In a program with injected failures one of its
/// first allocations may fail, and so the call; elsewhere false is never returned.
template <typename Call>
bool Attempt([[maybe_unused]] TestRandom& random, Call call) {
#ifdef PAGEDRADIX_FAULT_INJECTION
  try {
    const ScopedFailureAnywhere failure(random.Between(1, 8));
    call();
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
#else
  call();
  return true;
#endif
}

}  // namespace pagedradix::test
