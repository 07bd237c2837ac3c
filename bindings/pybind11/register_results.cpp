// PrefixMatchResult and BatchMatchResult: what the match methods return.
#include <array>
#include <string_view>
#include <utility>

#include <pybind11/gil_safe_call_once.h>

#include "arguments.hpp"
#include "pagedradix/token_tree_types.hpp"
#include "register.hpp"
#include "results.hpp"
#include "value_class.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

std::string_view TenantOf(const PrefixMatchResult& result) { return result.tenant.view(); }

struct MatchResultClass {
  using Value = PrefixMatchResult;

  static constexpr const char* kName = "PrefixMatchResult";
  static constexpr const char* kDoc =
      R"(PrefixMatchResult(tenant='empty', matched_token_count=0, input_token_count=0)
--

The longest owned prefix of a prompt, and one of its owners. Immutable and hashable.)";
  static constexpr std::array kFields = {"tenant", "matched_token_count", "input_token_count"};

  static Value Make(py::handle tenant, py::handle matched, py::handle input) {
    Value value;
    if (tenant) value.tenant = TenantName(ReadName(tenant));
    if (matched) value.matched_token_count = ReadCount(matched, kFields[1]);
    if (input) value.input_token_count = ReadCount(input, kFields[2]);
    return value;
  }

  static py::tuple FieldsOf(const Value& value) {
    return py::make_tuple(TenantOf(value), value.matched_token_count, value.input_token_count);
  }

  // The tenant's str is made when it is asked for, which not everybody does.
  static inline PyGetSetDef attributes[] = {
      Attribute<Value, &TenantOf>(
          kFields[0],
          "An owner of the matched prefix; 'empty' if nothing matched: test `matched`."),
      Attribute<Value, &Value::matched_token_count>(kFields[1],
                                                    "Matched tokens, a multiple of the page size."),
      Attribute<Value, &Value::input_token_count>(
          kFields[2], "Tokens of the prompt as it was given, not cut to pages."),
      Attribute<Value, &Value::HitRatio>(
          "hit_ratio", "matched_token_count / input_token_count, 0.0 for an empty prompt."),
      Attribute<Value, &Value::Matched>("matched", "Whether at least a page matched."),
      {},
  };
};

constexpr const char* kBatchResultDoc =
    R"(What match_batch found, prompt by prompt.

tenants: list of n str; 'empty' where nothing matched.
matched_token_counts: int64 array of shape (n,), in tokens.
input_token_counts: int64 array of shape (n,), in tokens, not cut to pages.)";

PYBIND11_CONSTINIT py::gil_safe_call_once_and_store<py::object> batch_result_class;

py::object NewBatchResultClass() {
  py::object batch_result =
      py::module_::import("collections")
          .attr("namedtuple")(
              "BatchMatchResult",
              py::make_tuple("tenants", "matched_token_counts", "input_token_counts"),
              py::arg("module") = kPackage);
  batch_result.attr("__doc__") = kBatchResultDoc;
  return batch_result;
}

}  // namespace

void RegisterResults(py::module_& module) {
  ValueClass<MatchResultClass>::Register(module);
  module.attr("BatchMatchResult") =
      batch_result_class.call_once_and_store_result(NewBatchResultClass).get_stored();
}

py::object NewMatchResult(PrefixMatchResult result) {
  return ValueClass<MatchResultClass>::New(std::move(result));
}

py::object NewBatchResult(const py::object& tenants, const py::object& matched,
                          const py::object& given) {
  return batch_result_class.get_stored()(tenants, matched, given);
}

}  // namespace pagedradix::python
