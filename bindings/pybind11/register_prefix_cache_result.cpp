#include <array>

#include "arguments.hpp"
#include "pagedradix/prefix_cache.hpp"
#include "register.hpp"
#include "results.hpp"
#include "value_class.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

struct CacheResultClass {
  using Value = PrefixCacheMatchedResult;

  static constexpr const char* kName = "PrefixCacheMatchedResult";
  static constexpr const char* kDoc =
      R"(PrefixCacheMatchedResult(prefilled_offset=0, forked_seq_id=-1, reused_seq_id=-1, reused_seq_pop_last_tokens=0)
--

What an engine should do with its KV cache for a new prompt. Immutable and hashable.)";
  static constexpr std::array kFields = {"prefilled_offset", "forked_seq_id", "reused_seq_id",
                                         "reused_seq_pop_last_tokens"};

  static Value Make(py::handle prefilled_offset, py::handle forked_seq_id, py::handle reused_seq_id,
                    py::handle reused_seq_pop_last_tokens) {
    Value value;
    if (prefilled_offset) value.prefilled_offset = ReadCount(prefilled_offset, kFields[0]);
    if (forked_seq_id) value.forked_seq_id = ReadSequenceId(forked_seq_id, kFields[1]);
    if (reused_seq_id) value.reused_seq_id = ReadSequenceId(reused_seq_id, kFields[2]);
    if (reused_seq_pop_last_tokens) {
      value.reused_seq_pop_last_tokens = ReadCount(reused_seq_pop_last_tokens, kFields[3]);
    }
    return value;
  }

  static py::tuple FieldsOf(const Value& value) {
    return py::make_tuple(value.prefilled_offset, value.forked_seq_id, value.reused_seq_id,
                          value.reused_seq_pop_last_tokens);
  }

  static inline PyGetSetDef attributes[] = {
      Attribute<Value, &Value::prefilled_offset>(kFields[0],
                                                 "Tokens of the prompt that need no prefill."),
      Attribute<Value, &Value::forked_seq_id>(
          kFields[1], "The sequence to fork from, at prefilled_offset; -1: none."),
      Attribute<Value, &Value::reused_seq_id>(
          kFields[2], "The finished sequence to go on with, instead of the new id; -1: none."),
      Attribute<Value, &Value::reused_seq_pop_last_tokens>(
          kFields[3], "How many of its last tokens the reused sequence has lost."),
      {},
  };
};

}  // namespace

void RegisterPrefixCacheResult(py::module_& module) {
  ValueClass<CacheResultClass>::Register(module);
}

py::object NewCacheResult(PrefixCacheMatchedResult result) {
  return ValueClass<CacheResultClass>::New(result);
}

}  // namespace pagedradix::python
