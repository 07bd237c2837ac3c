// PrefixCache: which cached sequence a new prompt should reuse or be forked from.
//
// The layer between an engine's scheduler and its KV cache, with the interface of MLC-LLM's
// cpp/serve/prefix_cache.h. A sequence is active while its request runs; afterwards it may be kept
// as *recycling*: still there to be matched, forked from or reused, until room is needed.
//
//   auto cache = pagedradix::PrefixCache::CreateRadixPrefixCache(
//       64, [&](std::int64_t id) { kv.Remove(id); });
//   auto result = cache->InsertSequence(id, prompt);
//   if (result.reused_seq_id != -1) {
//     id = result.reused_seq_id;                       // pop result.reused_seq_pop_last_tokens
//   } else if (result.forked_seq_id != -1) {
//     kv.Fork(id, result.forked_seq_id, result.prefilled_offset);
//   }
//   cache->ExtendSequence(id, prompt from result.prefilled_offset on);
//
// Thread safety: any mix of calls from any threads; a call excludes the others while it works. The
// callback runs last in its call and without any lock, so it may call back into the cache.
//
// Errors: SequenceError for an id that is unknown, taken, or in the wrong state,
// InvalidArgumentError, CapacityError, std::bad_alloc. Arguments and ids are checked before
// anything is committed; a number of tokens to roll back is compared with the length that there is
// afterwards. After any error the cache is as it was, except that extensions which were
// committed first stay committed. What the callback throws reaches the caller; the sequence is gone
// all the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "pagedradix/object_ref.hpp"
#include "pagedradix/paged_radix_tree.hpp"

namespace pagedradix {

/// Whether there is a cache at all.
enum class PrefixCacheMode : int {
  kDisable = 0,
  kRadix = 1,
};

/// Called once with the id of each sequence that is removed.
using PrefixCacheRemoveCallback = std::function<void(std::int64_t)>;

/// What an engine should do with its KV cache for a new prompt. Ids are -1 when unused.
struct PrefixCacheMatchedResult {
  /// Tokens of the prompt that need no prefill.
  std::size_t prefilled_offset = 0;
  /// The sequence to fork from, at prefilled_offset.
  std::int64_t forked_seq_id = -1;
  /// The finished sequence to go on with, instead of the new id.
  std::int64_t reused_seq_id = -1;
  /// How many of its last tokens the reused sequence has lost.
  std::size_t reused_seq_pop_last_tokens = 0;
};

class PrefixCacheObj {
 public:
  PrefixCacheObj() = default;
  PrefixCacheObj(const PrefixCacheObj&) = delete;
  PrefixCacheObj& operator=(const PrefixCacheObj&) = delete;
  virtual ~PrefixCacheObj() = default;

  /// Places a new prompt. Pending extensions are committed first. The last token is never matched,
  /// since an engine must prefill one. Then, with M the longest common prefix:
  ///
  ///   1. M = 0: a new sequence.
  ///   2. With a sliding window: a recycling sequence of the same window and sink sizes that is
  ///      exactly those M tokens is reused; else a new sequence.
  ///   3. Without: the shortest recycling sequence without a window that shares them is reused, if
  ///      M is more than 0.9 of its length, and rolled back to M.
  ///   4. Else the new sequence is forked, at M, from any sequence without a window that shares
  ///      them.
  ///   5. Else a new sequence.
  ///
  /// The caller extends the new sequence (or the reused one) with the tokens from
  /// prefilled_offset on. A prompt has at least one token; sliding_window_size is -1 for none, else
  /// positive; attention_sink_size is not negative; seq_id is not -1, which means "none" in the
  /// result, and not in the cache. O(prompt + ids that share the prefix).
  virtual PrefixCacheMatchedResult InsertSequence(std::int64_t seq_id,
                                                  std::vector<std::int32_t> tokens,
                                                  int sliding_window_size = -1,
                                                  int attention_sink_size = 0) = 0;

  /// Queues an extension, with a copy of the tokens. Nothing is checked before the commit.
  virtual void ExtendSequence(std::int64_t seq_id, const std::vector<std::int32_t>& tokens) = 0;

  /// Applies the queued extensions in their order. Those of a sequence that is gone are dropped
  /// silently. If there is one for a recycling sequence, it is dropped, SequenceError says so, and
  /// nothing else happens; of several, one at a time. If an extension fails for lack of room, it
  /// and those behind it stay queued.
  virtual void CommitSequenceExtension() = 0;

  /// The name that MLC-LLM gives to CommitSequenceExtension.
  void CommitSequenceExtention() { CommitSequenceExtension(); }

  /// Commits, then drops the last tokens of an active sequence; as PagedRadixTreeObj.
  virtual void RollBackSequence(std::int64_t seq_id, std::size_t num_tokens) = 0;

  /// Commits, then takes an active sequence out of use. It stays as recycling; if there are as many
  /// of these as allowed, the one that was recycled first is removed. With `lazy` false, or a limit
  /// of 0, it is removed itself, and what is queued for it is dropped instead of committed: that
  /// works when there is no room left.
  virtual void RecycleSequence(std::int64_t seq_id, bool lazy = true) = 0;

  /// Removes the sequence that was recycled first. False if none is recycling.
  virtual bool TryFreeMemory() = 0;

  /// Whether the sequence exists, active or recycling.
  virtual bool HasSequence(std::int64_t seq_id) = 0;

  /// Back to the initial state. The callback is not called.
  virtual void Reset() = 0;

  virtual PrefixCacheMode Mode() = 0;
};

/// A shared reference to a prefix cache.
class PrefixCache : public ObjectRef<PrefixCacheObj> {
 public:
  using ObjectRef<PrefixCacheObj>::ObjectRef;

  /// A cache that keeps up to `max_recycling_seqs` finished sequences: -1 for no limit, 0 for none.
  /// InvalidArgumentError for anything below.
  static PrefixCache CreateRadixPrefixCache(std::int64_t max_recycling_seqs,
                                            PrefixCacheRemoveCallback remove_callback = nullptr,
                                            const PagedRadixTreeOptions& tree_options = {});

  /// A cache that never holds anything: every prompt is new, extensions are ignored, and no id
  /// exists to be rolled back or recycled (SequenceError).
  static PrefixCache CreateNoPrefixCache();
};

}  // namespace pagedradix

#include "pagedradix/detail/paged/no_prefix_cache.hpp"
#include "pagedradix/detail/paged/radix_prefix_cache.hpp"
