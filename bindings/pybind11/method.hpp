// Methods that CPython calls without pybind11's dispatcher.
//
// The dispatcher tries overloads and conversions, and that takes longer than to match a prompt. A
// method defined here has one signature and takes handles; CPython hands their addresses over
// (METH_FASTCALL). This is for the methods that take prompts; all others are pybind11's.
//
//   constexpr Signature<2> kCut{"cut", 1, {"tokens", "at"}};  // the 2nd parameter is optional
//   py::object Cut(TokenTree& tree, py::handle tokens, py::handle at);  // null if not given
//   DefineMethod<kCut, &Cut>(tree_class, "cut($self, tokens, at=0)\n--\n\nWhat it does.");
#pragma once

#include <array>
#include <cstddef>
#include <tuple>

#include <pybind11/pybind11.h>

#include "errors.hpp"
#include "initialized_caster.hpp"

namespace pagedradix::python {

/// The parameters of a method, behind `self`. Each may be given by its name.
template <std::size_t count>
struct Signature {
  const char* method;
  std::size_t required;  ///< how many must be given
  const char* parameters[count];
};

/// The arguments of a call, as CPython gives them: first those without a name, then those whose
/// names are in the tuple `keywords`, which may be null.
struct CallArguments {
  PyObject* const* values;
  std::size_t positional;
  PyObject* keywords;
};

/// Puts each argument where its parameter is; what is not given is null. TypeError if they do not
/// fit.
void BindArguments(const char* method, const char* const* parameters, std::size_t count,
                   std::size_t required, const CallArguments& arguments, pybind11::handle* bound);

// NOLINTBEGIN(readability-redundant-parentheses): it takes `signature` for one that is in them.
template <typename Self, const auto& signature, auto function>
PyObject* CallMethod(PyObject* self, PyObject* const* values, Py_ssize_t positional,
                     PyObject* keywords) {
  return CallForPython<PyObject*>(nullptr, [&] {
    std::array<pybind11::handle, std::size(signature.parameters)> bound;
    BindArguments(signature.method, signature.parameters, bound.size(), signature.required,
                  {values, static_cast<std::size_t>(positional), keywords}, bound.data());
    Self& object = InitializedSelf<Self>(self);
    return std::apply([&object](auto... argument) { return function(object, argument...); }, bound)
        .release()
        .ptr();
  });
}

/// Adds `function` to the class. Its result is a Python object. `doc` must last.
template <const auto& signature, auto function, typename Self>
void DefineMethod(pybind11::class_<Self>& of, const char* doc) {
  PyObject* (*const call)(PyObject*, PyObject* const*, Py_ssize_t, PyObject*) =
      &CallMethod<Self, signature, function>;
  static PyMethodDef definition;
  definition = {signature.method, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(call)),
                METH_FASTCALL | METH_KEYWORDS, doc};
  auto* const type = reinterpret_cast<PyTypeObject*>(of.ptr());
  const auto descriptor =
      pybind11::reinterpret_steal<pybind11::object>(PyDescr_NewMethod(type, &definition));
  if (!descriptor) throw pybind11::error_already_set();
  of.attr(signature.method) = descriptor;
}
// NOLINTEND(readability-redundant-parentheses)

}  // namespace pagedradix::python
