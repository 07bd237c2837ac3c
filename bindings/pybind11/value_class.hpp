// What classes of immutable results have in common.
#pragma once

#include <pybind11/pybind11.h>

namespace pagedradix::python {

/// Adds comparison, hash and pickling by value. `fields` gives, in a tuple, what __init__ takes.
template <typename Value>
void DefineValue(pybind11::class_<Value>& value_class, pybind11::tuple (*fields)(const Value&)) {
  namespace py = pybind11;
  value_class
      .def(
          "__eq__", [fields](const Value& a, const Value& b) { return fields(a).equal(fields(b)); },
          py::is_operator(), py::arg("other"))
      .def("__hash__", [fields](const Value& self) { return py::hash(fields(self)); })
      .def("__reduce__", [fields](const py::object& self) {
        return py::make_tuple(py::type::of(self), fields(py::cast<const Value&>(self)));
      });
}

}  // namespace pagedradix::python
