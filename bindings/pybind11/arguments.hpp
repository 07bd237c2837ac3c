// Arguments other than prompts: names, counts, priorities, policies. Each function returns the
// checked value or throws: py::type_error for a wrong type, InvalidArgumentError for a wrong value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <pybind11/pybind11.h>

#include "pagedradix/eviction_policy.hpp"

namespace pagedradix::python {

/// A name to look up: any str. The view lives as long as the str, without the GIL too.
std::string_view ReadName(pybind11::handle name, const char* argument = "tenant");

/// A name to insert for: also not "" and not the name that stands for nobody.
std::string_view ReadTenant(pybind11::handle tenant, const char* argument = "tenant");

/// The names in an iterable, which must not be a str itself. `owner` receives what keeps the views
/// alive.
std::vector<std::string_view> ReadNames(pybind11::handle names, const char* argument,
                                        pybind11::tuple& owner);

/// The same for names to insert for.
std::vector<std::string_view> ReadTenants(pybind11::handle tenants, pybind11::tuple& owner);

/// A count of tokens, 0 or more.
std::size_t ReadCount(pybind11::handle count, const char* argument);

std::int32_t ReadPriority(pybind11::handle priority);

/// A member of the enum, or its lower-case name.
EvictionPolicy ReadPolicy(pybind11::handle policy);

}  // namespace pagedradix::python
