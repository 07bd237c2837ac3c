// PagedRadixTree: the sequences of an engine, common prefixes stored once, in fixed-size pages.
//
// The interface is that of MLC-LLM's cpp/serve/radix_tree.h: code written against that header
// compiles against this one after changing the include and the namespace.
//
//   auto tree = pagedradix::PagedRadixTree::Create();
//   tree->AddSequence(0);
//   tree->ExtendSequence(0, {1, 2, 3, 4});
//   tree->ForkSequence(1, 0, 3);                      // sequence 1 is {1, 2, 3}
//   auto [matched, ids] = tree->MatchPrefix({1, 2, 3, 5});  // 3, {0, 1}
//
// Tokens are int32, sequence ids int64; every value of either type is allowed.
//
// Thread safety: any mix of calls from any threads. Lookups run side by side; a call that changes
// the tree excludes all others while it works (docs/paged_radix_tree.md says why here, and not in
// TokenTree, one reader-writer lock is right).
//
// Errors: SequenceError for an id that is unknown or taken, InvalidArgumentError for an offset or a
// count out of range, CapacityError beyond max_tokens, std::bad_alloc. After any of them the tree
// is as it was before the call. RemoveSequence never fails for a sequence that exists, and a
// rollback needs no page that it does not free itself unless others share the sequence's tokens.
//
// Costs: n = tokens given, d = nodes on the sequence's path, p = pages of one node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "pagedradix/errors.hpp"
#include "pagedradix/int_tuple.hpp"
#include "pagedradix/object_ref.hpp"
#include "pagedradix/paged_radix_tree_types.hpp"

namespace pagedradix {

class PagedRadixTreeObj {
 public:
  PagedRadixTreeObj() = default;
  PagedRadixTreeObj(const PagedRadixTreeObj&) = delete;
  PagedRadixTreeObj& operator=(const PagedRadixTreeObj&) = delete;
  virtual ~PagedRadixTreeObj() = default;

  // --- MLC's interface -------------------------------------------------------------------------

  /// Whether a sequence exists. O(1), never throws.
  virtual bool HasSequence(std::int64_t seq_id) = 0;

  /// All tokens of a sequence. O(length). SequenceError if it does not exist.
  virtual IntTuple GetSequence(std::int64_t seq_id) = 0;

  /// `(L, ids)`: the length of the longest common prefix of `tokens` with any stored sequence, and
  /// every sequence that shares those L tokens, in no order. `(0, {})` when L is 0. O(L + d + ids).
  std::pair<std::size_t, std::vector<std::int64_t>> MatchPrefix(
      const std::vector<std::int32_t>& tokens) {
    return MatchPrefix(tokens.data(), tokens.size());
  }

  /// The number of tokens of a sequence. O(1). SequenceError if it does not exist.
  virtual std::size_t GetSequenceLength(std::int64_t seq_id) = 0;

  /// A new sequence of the first `forked_offset` tokens of another one;
  /// 1 <= forked_offset <= its length. O(d + p). SequenceError if `seq_id` exists or
  /// `parent_seq_id` does not, InvalidArgumentError for the offset, CapacityError.
  virtual void ForkSequence(std::int64_t seq_id, std::int64_t parent_seq_id,
                            std::size_t forked_offset) = 0;

  /// A new, empty sequence. O(1). SequenceError if it exists.
  virtual void AddSequence(std::int64_t seq_id) = 0;

  /// Appends tokens to a sequence. What is stored already is shared. O(n + nodes shared).
  /// SequenceError if it does not exist, CapacityError.
  void ExtendSequence(std::int64_t seq_id, const std::vector<std::int32_t>& tokens) {
    ExtendSequence(seq_id, tokens.data(), tokens.size());
  }

  /// Drops the last `num_tokens` tokens of a sequence; 1 <= num_tokens <= its length. Dropping all
  /// leaves an empty sequence. O(d + p). SequenceError if it does not exist, InvalidArgumentError
  /// for the count, CapacityError.
  virtual void RollBackSequence(std::int64_t seq_id, std::size_t num_tokens) = 0;

  /// Removes a sequence and frees the pages that nobody else needs. O(1), however long it is.
  /// SequenceError if it does not exist; never fails for lack of memory.
  virtual void RemoveSequence(std::int64_t seq_id) = 0;

  /// Tokens that fit in the pages that are allocated and free. O(1).
  virtual std::size_t FreeCapacity() = 0;

  /// Back to the initial state, and usable. O(sequences + blocks).
  virtual void Reset() = 0;

  // --- Beyond MLC's interface ------------------------------------------------------------------

  /// MatchPrefix for tokens that are not in a vector.
  virtual std::pair<std::size_t, std::vector<std::int64_t>> MatchPrefix(const std::int32_t* tokens,
                                                                        std::size_t count) = 0;

  /// ExtendSequence for tokens that are not in a vector.
  virtual void ExtendSequence(std::int64_t seq_id, const std::int32_t* tokens,
                              std::size_t count) = 0;

  /// GetSequence as tokens are stored: 32 bits each.
  virtual std::vector<std::int32_t> GetSequenceTokens(std::int64_t seq_id) = 0;

  /// The ids of all sequences, in no order. O(sequences).
  virtual std::vector<std::int64_t> SequenceIds() = 0;

  virtual PagedRadixTreeOptions Options() = 0;

  /// O(blocks of memory).
  virtual PagedRadixTreeStats Stats() = 0;

  /// Checks the invariants P1 to P7 of docs/paged_radix_tree.md. Returns what is violated, empty
  /// when all is well. O(tree). For tests.
  virtual std::string CheckInvariants() = 0;
};

/// A shared reference to a tree.
class PagedRadixTree : public ObjectRef<PagedRadixTreeObj> {
 public:
  using ObjectRef<PagedRadixTreeObj>::ObjectRef;

  /// An empty tree. InvalidArgumentError for options out of range.
  static PagedRadixTree Create(const PagedRadixTreeOptions& options = {});
};

}  // namespace pagedradix

#include "pagedradix/detail/paged/paged_radix_tree_impl.hpp"
