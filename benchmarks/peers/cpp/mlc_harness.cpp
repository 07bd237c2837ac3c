// MLC-LLM's PagedRadixTree: its source file, compiled into this program with a stand-in for TVM.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "router.hpp"
#include "scenarios.hpp"
#include "serve/radix_tree.cc"
#include "workload_file.hpp"

namespace pagedradix::peers {
namespace {

/// Keeps every prompt as a sequence of its own; there are no tenants.
class SequencesPeer {
 public:
  static constexpr bool kEvicts = false;

  void Insert(TokenSpan tokens, std::string_view) {
    tree_->AddSequence(next_id_);
    tree_->ExtendSequence(next_id_, AsVector(tokens));
    ++next_id_;
  }

  std::size_t Match(TokenSpan tokens) { return tree_->MatchPrefix(AsVector(tokens)).first; }

  std::size_t Route(TokenSpan tokens, Router&) {
    const std::size_t matched = Match(tokens);
    Insert(tokens, {});
    return matched;
  }

 private:
  static std::vector<std::int32_t> AsVector(TokenSpan tokens) {
    return {tokens.begin(), tokens.end()};
  }

  mlc::llm::serve::PagedRadixTree tree_ = mlc::llm::serve::PagedRadixTree::Create();
  std::int64_t next_id_ = 0;
};

}  // namespace
}  // namespace pagedradix::peers

int main(int argc, char** argv) {
  using namespace pagedradix::peers;
  return RunScenario<SequencesPeer>(argc, argv, [](const WorkloadFile&, Values&) {});
}
