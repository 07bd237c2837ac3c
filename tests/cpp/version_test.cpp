// The version string and the macros that it is made of agree.
#include "pagedradix/version.hpp"

#include <string>

#include <gtest/gtest.h>

namespace pagedradix {
namespace {

TEST(Version, StringJoinsTheThreeNumbers) {
  EXPECT_EQ(kVersion, std::to_string(PAGEDRADIX_VERSION_MAJOR) + "." +
                          std::to_string(PAGEDRADIX_VERSION_MINOR) + "." +
                          std::to_string(PAGEDRADIX_VERSION_PATCH));
}

}  // namespace
}  // namespace pagedradix
