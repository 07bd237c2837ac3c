// The library's exceptions as Python sees them.
//
// Code of the bindings throws pagedradix::InvalidArgumentError for a bad value and py::type_error
// for a bad type; the translator registered here does the rest.
#pragma once

#include <utility>

#include <pybind11/pybind11.h>
#ifdef __GLIBCXX__
#include <cxxabi.h>
#endif

namespace pagedradix::python {

/// Adds the exception classes to `module` and makes C++ exceptions arrive as them.
void RegisterErrors(pybind11::module_& module);

/// The frame of a function that CPython calls without pybind11 in between: `body`'s result, or
/// `failure` after the exception that it threw has become Python's.
template <typename Result, typename Body>
Result CallForPython(Result failure, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (pybind11::error_already_set& error) {
    error.restore();
#ifdef __GLIBCXX__
  } catch (const abi::__forced_unwind&) {
    throw;  // A thread that ends, which must not be stopped.
#endif
  } catch (...) {
    pybind11::detail::try_translate_exceptions();
  }
  return failure;
}

}  // namespace pagedradix::python
