// The results of methods as Python objects.
#pragma once

#include <pybind11/pybind11.h>

#include "pagedradix/prefix_cache.hpp"
#include "pagedradix/token_tree_types.hpp"

namespace pagedradix::python {

/// A PrefixMatchResult.
pybind11::object NewMatchResult(PrefixMatchResult result);

/// A BatchMatchResult, of a list and two arrays.
pybind11::object NewBatchResult(const pybind11::object& tenants, const pybind11::object& matched,
                                const pybind11::object& given);

/// A PrefixCacheMatchedResult.
pybind11::object NewCacheResult(PrefixCacheMatchedResult result);

}  // namespace pagedradix::python
