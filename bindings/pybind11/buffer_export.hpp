// The buffer protocol: NumPy arrays, array.array, memoryview, bytes.
#pragma once

#include <optional>

#include <pybind11/pybind11.h>

#include "integer_view.hpp"

namespace pagedradix::python {

/// Holds the buffer of an object, so that nobody can resize it, until destroyed. Needs the GIL at
/// both ends. Out of reach are NumPy's ways to take memory away whoever uses it: with
/// `refcheck=False` from below a view, and by `ndarray.__setstate__`.
class BufferExport {
 public:
  BufferExport() = default;
  BufferExport(const BufferExport&) = delete;
  BufferExport& operator=(const BufferExport&) = delete;
  ~BufferExport() { PyBuffer_Release(&buffer_); }

  /// Takes the buffer of `object`, once. Nothing if it holds Python objects, which have to be read
  /// one by one. TypeError if it holds anything else that is not an integer, InvalidArgumentError
  /// if it is not one-dimensional; `noun` is what the messages call an element. What the exporter
  /// itself raises goes through.
  std::optional<IntegerView> Open(pybind11::handle object, const char* noun);

 private:
  /// NumPy resizes an array in spite of its exported buffer if it is told not to check references,
  /// but not if there is a weak one.
  void KeepFromResizing(pybind11::handle object);

  Py_buffer buffer_{};
  pybind11::object weak_reference_;
};

}  // namespace pagedradix::python
