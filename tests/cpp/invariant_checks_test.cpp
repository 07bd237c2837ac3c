// The checks that other tests rely on see what is wrong: each breaks one thing and asks.
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/detail/paged/paged_invariants.hpp"
#include "pagedradix/detail/paged/sequence_tree.hpp"
#include "pagedradix/token_tree.hpp"

namespace pagedradix::test {
namespace {

using detail::Node;
using detail::PagedNode;

/// The insides of a tree with two tenants, whose first pages are shared: root -> upper -> lower.
class BrokenTokenTree : public testing::Test {
 protected:
  BrokenTokenTree() : core_(Options()) {
    Insert({1, 2, 3, 4, 5, 6}, "a");
    Insert({1, 2, 3, 4}, "b");
    EXPECT_EQ(Violation(), "");
  }

  static TokenTreeOptions Options() {
    TokenTreeOptions options;
    options.page_size = 2;
    return options;
  }

  void Insert(const std::vector<Token>& tokens, const char* tenant) {
    detail::Visit visit(core_);
    const auto end = detail::Walk<detail::Owned::kOrNot>(visit.hasher(), Root(), tokens);
    detail::InsertFrom(visit, end, tokens, tenant, 0);
  }

  std::string Violation() {
    detail::Visit visit(core_);
    return detail::FindViolation(visit);
  }

  Node& Root() { return core_.Current().root; }
  Node& Upper() { return *Root().Children().child(); }
  Node& Lower() { return *Upper().Children().child(); }

  void ExpectViolation(const std::string& words) {
    EXPECT_NE(Violation().find(words), std::string::npos) << "reported: " << Violation();
  }

  detail::TreeCore core_;
};

TEST_F(BrokenTokenTree, AnEdgeThatBeginsElsewhereIsSeen) {
  Lower().LoadEdge()->start_depth = 2;
  ExpectViolation("I2");
}

TEST_F(BrokenTokenTree, APartOfAPageIsSeen) {
  Lower().end_depth = 5;
  ExpectViolation("I2");
}

TEST_F(BrokenTokenTree, AChildWithAnotherParentIsSeen) {
  Lower().parent.store(&Root());
  ExpectViolation("parent");
}

TEST_F(BrokenTokenTree, AWrongOwnerCountIsSeen) {
  Upper().owner_count.fetch_add(1);
  ExpectViolation("I6");
}

TEST_F(BrokenTokenTree, AHigherPriorityBelowIsSeen) {
  Lower().priority.store(7);
  ExpectViolation("I9");
}

TEST_F(BrokenTokenTree, ALockLeftHeldIsSeen) {
  Lower().lock.Lock();
  ExpectViolation("lock");
  Lower().lock.Unlock();
}

TEST_F(BrokenTokenTree, AWrongTokenCountIsSeen) {
  core_.Current().tenants.ForEachKnown([](detail::Tenant& tenant) {
    tenant.tokens.fetch_add(1);
    return false;
  });
  ExpectViolation("I8");
}

TEST_F(BrokenTokenTree, AnOwnerThatLostItsChildIsSeen) {
  Upper().SetChildren(detail::ChildWord());
  ExpectViolation("I5");
}

/// The insides of a tree with 0: {1, 2, 3, 4}, 1: {1, 2, 7}: one cut node and two leaves.
class BrokenSequenceTree : public testing::Test {
 protected:
  BrokenSequenceTree() : tree_(Options()) {
    Add(0, {1, 2, 3, 4});
    Add(1, {1, 2, 7});
    EXPECT_EQ(Violations(), "");
  }

  static PagedRadixTreeOptions Options() {
    PagedRadixTreeOptions options;
    options.page_size = 3;
    return options;
  }

  void Add(std::int64_t id, const std::vector<Token>& tokens) {
    tree_.Add(id);
    tree_.Extend(id, tokens);
  }

  std::string Violations() { return detail::PagedInvariants(tree_).Check(); }
  void ExpectViolation(const std::string& words) {
    EXPECT_NE(Violations().find(words), std::string::npos) << "reported: " << Violations();
  }
  PagedNode& Shared() { return *tree_.root().first_child; }

  detail::SequenceTree tree_;
};

TEST_F(BrokenSequenceTree, AFirstTokenThatIsNotInThePageIsSeen) {
  Shared().first_token = 9;
  ExpectViolation("P1");
}

TEST_F(BrokenSequenceTree, AGapBetweenNodesIsSeen) {
  ++Shared().first_child->start;
  ExpectViolation("P2");
}

TEST_F(BrokenSequenceTree, ANodeThatNobodyNeedsIsSeen) {
  PagedNode& leaf = *Shared().first_child;
  leaf.sequences = nullptr;
  ExpectViolation("P3");
}

TEST_F(BrokenSequenceTree, ASequenceInTheWrongListIsSeen) {
  Shared().first_child->sequences->node = &Shared();
  ExpectViolation("P4");
}

TEST_F(BrokenSequenceTree, APageUsedTwiceIsSeen) {
  PagedNode& leaf = *Shared().first_child;
  leaf.pages = Shared().pages;
  ExpectViolation("P5");
}

TEST_F(BrokenSequenceTree, AWrongNumberOfChildrenIsSeen) {
  ++Shared().child_count;
  ExpectViolation("P6");
}

}  // namespace
}  // namespace pagedradix::test
