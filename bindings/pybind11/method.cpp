#include "method.hpp"

#include <algorithm>
#include <string>

namespace py = pybind11;

namespace pagedradix::python {
namespace {

[[noreturn]] void ThrowMisfit(const char* method, const std::string& problem) {
  throw py::type_error(std::string(method) + "() " + problem);
}

std::size_t IndexOfParameter(const char* method, const char* const* parameters, std::size_t count,
                             PyObject* keyword) {
  for (std::size_t i = 0; i < count; ++i) {
    if (PyUnicode_CompareWithASCIIString(keyword, parameters[i]) == 0) return i;
  }
  ThrowMisfit(method, "got an unexpected keyword argument " +
                          py::cast<std::string>(py::repr(py::handle(keyword))));
}

}  // namespace

void BindArguments(const char* method, const char* const* parameters, std::size_t count,
                   std::size_t required, const CallArguments& arguments, py::handle* bound) {
  if (arguments.positional > count) {
    ThrowMisfit(method, "takes at most " + std::to_string(count) +
                            (count == 1 ? " argument (" : " arguments (") +
                            std::to_string(arguments.positional) + " given)");
  }
  std::copy_n(arguments.values, arguments.positional, bound);
  if (arguments.keywords != nullptr) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(arguments.keywords); ++i) {
      PyObject* const keyword = PyTuple_GET_ITEM(arguments.keywords, i);
      const std::size_t at = IndexOfParameter(method, parameters, count, keyword);
      if (bound[at]) {
        ThrowMisfit(method,
                    std::string("got multiple values for argument '") + parameters[at] + "'");
      }
      bound[at] = arguments.values[arguments.positional + static_cast<std::size_t>(i)];
    }
  }
  for (std::size_t i = 0; i < required; ++i) {
    if (!bound[i]) {
      ThrowMisfit(method, std::string("missing required argument '") + parameters[i] + "'");
    }
  }
}

}  // namespace pagedradix::python
