// The library's exceptions as Python sees them.
//
// Code of the bindings throws pagedradix::InvalidArgumentError for a bad value and py::type_error
// for a bad type; the translator registered here does the rest.
#pragma once

#include <pybind11/pybind11.h>

namespace pagedradix::python {

/// Adds the exception classes to `module` and makes C++ exceptions arrive as them.
void RegisterErrors(pybind11::module_& module);

}  // namespace pagedradix::python
