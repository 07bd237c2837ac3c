// PagedRadixTree as a specification: what it refuses, what it says then, and that nothing has
// changed.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/paged_radix_tree.hpp"
#include "sequence_helpers.hpp"

namespace pagedradix::test {
namespace {

constexpr std::int64_t kParentId = 4242;  // 17 tokens
constexpr std::int64_t kForkedId = -777;  // 5 of them
constexpr std::int64_t kEmptyId = 31337;
constexpr std::int64_t kUnknownId = 987654;
constexpr std::size_t kTooMuch = std::numeric_limits<std::size_t>::max();

/// Every test here finds the tree as it was in the end.
class PagedRadixTreeErrors : public ::testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override {
    Store(tree_, kParentId, TokenRun(1, 17));
    tree_->ForkSequence(kForkedId, kParentId, 5);
    tree_->AddSequence(kEmptyId);
    before_.emplace_back(tree_);
  }
  void TearDown() override {
    EXPECT_EQ(SequenceDump(tree_), before_.front());
    EXPECT_EQ(tree_->CheckInvariants(), "");
  }

  /// Each of these calls is refused as an `Error` whose message names all these numbers.
  template <typename Error>
  void Refused(const std::function<void()>& call, const std::vector<std::string>& numbers) {
    const std::string message = MessageOf<Error>(call);
    for (const std::string& number : numbers) EXPECT_TRUE(Names(message, number)) << message;
  }

  PagedRadixTree tree_ = PagedRadixTree::Create(WithPages(GetParam()));
  std::vector<SequenceDump> before_;
};

INSTANTIATE_TEST_SUITE_P(PageSizes, PagedRadixTreeErrors, ::testing::Values(1, 2, 7, 64));

TEST_P(PagedRadixTreeErrors, AnUnknownSequenceIsNamedByEveryCall) {
  const std::vector<std::function<void()>> calls = {
      [&] { tree_->GetSequence(kUnknownId); },
      [&] { tree_->GetSequenceTokens(kUnknownId); },
      [&] { tree_->GetSequenceLength(kUnknownId); },
      [&] { tree_->ExtendSequence(kUnknownId, {1, 2}); },
      [&] { tree_->ExtendSequence(kUnknownId, {}); },
      [&] { tree_->RollBackSequence(kUnknownId, 1); },
      [&] { tree_->RemoveSequence(kUnknownId); },
      [&] { tree_->ForkSequence(1, kUnknownId, 1); },
  };
  for (const auto& call : calls) Refused<SequenceError>(call, {"987654"});
  EXPECT_NO_THROW(EXPECT_FALSE(tree_->HasSequence(kUnknownId)));
}

TEST_P(PagedRadixTreeErrors, AnIdThatIsTakenIsNamed) {
  Refused<SequenceError>([&] { tree_->AddSequence(kParentId); }, {"4242"});
  Refused<SequenceError>([&] { tree_->AddSequence(kEmptyId); }, {"31337"});
  Refused<SequenceError>([&] { tree_->ForkSequence(kForkedId, kParentId, 3); }, {"-777"});
  Refused<SequenceError>([&] { tree_->ForkSequence(kEmptyId, kParentId, 3); }, {"31337"});
}

TEST_P(PagedRadixTreeErrors, NoSequenceIsForkedFromItself) {
  Refused<SequenceError>([&] { tree_->ForkSequence(kParentId, kParentId, 3); }, {"4242"});
  Refused<SequenceError>([&] { tree_->ForkSequence(kUnknownId, kUnknownId, 3); }, {"987654"});
}

TEST_P(PagedRadixTreeErrors, AForkBeyondItsParentIsToldTheRange) {
  for (const std::size_t offset : {std::size_t{0}, std::size_t{18}, kTooMuch}) {
    Refused<InvalidArgumentError>([&] { tree_->ForkSequence(1, kParentId, offset); },
                                  {"4242", "1", "17", std::to_string(offset)});
  }
  Refused<InvalidArgumentError>([&] { tree_->ForkSequence(1, kForkedId, 6); },
                                {"-777", "1", "5", "6"});
}

TEST_P(PagedRadixTreeErrors, ARollbackBeyondTheSequenceIsToldTheRange) {
  for (const std::size_t count : {std::size_t{0}, std::size_t{18}, kTooMuch}) {
    Refused<InvalidArgumentError>([&] { tree_->RollBackSequence(kParentId, count); },
                                  {"4242", "1", "17", std::to_string(count)});
  }
  Refused<InvalidArgumentError>([&] { tree_->RollBackSequence(kForkedId, 6); },
                                {"-777", "1", "5", "6"});
}

TEST_P(PagedRadixTreeErrors, AnEmptySequenceIsNeitherForkedNorRolledBack) {
  for (const std::size_t count : {0U, 1U, 2U}) {
    Refused<InvalidArgumentError>([&] { tree_->ForkSequence(1, kEmptyId, count); }, {"31337"});
    Refused<InvalidArgumentError>([&] { tree_->RollBackSequence(kEmptyId, count); }, {"31337"});
  }
}

TEST_P(PagedRadixTreeErrors, AllAreOfOneFamily) {
  EXPECT_THROW(tree_->RemoveSequence(kUnknownId), PagedRadixError);
  EXPECT_THROW(tree_->RollBackSequence(kParentId, 0), PagedRadixError);
}

TEST(PagedRadixTreeOptionsTest, OutOfRangeAreNamedWithTheRange) {
  constexpr std::size_t kBeyond = (std::size_t{1} << 20) + 1;
  for (const std::size_t bad : {std::size_t{0}, kBeyond, kTooMuch}) {
    for (const PagedRadixTreeOptions& options : {WithPages(bad, 64), WithPages(64, bad)}) {
      const std::string message =
          MessageOf<InvalidArgumentError>([&] { PagedRadixTree::Create(options); });
      EXPECT_TRUE(Names(message, std::to_string(bad))) << message;
      EXPECT_TRUE(Names(message, "1048576")) << message;
      const std::string name = options.page_size == bad ? "page_size" : "pages_per_block";
      EXPECT_NE(message.find(name), std::string::npos) << message;
    }
  }
}

}  // namespace
}  // namespace pagedradix::test
