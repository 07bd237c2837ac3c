#include <pybind11/native_enum.h>

#include "pagedradix/prefix_cache.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace pagedradix::python {

void RegisterPrefixCacheMode(py::module_& module) {
  py::native_enum<PrefixCacheMode>(module, "PrefixCacheMode", "enum.Enum",
                                   "Whether a PrefixCache holds anything at all.")
      .value("DISABLE", PrefixCacheMode::kDisable, "never: every prompt is new")
      .value("RADIX", PrefixCacheMode::kRadix, "sequences, in a PagedRadixTree")
      .finalize();
  module.attr("PrefixCacheMode").attr("__module__") = kPackage;
}

}  // namespace pagedradix::python
