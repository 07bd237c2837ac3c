// PrefixMatchResult and BatchMatchResult: what the match methods return.
#include <string>

#include "arguments.hpp"
#include "pagedradix/token_tree_types.hpp"
#include "register.hpp"
#include "value_class.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

constexpr const char* kMatchResultDoc =
    R"(PrefixMatchResult(tenant='empty', matched_token_count=0, input_token_count=0)
--

The longest owned prefix of a prompt, and one of its owners. Immutable and hashable.)";

constexpr const char* kBatchResultDoc =
    R"(What match_batch found, prompt by prompt.

tenants: list of n str; 'empty' where nothing matched.
matched_token_counts: int64 array of shape (n,), in tokens.
input_token_counts: int64 array of shape (n,), in tokens, not cut to pages.)";

PrefixMatchResult NewMatchResult(py::handle tenant, py::handle matched, py::handle input) {
  PrefixMatchResult result;
  result.tenant = TenantName(ReadName(tenant));
  result.matched_token_count = ReadCount(matched, "matched_token_count");
  result.input_token_count = ReadCount(input, "input_token_count");
  return result;
}

py::tuple FieldsOfMatch(const PrefixMatchResult& result) {
  return py::make_tuple(result.tenant.view(), result.matched_token_count, result.input_token_count);
}

py::str ReprOfResult(const PrefixMatchResult& result) {
  return py::str("PrefixMatchResult(tenant={!r}, matched_token_count={}, input_token_count={})")
      .format(result.tenant.view(), result.matched_token_count, result.input_token_count);
}

void RegisterMatchResult(py::module_& module) {
  py::class_<PrefixMatchResult> result(module, "PrefixMatchResult", kMatchResultDoc,
                                       py::is_final());
  result
      .def(py::init(&NewMatchResult), py::arg("tenant") = kEmptyTenant,
           py::arg("matched_token_count") = 0, py::arg("input_token_count") = 0)
      .def_property_readonly(
          "tenant", [](const PrefixMatchResult& self) { return self.tenant.view(); },
          "An owner of the matched prefix; 'empty' if nothing matched: test `matched`.")
      .def_readonly("matched_token_count", &PrefixMatchResult::matched_token_count,
                    "Matched tokens, a multiple of the page size.")
      .def_readonly("input_token_count", &PrefixMatchResult::input_token_count,
                    "Tokens of the prompt as it was given, not cut to pages.")
      .def_property_readonly("hit_ratio", &PrefixMatchResult::HitRatio,
                             "matched_token_count / input_token_count, 0.0 for an empty prompt.")
      .def_property_readonly("matched", &PrefixMatchResult::Matched,
                             "Whether at least a page matched.")
      .def("__repr__", &ReprOfResult);
  DefineValue(result, &FieldsOfMatch);
  result.attr("__module__") = kPackage;
}

}  // namespace

void RegisterResults(py::module_& module) {
  RegisterMatchResult(module);
  const py::object batch_result =
      py::module_::import("collections")
          .attr("namedtuple")(
              "BatchMatchResult",
              py::make_tuple("tenants", "matched_token_counts", "input_token_counts"),
              py::arg("module") = kPackage);
  batch_result.attr("__doc__") = kBatchResultDoc;
  module.attr("BatchMatchResult") = batch_result;
}

}  // namespace pagedradix::python
