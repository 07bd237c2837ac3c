#include "buffer_export.hpp"

#include <cstring>
#include <string>

#include "numpy_array.hpp"
#include "pagedradix/errors.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

bool MachineIsLittleEndian() noexcept {
  const unsigned one = 1;
  unsigned char first;
  std::memcpy(&first, &one, 1);
  return first == 1;
}

bool OtherByteOrder(char order) noexcept {
  return order == '<' ? !MachineIsLittleEndian()
                      : (order == '>' || order == '!') && MachineIsLittleEndian();
}

std::string Shape(const Py_buffer& buffer) {
  std::string shape = "(";
  for (int axis = 0; axis < buffer.ndim; ++axis) {
    shape += (axis == 0 ? "" : ", ") + std::to_string(buffer.shape[axis]);
  }
  return shape + (buffer.ndim == 1 ? ",)" : ")");
}

}  // namespace

std::optional<IntegerView> BufferExport::Open(py::handle object, const char* noun) {
  exporter_ = py::reinterpret_borrow<py::object>(object);
  if (const auto array = ViewOfNumpyArray(object)) return array;
  if (PyObject_GetBuffer(object.ptr(), &buffer_, PyBUF_RECORDS_RO) != 0) {
    throw py::error_already_set();
  }
  const char* format = buffer_.format == nullptr ? "B" : buffer_.format;
  IntegerView view;
  if (std::strchr("@=<>!", *format) != nullptr && *format != '\0') {
    view.swapped = OtherByteOrder(*format);
    ++format;
  }
  if (std::strcmp(format, "O") == 0) return std::nullopt;
  const bool one_letter = format[0] != '\0' && format[1] == '\0';
  view.is_signed = one_letter && std::strchr("bhilqn", *format) != nullptr;
  if (!view.is_signed && !(one_letter && std::strchr("BHILQN", *format) != nullptr)) {
    throw py::type_error(std::string(noun) + "s must be integers, not elements of format '" +
                         buffer_.format + "' (" + Py_TYPE(object.ptr())->tp_name + ")");
  }
  if (buffer_.ndim != 1) {
    throw InvalidArgumentError(std::string(noun) + "s must be one-dimensional, not of shape " +
                               Shape(buffer_));
  }
  view.data = static_cast<const std::byte*>(buffer_.buf);
  view.item_size = static_cast<std::size_t>(buffer_.itemsize);
  view.count = static_cast<std::size_t>(buffer_.shape[0]);
  view.stride = buffer_.strides[0];
  return view;
}

void BufferExport::KeepFromResizing() {
  // NumPy resizes an array in spite of its exported buffer if it is told not to check references,
  // but not if there is a weak one.
  if (!exporter_ || !PyType_SUPPORTS_WEAKREFS(Py_TYPE(exporter_.ptr()))) return;
  weak_reference_ = py::reinterpret_steal<py::object>(PyWeakref_NewRef(exporter_.ptr(), nullptr));
  if (!weak_reference_) throw py::error_already_set();
}

}  // namespace pagedradix::python
