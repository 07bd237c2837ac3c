#include "python_integer.hpp"

#include <cstring>

namespace py = pybind11;

namespace pagedradix::python {
namespace {

constexpr long kBitsWorthPrinting = 128;

}  // namespace

bool IsBool(PyObject* item) noexcept {
  const char* type = Py_TYPE(item)->tp_name;
  return PyBool_Check(item) || std::strcmp(type, "numpy.bool") == 0 ||
         std::strcmp(type, "numpy.bool_") == 0;
}

std::string IntegerText(PyObject* integer) {
  const py::handle value(integer);
  const auto bits = py::cast<py::int_>(value.attr("bit_length")());
  if (PyObject_RichCompareBool(bits.ptr(), py::int_(kBitsWorthPrinting).ptr(), Py_LE) == 1) {
    return py::cast<std::string>(py::str(value));
  }
  return "an integer of " + py::cast<std::string>(py::str(bits)) + " bits";
}

}  // namespace pagedradix::python
