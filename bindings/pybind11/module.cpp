// The extension module pagedradix._core. Each class has a file of its own.
#include <pybind11/pybind11.h>

#include "errors.hpp"
#include "register.hpp"

PYBIND11_MODULE(_core, module, pybind11::mod_gil_not_used()) {
  using namespace pagedradix::python;  // NOLINT(google-build-using-namespace)

  module.doc() = "The C++ core of pagedradix; import its names from pagedradix itself.";
  // Each docstring opens with the signature that inspect reads; pybind11's own would come first.
  pybind11::options options;
  options.disable_function_signatures();

  RegisterErrors(module);
  RegisterEvictionPolicy(module);
  RegisterResults(module);
  RegisterTreeStats(module);
  RegisterEntryIterator(module);
  RegisterTokenTree(module);
  RegisterPagedTreeStats(module);
  RegisterPagedRadixTree(module);
  RegisterPrefixCacheMode(module);
  RegisterPrefixCacheResult(module);
  RegisterPrefixCache(module);
}
