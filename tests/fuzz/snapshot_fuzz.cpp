// Any bytes as a snapshot: refused with SnapshotError, or a tree that is whole and writes a
// snapshot of the same tree.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "fuzz_target.hpp"
#include "pagedradix/token_tree.hpp"
#include "tree_helpers.hpp"

namespace pagedradix::fuzz {

namespace {

/// FNV-1a, as docs/snapshot.md says.
void AppendChecksum(std::string& bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x100000001b3;
  }
  for (unsigned shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<char>((hash >> shift) & 0xffU));
  }
}

}  // namespace

void RunTarget(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  AppendChecksum(bytes);
  std::unique_ptr<TokenTree> tree;
  try {
    tree = TokenTree::Deserialize(bytes);
  } catch (const SnapshotError&) {
    return;
  }
  EXPECT_EQ(tree->CheckInvariants(), "");
  const auto again = TokenTree::Deserialize(tree->Serialize());
  EXPECT_EQ(test::ListingOf(*again), test::ListingOf(*tree));
  EXPECT_EQ(test::CountsOf(*again), test::CountsOf(*tree));
}

}  // namespace pagedradix::fuzz
