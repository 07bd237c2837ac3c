#include "numpy_array.hpp"

#include <cstddef>
#include <cstring>

#include <pybind11/numpy.h>

namespace py = pybind11;

namespace pagedradix::python {
namespace {

using Numpy = py::detail::npy_api;

/// An array of exactly NumPy's own class. Its name is compared first: to ask for the class itself
/// would import NumPy, which somebody who has an array has done.
bool IsNumpyArray(py::handle object) {
  const PyTypeObject* const type = Py_TYPE(object.ptr());
  return std::strcmp(type->tp_name, "numpy.ndarray") == 0 && type == Numpy::get().PyArray_Type_;
}

/// In bytes; 0 if it is no type of integers.
std::size_t SizeOfInteger(int type_number) noexcept {
  switch (type_number) {
    case Numpy::NPY_BYTE_:
    case Numpy::NPY_UBYTE_:
      return sizeof(char);
    case Numpy::NPY_SHORT_:
    case Numpy::NPY_USHORT_:
      return sizeof(short);
    case Numpy::NPY_INT_:
    case Numpy::NPY_UINT_:
      return sizeof(int);
    case Numpy::NPY_LONG_:
    case Numpy::NPY_ULONG_:
      return sizeof(long);
    case Numpy::NPY_LONGLONG_:
    case Numpy::NPY_ULONGLONG_:
      return sizeof(long long);
    default:
      return 0;
  }
}

}  // namespace

std::optional<IntegerView> ViewOfNumpyArray(py::handle object) {
  if (!IsNumpyArray(object)) return std::nullopt;
  const auto* const array = py::detail::array_proxy(object.ptr());
  const auto* const element = py::detail::array_descriptor_proxy(array->descr);
  IntegerView view;
  view.item_size = SizeOfInteger(element->type_num);
  const bool native = element->byteorder == '=' || element->byteorder == '|';
  const bool flat = array->nd == 1;  // codespell:ignore nd
  if (!flat || view.item_size == 0 || !native) return std::nullopt;
  view.data = reinterpret_cast<const std::byte*>(array->data);
  view.count = static_cast<std::size_t>(array->dimensions[0]);
  view.stride = array->strides[0];
  view.is_signed = element->kind == 'i';
  return view;
}

}  // namespace pagedradix::python
