// Python integers one by one: lists, tuples and everything else that can be iterated over.
#pragma once

#include <cstddef>

#include <pybind11/pybind11.h>

#include "integer_view.hpp"
#include "uninitialized_vector.hpp"

namespace pagedradix::python {

/// Reads the integers of a list, a tuple or any other iterable with an order. Elements may be
/// anything with `__index__` except bool. TypeError for other elements, and for a str, a set or a
/// dict; InvalidArgumentError for an integer that is negative or above kLargest<Integer>; both
/// name the index, and `noun` is what they call an element. `__index__` and iterators may run any
/// code, also such as changes the list. Integer is Token, std::int32_t or
/// std::size_t.
template <typename Integer>
UninitializedVector<Integer> ReadItems(pybind11::handle items, const char* noun);

}  // namespace pagedradix::python
