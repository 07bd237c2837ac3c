#include "arguments.hpp"
#include "pagedradix/prefix_cache.hpp"
#include "register.hpp"
#include "value_class.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

using Result = PrefixCacheMatchedResult;

constexpr const char* kMatchedResultDoc =
    R"(PrefixCacheMatchedResult(prefilled_offset=0, forked_seq_id=-1, reused_seq_id=-1, reused_seq_pop_last_tokens=0)
--

What an engine should do with its KV cache for a new prompt. Immutable and hashable.)";

Result NewMatchedResult(py::handle prefilled_offset, py::handle forked_seq_id,
                        py::handle reused_seq_id, py::handle reused_seq_pop_last_tokens) {
  Result result;
  result.prefilled_offset = ReadCount(prefilled_offset, "prefilled_offset");
  result.forked_seq_id = ReadSequenceId(forked_seq_id, "forked_seq_id");
  result.reused_seq_id = ReadSequenceId(reused_seq_id, "reused_seq_id");
  result.reused_seq_pop_last_tokens =
      ReadCount(reused_seq_pop_last_tokens, "reused_seq_pop_last_tokens");
  return result;
}

py::tuple FieldsOfPlacement(const Result& result) {
  return py::make_tuple(result.prefilled_offset, result.forked_seq_id, result.reused_seq_id,
                        result.reused_seq_pop_last_tokens);
}

py::str ReprOfPlacement(const Result& result) {
  return py::str(
             "PrefixCacheMatchedResult(prefilled_offset={}, forked_seq_id={}, reused_seq_id={}, "
             "reused_seq_pop_last_tokens={})")
      .format(*FieldsOfPlacement(result));
}

}  // namespace

void RegisterPrefixCacheResult(py::module_& module) {
  py::class_<Result> result(module, "PrefixCacheMatchedResult", kMatchedResultDoc, py::is_final());
  result
      .def(py::init(&NewMatchedResult), py::arg("prefilled_offset") = 0,
           py::arg("forked_seq_id") = -1, py::arg("reused_seq_id") = -1,
           py::arg("reused_seq_pop_last_tokens") = 0)
      .def_readonly("prefilled_offset", &Result::prefilled_offset,
                    "Tokens of the prompt that need no prefill.")
      .def_readonly("forked_seq_id", &Result::forked_seq_id,
                    "The sequence to fork from, at prefilled_offset; -1: none.")
      .def_readonly("reused_seq_id", &Result::reused_seq_id,
                    "The finished sequence to go on with, instead of the new id; -1: none.")
      .def_readonly("reused_seq_pop_last_tokens", &Result::reused_seq_pop_last_tokens,
                    "How many of its last tokens the reused sequence has lost.")
      .def("__repr__", &ReprOfPlacement);
  DefineValue(result, &FieldsOfPlacement);
  result.attr("__module__") = kPackage;
}

}  // namespace pagedradix::python
