// Runs a target over all files of the directories that it is given: a corpus as a regression test.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include <gtest/gtest.h>

#include "fuzz_target.hpp"

// What is thrown ends the program, and so fails the test.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape)
  ::testing::InitGoogleTest(&argc, argv);
  std::size_t inputs = 0;
  for (int i = 1; i < argc; ++i) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& path : files) {
      std::ifstream file(path, std::ios::binary);
      const std::vector<char> bytes((std::istreambuf_iterator<char>(file)),
                                    std::istreambuf_iterator<char>());
      SCOPED_TRACE(path.string());
      pagedradix::fuzz::RunTarget(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                  bytes.size());
      ++inputs;
    }
  }
  std::cout << inputs << " inputs\n";
  const bool failed = ::testing::UnitTest::GetInstance()->ad_hoc_test_result().Failed();
  return inputs == 0 || failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
