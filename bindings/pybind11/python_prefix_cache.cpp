#include "python_prefix_cache.hpp"

#include <utility>

#include "gil.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

PyObject* CallWith(const py::object& callback, std::int64_t seq_id) {
  const py::int_ id(seq_id);
  return OutlastInterpreter(
      [&] { return PyObject_CallFunctionObjArgs(callback.ptr(), id.ptr(), nullptr); });
}

}  // namespace

PythonPrefixCache::PythonPrefixCache(std::int64_t max_recycling_seqs,
                                     const py::object& remove_callback,
                                     const PagedRadixTreeOptions& options)
    : max_recycling_seqs_(max_recycling_seqs) {
  PrefixCacheRemoveCallback on_remove;
  if (!remove_callback.is_none()) {
    remove_callback_ = remove_callback;
    on_remove = [this](std::int64_t seq_id) { OnRemove(seq_id); };
  }
  const GilRelease release;
  cache_ = PrefixCache::CreateRadixPrefixCache(max_recycling_seqs, std::move(on_remove), options);
}

PythonPrefixCache::PythonPrefixCache()
    : cache_(PrefixCache::CreateNoPrefixCache()), max_recycling_seqs_(0) {}

PythonPrefixCache::~PythonPrefixCache() {
  // A large cache takes its time to give its memory back.
  const GilRelease release;
  cache_ = PrefixCache();
}

void PythonPrefixCache::MakeCollectable(PyHeapTypeObject* heap_type) {
  PyTypeObject& type = heap_type->ht_type;
  type.tp_flags |= Py_TPFLAGS_HAVE_GC;
  type.tp_traverse = Traverse;
  type.tp_clear = Clear;
}

/// Null where __init__ has not run, and in an object with several bases from C++: there pybind11
/// would have to take a lock, and a thread that the collector has stopped may hold it. The callback
/// of such an object is not seen, so that a cycle through it stays.
PythonPrefixCache* PythonPrefixCache::In(PyObject* object) noexcept {
  const auto* instance = reinterpret_cast<const py::detail::instance*>(object);
  if (!instance->simple_layout || !instance->simple_holder_constructed) return nullptr;
  return static_cast<PythonPrefixCache*>(instance->simple_value_holder[0]);
}

int PythonPrefixCache::Traverse(PyObject* object, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(object));
  if (const PythonPrefixCache* cache = In(object)) Py_VISIT(cache->remove_callback_.ptr());
  return 0;
}

int PythonPrefixCache::Clear(PyObject* object) {
  // Taken out first: what goes with it may run code that finds this object again.
  if (PythonPrefixCache* cache = In(object)) cache->remove_callback_.release().dec_ref();
  return 0;
}

void PythonPrefixCache::OnRemove(std::int64_t seq_id) const {
  const GilAcquire gil;
  const py::object callback = remove_callback_;
  if (!callback) return;
  const auto ignored = py::reinterpret_steal<py::object>(CallWith(callback, seq_id));
  if (!ignored) throw py::error_already_set();
}

}  // namespace pagedradix::python
