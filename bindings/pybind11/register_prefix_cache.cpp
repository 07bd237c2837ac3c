#include <cstdint>
#include <memory>
#include <string>

#include "arguments.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

constexpr const char* kPrefixCacheDoc =
    R"(PrefixCache(max_recycling_seqs=-1, remove_callback=None, *, page_size=64, pages_per_block=64, max_tokens=None)
--

Which cached sequence should a new prompt reuse or be forked from?

The layer between an engine's scheduler and its KV cache. A sequence is active while its request
runs; afterwards it may be kept as recycling: still there to be matched, forked from or reused,
until room is needed.

    cache = PrefixCache(64, kv.remove)
    result = cache.insert_sequence(seq_id, prompt)
    if result.reused_seq_id != -1:
        seq_id = result.reused_seq_id
        kv.pop(seq_id, result.reused_seq_pop_last_tokens)
    elif result.forked_seq_id != -1:
        kv.fork(seq_id, result.forked_seq_id, result.prefilled_offset)
    cache.extend_sequence(seq_id, prompt[result.prefilled_offset :])

max_recycling_seqs: how many recycling sequences are kept; -1: no limit, 0: none.
remove_callback: called once with the id of each sequence that is removed, or None. It runs last in
    its call and may take its time, raise, and call back into the cache: what it raises reaches the
    caller of the method, and the sequence is gone all the same.
page_size, pages_per_block, max_tokens: as for PagedRadixTree.

`id in cache` is has_sequence(id).

Tokens and sequence ids: as for PagedRadixTree; the id -1 means "none" and cannot be inserted.
Errors: SequenceError (a KeyError) for an id that is unknown, taken, or in the wrong state,
CapacityError beyond max_tokens; TypeError or InvalidArgumentError (a ValueError) name the argument,
and in tokens the index. After any of them, and after MemoryError, the cache is as it was before the
call, except that extensions which were committed first stay committed.
Thread safety: every method may be called from any number of threads at once; a call excludes the
others while it works, with the GIL released. After os.fork() the child may use or drop the cache if
no other thread was inside it then.)";

constexpr const char* kPrefixCacheInitDoc =
    R"(__init__(self, max_recycling_seqs=-1, remove_callback=None, *, page_size=64, pages_per_block=64, max_tokens=None)
--

An empty cache.)";

constexpr const char* kDisabledDoc = R"(disabled()
--

Return a cache that never holds anything.

Every prompt is new, extensions are ignored, and no id exists to be rolled back or recycled.)";

std::unique_ptr<PythonPrefixCache> NewPrefixCache(py::handle max_recycling_seqs,
                                                  const py::object& remove_callback,
                                                  py::handle page_size, py::handle pages_per_block,
                                                  py::handle max_tokens) {
  const std::int64_t most = ReadInt64(max_recycling_seqs, "max_recycling_seqs");
  if (!remove_callback.is_none() && PyCallable_Check(remove_callback.ptr()) == 0) {
    throw py::type_error(std::string("remove_callback must be callable or None, not ") +
                         Py_TYPE(remove_callback.ptr())->tp_name);
  }
  const PagedRadixTreeOptions options =
      ReadPagedRadixTreeOptions(page_size, pages_per_block, max_tokens);
  return std::make_unique<PythonPrefixCache>(most, remove_callback, options);
}

std::string ReprOfPrefixCache(const PythonPrefixCache& cache) {
  if (cache->Mode() == PrefixCacheMode::kDisable) return "<PrefixCache mode='disable'>";
  return "<PrefixCache mode='radix' max_recycling_seqs=" +
         std::to_string(cache.MaxRecyclingSeqs()) + ">";
}

}  // namespace

void RegisterPrefixCache(py::module_& module) {
  PrefixCacheClass cache(module, "PrefixCache", kPrefixCacheDoc,
                         py::custom_type_setup(&PythonPrefixCache::MakeCollectable));
  cache.attr("__module__") = kPackage;
  cache.def(py::init(&NewPrefixCache), kPrefixCacheInitDoc, py::arg("max_recycling_seqs") = -1,
            py::arg("remove_callback") = py::none(), py::kw_only(), py::arg("page_size") = 64,
            py::arg("pages_per_block") = 64, py::arg("max_tokens") = py::none());
  cache.def_static("disabled", [] { return std::make_unique<PythonPrefixCache>(); }, kDisabledDoc);
  cache.def_property_readonly(
      "mode", [](const PythonPrefixCache& self) { return self->Mode(); }, "The PrefixCacheMode.");
  cache.def("__repr__", &ReprOfPrefixCache);
  DefineCachedSequences(cache);
}

}  // namespace pagedradix::python
