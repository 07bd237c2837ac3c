// Objects that were allocated, but whose __init__ never ran.
//
// `TokenTree.__new__(TokenTree)` makes one. pybind11 hands its raw memory to any method that it is
// passed to; here that is a TypeError. The specializations must be seen by every file that passes
// these classes to Python or back.
#pragma once

#include <string>
#include <typeinfo>

#include <pybind11/pybind11.h>

#include "entry_cursor.hpp"
#include "pagedradix/paged_radix_tree.hpp"
#include "pagedradix/token_tree.hpp"
#include "python_prefix_cache.hpp"

namespace pagedradix::python {

/// Where pybind11 keeps the value of `object`, an instance of the class that `type` describes.
inline pybind11::detail::value_and_holder InitializedValue(
    PyObject* object, const pybind11::detail::type_info* type) {
  auto* const instance = reinterpret_cast<pybind11::detail::instance*>(object);
  const auto value = instance->get_value_and_holder(type);
  if (value.holder_constructed()) return value;
  throw pybind11::type_error(std::string(Py_TYPE(object)->tp_name) +
                             ".__init__() has not been called");
}

template <typename T>
class InitializedCaster : public pybind11::detail::type_caster_base<T> {
  using Base = pybind11::detail::type_caster_base<T>;

 public:
  bool load(pybind11::handle source, bool convert) {  // NOLINT(readability-identifier-naming)
    if (!Base::load(source, convert)) return false;
    if (!source.is_none()) InitializedValue(source.ptr(), this->typeinfo);
    return true;
  }
};

/// The value of `self`, of which CPython has checked that it is an instance of T's class.
template <typename T>
T& InitializedSelf(PyObject* self) {
  // Looked up once: a class is registered for good.
  static const pybind11::detail::type_info* const kType =
      pybind11::detail::get_type_info(typeid(T), /*throw_if_missing=*/true);
  return *static_cast<T*>(InitializedValue(self, kType).value_ptr());
}

}  // namespace pagedradix::python

namespace pybind11::detail {

template <>
class type_caster<pagedradix::TokenTree>
    : public pagedradix::python::InitializedCaster<pagedradix::TokenTree> {};
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
class type_caster<pagedradix::python::PythonPrefixCache>
    : public pagedradix::python::InitializedCaster<pagedradix::python::PythonPrefixCache> {};

}  // namespace pybind11::detail
