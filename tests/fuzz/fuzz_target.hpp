// What every fuzz target defines. The drivers are libFuzzer (fuzzer_main.cpp) and, for any
// compiler, a program that runs files (replay_main.cpp).
#pragma once

#include <cstddef>
#include <cstdint>

namespace pagedradix::fuzz {

/// Runs one input. Whatever is wrong is reported as a GoogleTest failure.
void RunTarget(const std::uint8_t* data, std::size_t size);

}  // namespace pagedradix::fuzz
