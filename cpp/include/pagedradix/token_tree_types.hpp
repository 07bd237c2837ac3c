// The plain values that TokenTree takes and returns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pagedradix/eviction_policy.hpp"
#include "pagedradix/tenant_name.hpp"
#include "pagedradix/token_span.hpp"

namespace pagedradix {

/// The name that a match reports when nobody holds the prompt. Never a tenant's own name.
inline constexpr const char* kEmptyTenant = "empty";

/// How a TokenTree is set up; fixed for its lifetime.
struct TokenTreeOptions {
  static constexpr std::size_t kMaxPageSize = std::size_t{1} << 31;

  /// Tokens a page, 1 .. kMaxPageSize. Every input is cut down to whole pages.
  std::size_t page_size = 16;
  EvictionPolicy policy = EvictionPolicy::kLru;
  /// Count like the reference implementation: a path that is inserted again counts again.
  /// Only for a drop-in whose figures must agree with it; off, counts are exact.
  bool recount_hits = false;
  /// Key of the page hash; 0 draws a random one, so that nobody can choose prompts that collide.
  /// Set it only where runs must repeat to the byte, as in `pagedradix replay`.
  std::uint64_t hash_seed = 0;
};

/// The longest owned prefix of a prompt and one of its owners.
struct PrefixMatchResult {
  /// The owner of the deepest matched node that touched it last; "empty" if nothing matched.
  TenantName tenant{kEmptyTenant};
  /// Matched tokens, a multiple of the page size.
  std::size_t matched_token_count = 0;
  /// Tokens of the prompt as it was given, not cut to pages.
  std::size_t input_token_count = 0;

  bool Matched() const noexcept { return matched_token_count != 0; }
  /// matched / input, 0.0 for an empty prompt.
  double HitRatio() const noexcept {
    return input_token_count == 0
               ? 0.0
               : static_cast<double>(matched_token_count) / static_cast<double>(input_token_count);
  }
};

/// A tenant and a number of tokens: what it holds of a prompt, or in all.
struct TenantTokens {
  std::string tenant;
  std::size_t token_count = 0;
};

/// A tenant's mark on one entry of the tree.
struct EntryOwner {
  std::string tenant;
  /// Tick of the latest touch recorded at this node (touches below it are recorded there).
  std::uint64_t last_access = 0;
};

/// One owned node, as EntryIterator yields it.
struct TreeEntry {
  /// The whole prefix from the root to the node's end.
  std::vector<Token> prefix_tokens;
  /// Owners in order of their names.
  std::vector<EntryOwner> owners;
};

/// Figures of a tree; each is exact when no other thread is inside it.
struct TokenTreeStats {
  std::size_t nodes = 0;             ///< without the root
  std::size_t tokens = 0;            ///< stored tokens, shared prefixes once
  std::size_t tenants = 0;           ///< known tenants
  std::size_t memory_bytes = 0;      ///< live memory: nodes, tokens, tables, tenants
  std::size_t reserved_bytes = 0;    ///< memory taken from the system, live or not
  std::size_t limbo_objects = 0;     ///< unlinked, not yet freed: a reader may still see them
  std::uint64_t matches = 0;         ///< prompts matched, of all match methods
  std::uint64_t hits = 0;            ///< of these, how many matched at least a page
  std::uint64_t matched_tokens = 0;  ///< tokens matched in all
  std::uint64_t inserts = 0;         ///< prompts of at least a page inserted
  std::uint64_t splits = 0;          ///< edges split
  std::uint64_t evicted_tokens = 0;  ///< tokens that tenants lost to evict_*, once per owner
  std::uint64_t evicted_nodes = 0;   ///< nodes removed because nobody owned them any more
};

}  // namespace pagedradix
