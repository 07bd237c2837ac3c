// A program against the installed headers: a few calls of each class, each answer checked.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <vector>

#include "pagedradix/paged_radix_tree.hpp"
#include "pagedradix/prefix_cache.hpp"
#include "pagedradix/token_tree.hpp"
#include "pagedradix/version.hpp"

namespace {

void Expect(bool holds, const char* what) {
  if (!holds) {
    std::cerr << "not so: " << what << '\n';
    std::exit(EXIT_FAILURE);
  }
}

void SharePrefix() {
  const auto tree = pagedradix::PagedRadixTree::Create();
  tree->AddSequence(0);
  tree->ExtendSequence(0, {1, 2, 3, 4});
  tree->ForkSequence(1, 0, 3);
  Expect(tree->GetSequence(1) == pagedradix::IntTuple{1, 2, 3}, "a fork has its parent's tokens");
  const auto [matched, ids] = tree->MatchPrefix({1, 2, 3, 5});
  Expect(matched == 3 && ids.size() == 2, "both sequences share three tokens");
}

void ReuseSequence() {
  std::int64_t removed = -1;
  const auto cache = pagedradix::PrefixCache::CreateRadixPrefixCache(
      1, [&removed](std::int64_t id) { removed = id; });
  std::vector<std::int32_t> prompt(100);
  std::iota(prompt.begin(), prompt.end(), 0);
  cache->InsertSequence(7, prompt);
  cache->ExtendSequence(7, prompt);
  cache->RecycleSequence(7);
  const auto result = cache->InsertSequence(8, prompt);
  Expect(result.reused_seq_id == 7 && result.prefilled_offset == 99,
         "a finished sequence is reused");
  cache->RecycleSequence(7, /*lazy=*/false);
  Expect(removed == 7, "the callback hears what is removed");
}

}  // namespace

int main() {
  SharePrefix();
  ReuseSequence();

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
