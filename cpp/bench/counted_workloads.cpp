// Small fixed workloads whose instructions benchmarks/instructions.py counts: `counted_workloads
// NAME`; without a name, it lists them.
//
// What is prepared does not count, only what runs within PagedradixMeasured().
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pagedradix/paged_radix_tree.hpp"
#include "pagedradix/routing/splitmix64.hpp"
#include "pagedradix/token_span.hpp"
#include "pagedradix/token_tree.hpp"

/// Callgrind is told to count from here to its return.
extern "C" __attribute__((noinline)) void PagedradixMeasured(const std::function<void()>& work) {
  work();
}

namespace pagedradix {
namespace {

constexpr std::string_view kTenant = "http://worker-0:8000";
constexpr std::size_t kCalls = 2000;

using Prompt = std::vector<Token>;

Prompt RandomPrompt(std::size_t length, std::uint64_t seed) {
  Prompt prompt(length);
  for (std::size_t i = 0; i < length; ++i) {
    prompt[i] = static_cast<Token>(routing::SplitMix64At(seed, i) % 128000);
  }
  return prompt;
}

std::vector<Prompt> ShortPrompts() {
  std::vector<Prompt> prompts;
  for (std::size_t i = 0; i < kCalls; ++i) {
    prompts.push_back(RandomPrompt(64 + routing::SplitMix64At(1, i) % 449, i));
  }
  return prompts;
}

TokenTreeOptions FixedHash() {
  TokenTreeOptions options;
  options.hash_seed = 1;
  return options;
}

void InsertAll(TokenTree& tree, const std::vector<Prompt>& prompts) {
  for (const Prompt& prompt : prompts) tree.InsertTokens(prompt, kTenant);
}

void MatchAll(TokenTree& tree, const std::vector<Prompt>& prompts) {
  for (const Prompt& prompt : prompts) tree.MatchPrefixWithCounts(prompt);
}

void MatchOneEdge() {
  TokenTree tree(FixedHash());
  const std::vector<Prompt> prompts(1, RandomPrompt(1024, 1));
  InsertAll(tree, prompts);
  PagedradixMeasured([&] {
    for (std::size_t i = 0; i < kCalls; ++i) MatchAll(tree, prompts);
  });
}

/// A chat that grows by a page a turn, and is matched after each.
void MatchNodesOfAPage() {
  TokenTree tree(FixedHash());
  const Prompt chat = RandomPrompt(2048, 1);
  for (std::size_t end = 16; end <= chat.size(); end += 16) {
    tree.InsertTokens(TokenSpan(chat.data(), end), kTenant);
  }
  PagedradixMeasured([&] {
    for (std::size_t end = 16; end <= chat.size(); end += 16) {
      tree.MatchPrefixWithCounts(TokenSpan(chat.data(), end));
    }
  });
}

void MatchShort() {
  TokenTree tree(FixedHash());
  const std::vector<Prompt> prompts = ShortPrompts();
  InsertAll(tree, prompts);
  PagedradixMeasured([&] { MatchAll(tree, prompts); });
}

void InsertShort() {
  TokenTree tree(FixedHash());
  const std::vector<Prompt> prompts = ShortPrompts();
  PagedradixMeasured([&] { InsertAll(tree, prompts); });
}

void InsertHeld() {
  TokenTree tree(FixedHash());
  const std::vector<Prompt> prompts = ShortPrompts();
  InsertAll(tree, prompts);
  PagedradixMeasured([&] { InsertAll(tree, prompts); });
}

void RouteShort() {
  TokenTree tree(FixedHash());
  const std::vector<Prompt> prompts = ShortPrompts();
  PagedradixMeasured([&] {
    for (const Prompt& prompt : prompts) {
      tree.MatchAndInsertWith(prompt, [](const PrefixMatchResult&) { return kTenant; });
    }
  });
}

void Split() {
  TokenTree tree(FixedHash());
  std::vector<Prompt> prompts = ShortPrompts();
  InsertAll(tree, prompts);
  for (Prompt& prompt : prompts) prompt[prompt.size() / 2] ^= 1;
  PagedradixMeasured([&] { InsertAll(tree, prompts); });
}

void Evict() {
  TokenTree tree(FixedHash());
  InsertAll(tree, ShortPrompts());
  PagedradixMeasured([&] { tree.EvictTenant(kTenant, 0); });
}

void PagedAddForkRemove() {
  const PagedRadixTree tree = PagedRadixTree::Create();
  std::vector<std::vector<std::int32_t>> prompts;
  for (const Prompt& prompt : ShortPrompts()) prompts.emplace_back(prompt.begin(), prompt.end());
  PagedradixMeasured([&] {
    const auto count = static_cast<std::int64_t>(prompts.size());
    std::int64_t id = 0;
    for (const std::vector<std::int32_t>& prompt : prompts) {
      tree->AddSequence(id);
      tree->ExtendSequence(id, prompt);
      tree->ForkSequence(count + id, id, prompt.size() / 2);
      ++id;
    }
    for (const std::vector<std::int32_t>& prompt : prompts) tree->MatchPrefix(prompt);
    for (id = 0; id < 2 * count; ++id) tree->RemoveSequence(id);
  });
}

const std::map<std::string, void (*)()>& Workloads() {
  static const std::map<std::string, void (*)()> kWorkloads = {
      {"evict", &Evict},
      {"insert_held", &InsertHeld},
      {"insert_short", &InsertShort},
      {"match_nodes_of_a_page", &MatchNodesOfAPage},
      {"match_one_edge", &MatchOneEdge},
      {"match_short", &MatchShort},
      {"paged_add_fork_remove", &PagedAddForkRemove},
      {"route_short", &RouteShort},
      {"split", &Split},
  };
  return kWorkloads;
}

}  // namespace
}  // namespace pagedradix

int main(int argc, char** argv) {
  if (argc < 2) {
    for (const auto& [name, work] : pagedradix::Workloads()) std::cout << name << '\n';
    return 0;
  }
  pagedradix::Workloads().at(argv[1])();
  return 0;
}
