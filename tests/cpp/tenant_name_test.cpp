// TenantName: names with and without an allocation.
#include "pagedradix/tenant_name.hpp"

#include <cstddef>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace pagedradix::test {
namespace {

class TenantNames : public ::testing::TestWithParam<std::size_t> {
 protected:
  const std::string text_ = std::string(GetParam(), 'n');
  const TenantName name_{text_};
};

INSTANTIATE_TEST_SUITE_P(Lengths, TenantNames,
                         ::testing::Values(0, 1, 15, TenantName::kInlineBytes,
                                           TenantName::kInlineBytes + 1, 100'000));

TEST_P(TenantNames, ReadsAsItsText) {
  EXPECT_EQ(name_, text_);
  EXPECT_EQ(name_.str(), text_);
  EXPECT_EQ(name_.view().size(), name_.size());
  EXPECT_EQ(name_.empty(), text_.empty());
  EXPECT_NE(name_, text_ + "x");
}

TEST_P(TenantNames, IsCopied) {
  TenantName copy = name_;
  EXPECT_EQ(copy, name_);
  copy = TenantName("another");
  EXPECT_EQ(copy, "another");
  EXPECT_EQ(name_, text_);
  copy = name_;
  EXPECT_EQ(copy, text_);
}

TEST_P(TenantNames, IsMovedAndLeavesNothing) {
  TenantName from = name_;
  TenantName to = std::move(from);
  EXPECT_EQ(to, text_);
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): what is promised of it
  EXPECT_EQ(from.view(), "");
}

}  // namespace
}  // namespace pagedradix::test
