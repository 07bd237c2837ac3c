// A program against the installed headers: insert, match and evict, each answer checked.
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <vector>

#include "pagedradix/token_tree.hpp"
#include "pagedradix/version.hpp"

namespace {

void Expect(bool holds, const char* what) {
  if (!holds) {
    std::cerr << "not so: " << what << '\n';
    std::exit(EXIT_FAILURE);
  }
}

}  // namespace

int main() {
  pagedradix::TokenTree tree;
  std::vector<pagedradix::Token> prompt(64);
  std::iota(prompt.begin(), prompt.end(), 1000U);

  tree.InsertTokens(prompt, "worker-1");
  const auto hit = tree.MatchPrefixWithCounts(pagedradix::TokenSpan(prompt).First(50));
  Expect(hit.tenant == "worker-1", "the prompt's worker is found");
  Expect(hit.matched_token_count == 48, "50 tokens match as three whole pages");

  tree.EvictTenant("worker-1", 0);
  Expect(tree.TenantTokenSize("worker-1") == 0, "eviction to 0 leaves nothing");
  Expect(!tree.MatchPrefixWithCounts(prompt).Matched(), "nothing matches after eviction");

  std::cout << "find_package consumer of pagedradix " << pagedradix::kVersion << ": matched "
            << hit.matched_token_count << " tokens of " << hit.tenant << '\n';
}
