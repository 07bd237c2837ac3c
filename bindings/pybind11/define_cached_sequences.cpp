// PrefixCache's methods.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "arguments.hpp"
#include "gil.hpp"
#include "register.hpp"
#include "results.hpp"
#include "token_input.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

constexpr const char* kPlaceDoc =
    R"(insert_sequence(self, seq_id, tokens, sliding_window_size=-1, attention_sink_size=0)
--

Place a new prompt. Return a PrefixCacheMatchedResult: what to reuse or to fork from.

tokens: the prompt, at least one token; the last one is never matched, since an engine must prefill
    one.
sliding_window_size: in tokens, positive; -1: none.
attention_sink_size: in tokens, 0 or more.

Pending extensions are committed first. Then, with M the longest common prefix:

1. M = 0: a new sequence.
2. With a sliding window: a recycling sequence of the same window and sink sizes that is exactly
   those M tokens is reused; else a new sequence.
3. Without: the shortest recycling sequence without a window that shares them is reused, if M is
   more than 0.9 of its length, and rolled back to M.
4. Else the new sequence is forked, at M, from any sequence without a window that shares them.
5. Else a new sequence.

Extend the new sequence, or the reused one, with the tokens from prefilled_offset on.

SequenceError if `seq_id` exists, CapacityError. O(prompt + ids that share the prefix).)";

constexpr const char* kQueueDoc = R"(extend_sequence(self, seq_id, tokens)
--

Queue an extension, with a copy of the tokens. Whether the sequence exists is looked up when it is
committed.)";

constexpr const char* kCommitDoc = R"(commit_sequence_extension(self)
--

Apply the queued extensions in their order.

One for a sequence that is gone is dropped. One for a recycling sequence is dropped, too, but raises
SequenceError, and nothing else happens. If one fails for lack of room (CapacityError, MemoryError),
it and those behind it stay queued.)";

constexpr const char* kCommitAliasDoc = R"(commit_sequence_extention(self)
--

The name that MLC-LLM gives to commit_sequence_extension.)";

constexpr const char* kRollBackCachedDoc = R"(roll_back_sequence(self, seq_id, num_tokens)
--

Commit, then drop the last `num_tokens` tokens of an active sequence.

num_tokens: from 1 to the length of the sequence; dropping all leaves an empty sequence.

SequenceError if it is not active, InvalidArgumentError for the count, CapacityError.)";

constexpr const char* kRecycleDoc = R"(recycle_sequence(self, seq_id, lazy=True)
--

Commit, then take an active sequence out of use.

It stays as recycling; if there are as many of these as allowed, the one that was recycled first is
removed. With lazy=False, or a limit of 0, it is removed itself, and what is queued for it is dropped
instead of committed: that works when there is no room left.

SequenceError if it is not active.)";

constexpr const char* kTryFreeMemoryDoc = R"(try_free_memory(self)
--

Remove the sequence that was recycled first. Return False if none is recycling.)";

constexpr const char* kHasCachedDoc = R"(has_sequence(self, seq_id)
--

Return whether the sequence exists, active or recycling. O(1).)";

constexpr const char* kResetCacheDoc = R"(reset(self)
--

Back to the initial state. remove_callback is not called.)";

std::vector<std::int32_t> Copy(const SequenceInput& input) {
  return {input.data(), input.data() + input.size()};
}

py::object PlaceSequence(const PythonPrefixCache& cache, py::handle seq_id, py::handle tokens,
                         py::handle sliding_window_size, py::handle attention_sink_size) {
  const std::int64_t id = ReadSequenceId(seq_id);
  const std::int32_t window = ReadInt32(sliding_window_size, "sliding_window_size");
  const std::int32_t sink = ReadInt32(attention_sink_size, "attention_sink_size");
  const SequenceInput input(tokens);
  return NewCacheResult(
      WithoutGil([&] { return cache->InsertSequence(id, Copy(input), window, sink); }));
}

void QueueExtension(const PythonPrefixCache& cache, py::handle seq_id, py::handle tokens) {
  const std::int64_t id = ReadSequenceId(seq_id);
  const SequenceInput input(tokens);
  const GilRelease release;
  cache->ExtendSequence(id, Copy(input));
}

void CommitExtensions(const PythonPrefixCache& cache) { cache->CommitSequenceExtension(); }

void RollBackCached(const PythonPrefixCache& cache, py::handle seq_id, py::handle num_tokens) {
  const std::int64_t id = ReadSequenceId(seq_id);
  ReadTokenCount(num_tokens, "num_tokens").PassTo([&](std::size_t count) {
    cache->RollBackSequence(id, count);
  });
}

void RecycleSequence(const PythonPrefixCache& cache, py::handle seq_id, bool lazy) {
  const std::int64_t id = ReadSequenceId(seq_id);
  const GilRelease release;
  cache->RecycleSequence(id, lazy);
}

bool HasCachedSequence(const PythonPrefixCache& cache, py::handle seq_id) {
  const std::int64_t id = ReadSequenceId(seq_id);
  const GilRelease release;
  return cache->HasSequence(id);
}

}  // namespace

void DefineCachedSequences(PrefixCacheClass& cache) {
  const py::arg seq_id("seq_id");
  const py::arg tokens("tokens");
  cache.def("insert_sequence", &PlaceSequence, kPlaceDoc, seq_id, tokens,
            py::arg("sliding_window_size") = -1, py::arg("attention_sink_size") = 0);
  cache.def("extend_sequence", &QueueExtension, kQueueDoc, seq_id, tokens);
  cache.def("commit_sequence_extension", &CommitExtensions, kCommitDoc,
            py::call_guard<GilRelease>());
  cache.def("commit_sequence_extention", &CommitExtensions, kCommitAliasDoc,
            py::call_guard<GilRelease>());
  cache.def("roll_back_sequence", &RollBackCached, kRollBackCachedDoc, seq_id,
            py::arg("num_tokens"));
  cache.def("recycle_sequence", &RecycleSequence, kRecycleDoc, seq_id, py::arg("lazy") = true);
  cache.def(
      "try_free_memory", [](const PythonPrefixCache& self) { return self->TryFreeMemory(); },
      kTryFreeMemoryDoc, py::call_guard<GilRelease>());
  cache.def("has_sequence", &HasCachedSequence, kHasCachedDoc, seq_id);
  cache.def("__contains__", &HasCachedSequence,
            "__contains__(self, seq_id, /)\n--\n\nhas_sequence.", seq_id);
  cache.def(
      "reset", [](const PythonPrefixCache& self) { self->Reset(); }, kResetCacheDoc,
      py::call_guard<GilRelease>());
}

}  // namespace pagedradix::python
