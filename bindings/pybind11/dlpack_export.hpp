// The DLPack protocol: PyTorch tensors and other arrays without a buffer.
#pragma once

#include <pybind11/pybind11.h>

#include "integer_view.hpp"

namespace pagedradix::python {

/// Holds a tensor that an object exports through `__dlpack__`, until destroyed. The memory is
/// borrowed: the capsule keeps its name, so that its producer frees the tensor with it.
class DlpackExport {
 public:
  static bool Offers(pybind11::handle object);

  /// Asks `object`, which Offers(), for its tensor. TypeError if that does not hold integers,
  /// InvalidArgumentError if it is not one-dimensional or not in the CPU's memory. What the
  /// exporter itself raises goes through.
  IntegerView Open(pybind11::handle object, const char* noun);

 private:
  pybind11::object capsule_;
};

}  // namespace pagedradix::python
