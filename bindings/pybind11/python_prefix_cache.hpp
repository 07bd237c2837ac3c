// PrefixCache for Python: the callback is a Python object, which the garbage collector must see.
#pragma once

#include <cstdint>

#include <pybind11/pybind11.h>

#include "pagedradix/prefix_cache.hpp"

namespace pagedradix::python {

/// A prefix cache and its callback. Make and destroy it with the GIL held; the cache itself wants
/// to be called without.
class PythonPrefixCache {
 public:
  /// `remove_callback`: a callable, or None.
  PythonPrefixCache(std::int64_t max_recycling_seqs, const pybind11::object& remove_callback,
                    const PagedRadixTreeOptions& options);
  /// The cache that never holds anything.
  PythonPrefixCache();
  PythonPrefixCache(const PythonPrefixCache&) = delete;
  PythonPrefixCache& operator=(const PythonPrefixCache&) = delete;
  ~PythonPrefixCache();

  PrefixCacheObj* operator->() const noexcept { return cache_.get(); }

  std::int64_t MaxRecyclingSeqs() const noexcept { return max_recycling_seqs_; }

  /// For py::custom_type_setup: a cache and what its callback holds on to may be a cycle.
  static void MakeCollectable(PyHeapTypeObject* heap_type);

 private:
  static PythonPrefixCache* In(PyObject* object) noexcept;
  static int Traverse(PyObject* object, visitproc visit, void* arg);
  static int Clear(PyObject* object);

  void OnRemove(std::int64_t seq_id) const;

  pybind11::object remove_callback_;  ///< null if there is none, or when the collector was here
  PrefixCache cache_;
  std::int64_t max_recycling_seqs_;
};

}  // namespace pagedradix::python
