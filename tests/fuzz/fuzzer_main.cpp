// Connects a target to libFuzzer: a GoogleTest failure becomes an exception that nobody catches.
#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>

#include "fuzz_target.hpp"

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  GTEST_FLAG_SET(throw_on_failure, true);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pagedradix::fuzz::RunTarget(data, size);
  return 0;
}
