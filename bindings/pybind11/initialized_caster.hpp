// Objects that were allocated, but whose __init__ never ran.
//
// `TokenTree.__new__(TokenTree)` makes one. pybind11 hands its raw memory to any method that it is
// passed to; here that is a TypeError. The specializations must be seen by every file that passes
// these classes to Python or back.
#pragma once

#include <string>

#include <pybind11/pybind11.h>

#include "entry_cursor.hpp"
#include "pagedradix/paged_radix_tree.hpp"
#include "pagedradix/token_tree.hpp"
#include "python_prefix_cache.hpp"

namespace pagedradix::python {

template <typename T>
class InitializedCaster : public pybind11::detail::type_caster_base<T> {
  using Base = pybind11::detail::type_caster_base<T>;

 public:
  bool load(pybind11::handle source, bool convert) {  // NOLINT(readability-identifier-naming)
    if (!Base::load(source, convert)) return false;
    if (source.is_none()) return true;
    auto* instance = reinterpret_cast<pybind11::detail::instance*>(source.ptr());
    if (instance->get_value_and_holder(this->typeinfo).holder_constructed()) return true;
    throw pybind11::type_error(std::string(Py_TYPE(source.ptr())->tp_name) +
                               ".__init__() has not been called");
  }
};

}  // namespace pagedradix::python

namespace pybind11::detail {

template <>
class type_caster<pagedradix::TokenTree>
    : public pagedradix::python::InitializedCaster<pagedradix::TokenTree> {};
template <>
class type_caster<pagedradix::PrefixMatchResult>
    : public pagedradix::python::InitializedCaster<pagedradix::PrefixMatchResult> {};
template <>
class type_caster<pagedradix::TokenTreeStats>
    : public pagedradix::python::InitializedCaster<pagedradix::TokenTreeStats> {};
template <>
class type_caster<pagedradix::python::EntryCursor>
    : public pagedradix::python::InitializedCaster<pagedradix::python::EntryCursor> {};
template <>
class type_caster<pagedradix::PagedRadixTree>
    : public pagedradix::python::InitializedCaster<pagedradix::PagedRadixTree> {};
template <>
class type_caster<pagedradix::PagedRadixTreeStats>
    : public pagedradix::python::InitializedCaster<pagedradix::PagedRadixTreeStats> {};
template <>
class type_caster<pagedradix::PrefixCacheMatchedResult>
    : public pagedradix::python::InitializedCaster<pagedradix::PrefixCacheMatchedResult> {};
template <>
class type_caster<pagedradix::python::PythonPrefixCache>
    : public pagedradix::python::InitializedCaster<pagedradix::python::PythonPrefixCache> {};

}  // namespace pybind11::detail
