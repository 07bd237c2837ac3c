// TokenTree: who holds the longest prefix of this prompt?
//
// A multi-tenant, page-aligned radix tree over token ids, for cache-aware routing. It remembers
// which tenant (a worker, usually its URL) was sent which prompt, and answers for a new prompt
// which tenant holds the longest prefix of it.
//
//   pagedradix::TokenTree tree;
//   tree.InsertTokens(prompt, "http://worker-1:8000");
//   auto hit = tree.MatchPrefixWithCounts(other_prompt);
//   if (hit.Matched()) route_to(hit.tenant);
//
// Thread safety: every method may be called from any number of threads at the same time; the
// constructor and the destructor are the caller's to order. Matching takes no lock (under the MRU
// policy, that of the index of the tenant returned); writers lock single nodes. What overlapping
// calls may see of each other is written in docs/concurrency.md. After fork() the child may use or
// destroy the tree if no other thread was inside it then.
//
// Exceptions: std::bad_alloc, or InvalidArgumentError for a bad tenant name or an oversized input;
// the tree is then as if the call had not been made, except that a match part already counted and
// touched stays so, and that an insert which meets other writers may have inserted a shorter prefix
// when memory runs out. EvictTenant, EvictTenantBySize, RemoveTenant and Clear never fail for lack
// of memory.
//
// Costs: n = tokens of the prompt, d = nodes on its path. A match compares n tokens at memcmp speed
// plus a constant for each node; an insert adds one copy of the tokens that are new.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pagedradix/detail/token_tree/tree_core.hpp"
#include "pagedradix/entry_iterator.hpp"
#include "pagedradix/errors.hpp"
#include "pagedradix/eviction_policy.hpp"
#include "pagedradix/token_span.hpp"
#include "pagedradix/token_tree_types.hpp"

namespace pagedradix {

class TokenTree {
 public:
  /// An empty tree. Throws InvalidArgumentError if `options.page_size` is 0 or above 2^31, or
  /// `options.policy` is none of EvictionPolicy's.
  explicit TokenTree(const TokenTreeOptions& options = {});
  TokenTree(const TokenTree&) = delete;
  TokenTree& operator=(const TokenTree&) = delete;
  /// Frees everything; cost by memory blocks, not by nodes, and without recursion.
  ~TokenTree() = default;

  std::size_t PageSize() const noexcept;
  EvictionPolicy Policy() const noexcept;
  bool RecountHits() const noexcept;

  // --- Insert and match ------------------------------------------------------------------------

  /// Makes `tenant` an owner of the whole page-aligned prefix of `tokens`. A node on the path keeps
  /// the highest priority that any insert gave it. An input shorter than a page inserts nothing.
  /// `tenant` must not be empty, and not "empty". At most 2^32 - 1 tokens. O(n + d).
  void InsertTokens(TokenSpan tokens, std::string_view tenant, std::int32_t priority = 0);

  /// The longest owned prefix of `tokens`, and touches it for the tenant returned. An input shorter
  /// than a page matches 0 tokens and names any known tenant. O(n + d); lock-free except
  /// under the MRU policy.
  PrefixMatchResult MatchPrefixWithCounts(TokenSpan tokens);

  /// `MatchPrefixWithCounts` followed by `InsertTokens`, in one descent.
  PrefixMatchResult MatchAndInsert(TokenSpan tokens, std::string_view tenant,
                                   std::int32_t priority = 0);

  /// Matches, calls `select(const PrefixMatchResult&)` exactly once with no lock held, and inserts
  /// for the tenant that it returns (`std::optional<std::string_view>` or anything that converts to
  /// it; nullopt inserts nothing). The insert goes on where the match ended. `select` may take its
  /// time, may call back into the tree, and may throw: then nothing is inserted. `tokens` must stay
  /// as they are until the call returns.
  template <typename Select>
  PrefixMatchResult MatchAndInsertWith(TokenSpan tokens, Select&& select,
                                       std::int32_t priority = 0);

  /// `(matched tokens, tenant)` of MatchPrefixWithCounts.
  std::pair<std::size_t, std::string> PrefixMatchLegacy(TokenSpan tokens);

  /// How much of `tokens` each of its owners holds, in order of names; who holds nothing is left
  /// out. Touches nothing. One descent.
  std::vector<TenantTokens> MatchTenants(TokenSpan tokens) const;

  /// How much of `tokens` each of `count` candidates holds: `held[i]` for `candidates[i]`, 0 for an
  /// unknown name. Allocates nothing beyond the path. Touches nothing. One descent.
  void MatchTenants(TokenSpan tokens, const std::string_view* candidates, std::size_t count,
                    std::size_t* held) const;

  // --- Batches ---------------------------------------------------------------------------------
  // `offsets` has `count + 1` entries; prompt i is tokens[offsets[i] .. offsets[i + 1]). A batch is
  // validated whole before its first prompt is touched; then each prompt is a call of its own.

  /// MatchPrefixWithCounts for each prompt, in order.
  std::vector<PrefixMatchResult> MatchBatch(TokenSpan tokens, const std::size_t* offsets,
                                            std::size_t count);

  /// InsertTokens for each prompt, in order; prompt i goes to `tenants[i]`.
  void InsertBatch(TokenSpan tokens, const std::size_t* offsets, std::size_t count,
                   const std::string_view* tenants, std::int32_t priority = 0);

  // --- Tenants ---------------------------------------------------------------------------------

  /// Every known tenant with the tokens that it holds, in order of names. O(tenants log tenants).
  std::vector<TenantTokens> GetTenantTokenCounts() const;

  /// Tokens that `tenant` holds, 0 if it is unknown. O(1).
  std::size_t TenantTokenSize(std::string_view tenant) const;

  /// Removes the tenant's leaves, by the policy, until it holds at most `max_tokens` or has no leaf
  /// left. Whole nodes go, so it may end below. O(log leaves) for each leaf that goes; other
  /// tenants and other threads do not wait. An unknown tenant: nothing. Returns the tokens that
  /// the tenant lost.
  std::size_t EvictTenant(std::string_view tenant, std::size_t max_tokens);

  /// EvictTenant for every tenant that holds more than `max_tokens`. Returns the tokens lost.
  std::size_t EvictTenantBySize(std::size_t max_tokens);

  /// Forgets the tenant: all it owns, and its name. O(what it owned). False if it was unknown.
  bool RemoveTenant(std::string_view tenant);

  // --- The whole tree --------------------------------------------------------------------------

  /// A lazy pre-order walk over the owned nodes; children in lexicographic order of their first
  /// page. Holds nothing between steps: writers go on, the walk sees a mix of before and after.
  /// The tree must outlive the iterator.
  EntryIterator IterEntries() const;

  /// Back to empty; tenants, counts and figures too. Waits for calls that are inside the tree,
  /// never for a `select` callback. O(memory blocks).
  void Clear();

  /// Takes memory for about `tokens` more tokens from the system and faults it in, ahead of use; in
  /// huge pages where the system has them, which also makes matches of cold prompts faster.
  void Reserve(std::size_t tokens);

  TokenTreeStats Stats() const;

  /// The tree as versioned bytes (docs/snapshot.md). Beside writers: a consistent mix of before and
  /// after.
  std::string Serialize() const;

  /// The tree that `bytes` describe. Throws SnapshotError, with the offset of what is wrong, for
  /// anything that Serialize cannot have written.
  static std::unique_ptr<TokenTree> Deserialize(std::string_view bytes);

  /// Checks the invariants of docs/concurrency.md; the tree must be at rest (no other thread
  /// inside). Returns what is violated, empty when all is well. O(tree). For tests.
  std::string CheckInvariants() const;

 private:
  std::unique_ptr<detail::TreeCore> core_;
};

}  // namespace pagedradix

#include "pagedradix/detail/token_tree/token_tree_impl.hpp"
