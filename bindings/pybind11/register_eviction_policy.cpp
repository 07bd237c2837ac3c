#include <pybind11/native_enum.h>

#include "pagedradix/eviction_policy.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace pagedradix::python {

void RegisterEvictionPolicy(py::module_& module) {
  py::native_enum<EvictionPolicy>(module, "EvictionPolicy", "enum.Enum",
                                  "Which of a tenant's leaves goes first when it is over budget.")
      .value("LRU", EvictionPolicy::kLru, "least recently used")
      .value("LFU", EvictionPolicy::kLfu, "least frequently used, then least recently")
      .value("FIFO", EvictionPolicy::kFifo, "first created")
      .value("MRU", EvictionPolicy::kMru, "most recently used")
      .value("FILO", EvictionPolicy::kFilo, "last created")
      .value("PRIORITY", EvictionPolicy::kPriority, "lowest priority, then least recently used")
      .finalize();
  module.attr("EvictionPolicy").attr("__module__") = kPackage;
}

}  // namespace pagedradix::python
