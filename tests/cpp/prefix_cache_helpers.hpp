// Small words for tests of PrefixCache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <utility>
#include <vector>

#include "pagedradix/prefix_cache.hpp"
#include "reference/naive_prefix_cache.hpp"
#include "sequence_helpers.hpp"

namespace pagedradix::reference {

inline void PrintTo(const NaiveInsertResult& result, std::ostream* out) {
  *out << "{prefilled " << result.prefilled_offset << ", forked " << result.forked << ", reused "
       << result.reused << ", popped " << result.popped << "}";
}

}  // namespace pagedradix::reference

namespace pagedradix::test {

using reference::NaiveInsertResult;

/// An answer of InsertSequence as something that compares and prints.
inline NaiveInsertResult ResultOf(const PrefixCacheMatchedResult& result) {
  return {result.prefilled_offset, result.forked_seq_id, result.reused_seq_id,
          result.reused_seq_pop_last_tokens};
}

inline NaiveInsertResult NewSequence() { return {}; }
inline NaiveInsertResult ForkedFrom(std::int64_t id, std::size_t offset) {
  return {offset, id, -1, 0};
}
inline NaiveInsertResult Reused(std::int64_t id, std::size_t offset, std::size_t popped = 0) {
  return {offset, -1, id, popped};
}

/// InsertSequence and nothing else: the tokens past the match are not in the cache.
inline NaiveInsertResult Insert(const PrefixCache& cache, std::int64_t id,
                                const SequenceTokens& prompt, int window = -1, int sink = 0) {
  return ResultOf(cache->InsertSequence(id, prompt, window, sink));
}

/// As an engine does it: inserts, and extends by what was not matched.
inline NaiveInsertResult Serve(const PrefixCache& cache, std::int64_t id,
                               const SequenceTokens& prompt, int window = -1, int sink = 0) {
  const NaiveInsertResult result = Insert(cache, id, prompt, window, sink);
  const auto rest = static_cast<std::ptrdiff_t>(result.prefilled_offset);
  cache->ExtendSequence(result.reused == -1 ? id : result.reused,
                        SequenceTokens(prompt.begin() + rest, prompt.end()));
  return result;
}

/// A sequence that is there to be reused.
inline void ServeAndRecycle(const PrefixCache& cache, std::int64_t id, const SequenceTokens& prompt,
                            int window = -1, int sink = 0) {
  Serve(cache, id, prompt, window, sink);
  cache->RecycleSequence(id);
}

}  // namespace pagedradix::test
