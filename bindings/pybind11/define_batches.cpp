// TokenTree's methods that take many prompts at once.
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <pybind11/numpy.h>

#include "arguments.hpp"
#include "gil.hpp"
#include "method.hpp"
#include "pagedradix/errors.hpp"
#include "register.hpp"
#include "results.hpp"
#include "token_input.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

constexpr const char* kMatchBatchDoc = R"(match_batch($self, tokens, offsets)
--

match_prefix_with_counts for n prompts, in order; the GIL is released once.

tokens: the prompts one after the other, in anything that a single prompt may be in.
offsets: n + 1 integers, ascending from 0 on; prompt i is tokens[offsets[i]:offsets[i + 1]].

Returns a BatchMatchResult: a list of n tenants and two int64 arrays of shape (n,), the matched
tokens and the tokens of each prompt. Everything is checked before the first prompt is matched.)";

constexpr const char* kInsertBatchDoc =
    R"(insert_batch($self, tokens, offsets, tenants, priority=0)
--

insert_tokens for n prompts, in order; the GIL is released once.

tokens, offsets: as for match_batch.
tenants: one name for all prompts, or a sequence of n names.

Everything is checked before the first prompt is inserted.)";

constexpr Signature<2> kMatchBatch{"match_batch", 2, {"tokens", "offsets"}};
constexpr Signature<4> kInsertBatch{
    "insert_batch", 3, {"tokens", "offsets", "tenants", "priority"}};

std::vector<std::string_view> TenantsOfPrompts(py::handle tenants, std::size_t prompts,
                                               py::tuple& owner) {
  if (PyUnicode_Check(tenants.ptr())) return {prompts, ReadTenant(tenants)};
  std::vector<std::string_view> names = ReadTenants(tenants, owner);
  if (names.size() != prompts) {
    throw InvalidArgumentError(std::to_string(names.size()) + " tenants for " +
                               std::to_string(prompts) + " prompts");
  }
  return names;
}

using Count = std::int64_t;

/// The strs of the tenants of a batch, who are few: each is made once, but for collisions.
class TenantStrings {
 public:
  /// The name must last.
  py::handle Of(std::string_view name) {
    Entry& entry = entries_[std::hash<std::string_view>()(name) % entries_.size()];
    if (!entry.str || entry.name != name) entry = {name, py::str(name)};
    return entry.str;
  }

 private:
  struct Entry {
    std::string_view name;
    py::object str;
  };

  std::array<Entry, 64> entries_;
};

py::object MatchBatch(TokenTree& tree, py::handle tokens, py::handle offsets) {
  const TokenInput input(tokens);
  const UninitializedVector<std::size_t> bounds = ReadOffsets(offsets);
  const std::vector<PrefixMatchResult> results =
      WithoutGil([&] { return tree.MatchBatch(input.Span(), bounds.data(), bounds.size() - 1); });

  TenantStrings strings;
  py::list tenants(results.size());
  py::array_t<Count> matched(static_cast<py::ssize_t>(results.size()));
  py::array_t<Count> given(static_cast<py::ssize_t>(results.size()));
  Count* matched_at = matched.mutable_data();
  Count* given_at = given.mutable_data();
  for (std::size_t i = 0; i < results.size(); ++i) {
    PyObject* const tenant = strings.Of(results[i].tenant.view()).inc_ref().ptr();
    PyList_SET_ITEM(tenants.ptr(), static_cast<py::ssize_t>(i), tenant);
    matched_at[i] = static_cast<Count>(results[i].matched_token_count);
    given_at[i] = static_cast<Count>(results[i].input_token_count);
  }
  return NewBatchResult(tenants, matched, given);
}

py::object InsertBatch(TokenTree& tree, py::handle tokens, py::handle offsets, py::handle tenants,
                       py::handle priority) {
  const std::int32_t level = ReadPriority(priority);
  const UninitializedVector<std::size_t> bounds = ReadOffsets(offsets);
  const std::size_t prompts = bounds.size() - 1;
  py::tuple owner;
  const std::vector<std::string_view> names = TenantsOfPrompts(tenants, prompts, owner);
  const TokenInput input(tokens);
  WithoutGil([&] { tree.InsertBatch(input.Span(), bounds.data(), prompts, names.data(), level); });
  return py::none();
}

}  // namespace

void DefineBatches(TokenTreeClass& tree) {
  DefineMethod<kMatchBatch, &MatchBatch>(tree, kMatchBatchDoc);
  DefineMethod<kInsertBatch, &InsertBatch>(tree, kInsertBatchDoc);
}

}  // namespace pagedradix::python
