// Small words for tests of TokenTree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "pagedradix/token_tree.hpp"

namespace pagedradix {

/// Found by GoogleTest: so are parametrized tests named.
inline void PrintTo(EvictionPolicy policy, std::ostream* out) {
  *out << EvictionPolicyName(policy);
}

}  // namespace pagedradix

namespace pagedradix::test {

using Prompt = std::vector<Token>;
using Counts = std::map<std::string, std::size_t>;

inline TokenTreeOptions WithPageSize(std::size_t page_size) {
  TokenTreeOptions options;
  options.page_size = page_size;
  return options;
}

inline TokenTreeOptions WithPolicy(EvictionPolicy policy, std::size_t page_size = 1) {
  TokenTreeOptions options;
  options.page_size = page_size;
  options.policy = policy;
  return options;
}

/// One page for each value, filled with it.
inline Prompt Pages(std::size_t page_size, std::initializer_list<Token> values) {
  Prompt prompt;
  for (const Token value : values) prompt.insert(prompt.end(), page_size, value);
  return prompt;
}

/// `count` tokens, all different.
inline Prompt Range(Token first, std::size_t count) {
  Prompt prompt(count);
  for (std::size_t i = 0; i < count; ++i) prompt[i] = first + static_cast<Token>(i);
  return prompt;
}

inline Counts CountsOf(const TokenTree& tree) {
  Counts counts;
  for (const TenantTokens& count : tree.GetTenantTokenCounts()) {
    counts[count.tenant] = count.token_count;
  }
  return counts;
}

inline Counts HeldBy(const TokenTree& tree, const Prompt& prompt) {
  Counts held;
  for (const TenantTokens& count : tree.MatchTenants(prompt))
    held[count.tenant] = count.token_count;
  return held;
}

/// The owned nodes in the order of the walk: prefix and owners' names.
using Listing = std::vector<std::pair<Prompt, std::vector<std::string>>>;

inline Listing ListingOf(const TokenTree& tree) {
  Listing listing;
  EntryIterator iterator = tree.IterEntries();
  TreeEntry entry;
  while (iterator.Next(entry)) {
    std::vector<std::string> owners;
    for (const EntryOwner& owner : entry.owners) owners.push_back(owner.tenant);
    listing.emplace_back(entry.prefix_tokens, std::move(owners));
  }
  return listing;
}

}  // namespace pagedradix::test
