// PagedRadixTree's methods about sequences.
#include <cstddef>
#include <cstdint>

#include "arguments.hpp"
#include "array_of.hpp"
#include "gil.hpp"
#include "id_list.hpp"
#include "register.hpp"
#include "token_input.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

constexpr const char* kHasSequenceDoc = R"(has_sequence(self, seq_id)
--

Return whether the sequence exists. O(1).)";

constexpr const char* kGetSequenceDoc = R"(get_sequence(self, seq_id)
--

Return all tokens of a sequence, as an int32 array of its own of shape (length,).

SequenceError if it does not exist. O(length).)";

constexpr const char* kGetSequenceLengthDoc = R"(get_sequence_length(self, seq_id)
--

Return the number of tokens of a sequence.

SequenceError if it does not exist. O(1).)";

constexpr const char* kMatchSequencesDoc = R"(match_prefix(self, tokens)
--

Return (matched, seq_ids): the longest common prefix with any sequence, and all that share it.

matched: int, in tokens.
seq_ids: list of int, in no order; empty when matched is 0.

O(matched + d + number of ids).)";

constexpr const char* kAddSequenceDoc = R"(add_sequence(self, seq_id)
--

Add an empty sequence.

SequenceError if it exists. O(1).)";

constexpr const char* kExtendSequenceDoc = R"(extend_sequence(self, seq_id, tokens)
--

Append tokens to a sequence; what is stored already is shared.

SequenceError if it does not exist, CapacityError. O(n + nodes shared).)";

constexpr const char* kForkSequenceDoc =
    R"(fork_sequence(self, seq_id, parent_seq_id, forked_offset)
--

Add a sequence of the first `forked_offset` tokens of another one.

forked_offset: from 1 to the length of the parent, in tokens.

SequenceError if `seq_id` exists or `parent_seq_id` does not, InvalidArgumentError for the offset,
CapacityError. O(d + p).)";

constexpr const char* kRollBackSequenceDoc = R"(roll_back_sequence(self, seq_id, num_tokens)
--

Drop the last `num_tokens` tokens of a sequence.

num_tokens: from 1 to the length of the sequence; dropping all leaves an empty sequence.

SequenceError if it does not exist, InvalidArgumentError for the count, CapacityError. O(d + p).)";

constexpr const char* kRemoveSequenceDoc = R"(remove_sequence(self, seq_id)
--

Remove a sequence and free the pages that nobody else needs.

SequenceError if it does not exist. O(1), however long it is.)";

bool HasSequence(const PagedRadixTree& tree, py::handle seq_id) {
  const std::int64_t id = ReadSequenceId(seq_id);
  const GilRelease release;
  return tree->HasSequence(id);
}

py::array_t<std::int32_t> GetSequence(const PagedRadixTree& tree, py::handle seq_id) {
  const std::int64_t id = ReadSequenceId(seq_id);
  return ArrayOf(WithoutGil([&] { return tree->GetSequenceTokens(id); }));
}

std::size_t GetSequenceLength(const PagedRadixTree& tree, py::handle seq_id) {
  const std::int64_t id = ReadSequenceId(seq_id);
  const GilRelease release;
  return tree->GetSequenceLength(id);
}

py::tuple MatchSequences(const PagedRadixTree& tree, py::handle tokens) {
  const SequenceInput input(tokens);
  const auto [matched, ids] =
      WithoutGil([&] { return tree->MatchPrefix(input.data(), input.size()); });
  return py::make_tuple(matched, ListOfIds(ids));
}

void AddSequence(const PagedRadixTree& tree, py::handle seq_id) {
  const std::int64_t id = ReadSequenceId(seq_id);
  const GilRelease release;
  tree->AddSequence(id);
}

void ExtendSequence(const PagedRadixTree& tree, py::handle seq_id, py::handle tokens) {
  const std::int64_t id = ReadSequenceId(seq_id);
  const SequenceInput input(tokens);
  const GilRelease release;
  tree->ExtendSequence(id, input.data(), input.size());
}

void ForkSequence(const PagedRadixTree& tree, py::handle seq_id, py::handle parent_seq_id,
                  py::handle forked_offset) {
  const std::int64_t id = ReadSequenceId(seq_id);
  const std::int64_t parent = ReadSequenceId(parent_seq_id, "parent_seq_id");
  ReadTokenCount(forked_offset, "forked_offset").PassTo([&](std::size_t offset) {
    tree->ForkSequence(id, parent, offset);
  });
}

void RollBackSequence(const PagedRadixTree& tree, py::handle seq_id, py::handle num_tokens) {
  const std::int64_t id = ReadSequenceId(seq_id);
  ReadTokenCount(num_tokens, "num_tokens").PassTo([&](std::size_t count) {
    tree->RollBackSequence(id, count);
  });
}

void RemoveSequence(const PagedRadixTree& tree, py::handle seq_id) {
  const std::int64_t id = ReadSequenceId(seq_id);
  const GilRelease release;
  tree->RemoveSequence(id);
}

}  // namespace

void DefineSequences(PagedRadixTreeClass& tree) {
  const py::arg seq_id("seq_id");
  const py::arg tokens("tokens");
  tree.def("has_sequence", &HasSequence, kHasSequenceDoc, seq_id);
  tree.def("__contains__", &HasSequence, "__contains__(self, seq_id, /)\n--\n\nhas_sequence.",
           seq_id);
  tree.def("get_sequence", &GetSequence, kGetSequenceDoc, seq_id);
  tree.def("get_sequence_length", &GetSequenceLength, kGetSequenceLengthDoc, seq_id);
  tree.def("match_prefix", &MatchSequences, kMatchSequencesDoc, tokens);
  tree.def("add_sequence", &AddSequence, kAddSequenceDoc, seq_id);
  tree.def("extend_sequence", &ExtendSequence, kExtendSequenceDoc, seq_id, tokens);
  tree.def("fork_sequence", &ForkSequence, kForkSequenceDoc, seq_id, py::arg("parent_seq_id"),
           py::arg("forked_offset"));
  tree.def("roll_back_sequence", &RollBackSequence, kRollBackSequenceDoc, seq_id,
           py::arg("num_tokens"));
  tree.def("remove_sequence", &RemoveSequence, kRemoveSequenceDoc, seq_id);
}

}  // namespace pagedradix::python
