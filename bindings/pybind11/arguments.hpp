// Arguments other than prompts: names, numbers, policies, options. Each function returns the
// checked value or throws: py::type_error for a wrong type, InvalidArgumentError for a wrong value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <pybind11/pybind11.h>

#include "pagedradix/eviction_policy.hpp"
#include "pagedradix/paged_radix_tree.hpp"
#include "token_count.hpp"

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

/// A number of tokens or pages between two limits.
std::size_t ReadCount(pybind11::handle count, const char* argument, std::size_t lowest = 0,
                      std::size_t highest = PY_SSIZE_T_MAX);

/// A count of tokens of a sequence: any int.
TokenCount ReadTokenCount(pybind11::handle count, const char* argument);

std::int32_t ReadInt32(pybind11::handle value, const char* argument);
std::int64_t ReadInt64(pybind11::handle value, const char* argument);

/// A null handle stands for the priority of a call that gives none.
inline std::int32_t ReadPriority(pybind11::handle priority) {
  return priority ? ReadInt32(priority, "priority") : 0;
}

/// The id of a sequence: any int64.
inline std::int64_t ReadSequenceId(pybind11::handle seq_id, const char* argument = "seq_id") {
  return ReadInt64(seq_id, argument);
}

/// A member of the enum, or its lower-case name.
EvictionPolicy ReadPolicy(pybind11::handle policy);

/// `max_tokens` may be None, for no limit.
PagedRadixTreeOptions ReadPagedRadixTreeOptions(pybind11::handle page_size,
                                                pybind11::handle pages_per_block,
                                                pybind11::handle max_tokens);

}  // namespace pagedradix::python
