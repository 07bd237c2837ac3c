// Objects with the buffer protocol: NumPy arrays, array.array, memoryview, bytes.
#pragma once

#include <optional>

#include <pybind11/pybind11.h>

#include "integer_view.hpp"

namespace pagedradix::python {

/// Holds the buffer of an object until destroyed. Needs the GIL at both ends.
class BufferExport {
 public:
  BufferExport() { buffer_.obj = nullptr; }
  BufferExport(const BufferExport&) = delete;
  BufferExport& operator=(const BufferExport&) = delete;
  ~BufferExport() { PyBuffer_Release(&buffer_); }

  /// Takes the buffer of `object`, once. Nothing if it holds Python objects, which have to be read
  /// one by one. TypeError if it holds anything else that is not an integer, InvalidArgumentError
  /// if it is not one-dimensional; `noun` is what the messages call an element. What the exporter
  /// itself raises goes through.
  std::optional<IntegerView> Open(pybind11::handle object, const char* noun);

  /// To be called after Open before other code can run, by which the object could be resized. Out
  /// of reach are NumPy's ways to take memory away whoever uses it: with `refcheck=False` from
  /// below a view, and by `ndarray.__setstate__`.
  void KeepFromResizing();

 private:
  Py_buffer buffer_;  ///< valid if it has an obj
  pybind11::object exporter_;
  pybind11::object weak_reference_;
};

}  // namespace pagedradix::python
