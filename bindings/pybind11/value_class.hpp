// Immutable Python classes around a C++ value: what the methods of a tree return.
//
// A pybind11 instance costs half a microsecond, more than the match of a long prompt: its value is
// an allocation of its own, and a table has an entry for it. An object of a class made here is one
// small allocation. It is whole when __new__ returns, so there is no __init__ that can be missing.
//
// `Class` describes it:
//
//   Value                  what it holds
//   kName, kDoc            the documentation begins with the signature of the constructor
//   kFields                std::array of the constructor's parameters, all of them optional
//   Make(handles)          the Value; a null handle stands for a field that was not given
//   FieldsOf(value)        tuple of the fields, by which it compares, hashes, pickles and prints
//   attributes             PyGetSetDef[] of Attribute, and {} at its end
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <new>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <pybind11/pybind11.h>

#include "errors.hpp"
#include "register.hpp"

namespace pagedradix::python {

/// What CPython sees of a value.
template <typename Value>
struct ValueObject {
  PyObject head;
  Value value;
};

template <typename Value>
Value& ValueIn(PyObject* object) noexcept {
  return reinterpret_cast<ValueObject<Value>*>(object)->value;
}

/// A read-only attribute: `get` is a data member, a method or a function of the value.
template <typename Value, auto get>
constexpr PyGetSetDef Attribute(const char* name, const char* doc) noexcept {
  const getter call = [](PyObject* self, void* /*closure*/) {
    return CallForPython<PyObject*>(nullptr, [self] {
      const Value& value = ValueIn<Value>(self);
      return pybind11::cast(std::invoke(get, value)).release().ptr();
    });
  };
  return {name, call, nullptr, doc, nullptr};
}

template <typename Class>
class ValueClass {
  using Value = typename Class::Value;
  static_assert(std::is_nothrow_move_constructible_v<Value>);
  using Given = std::array<PyObject*, Class::kFields.size()>;

 public:
  /// Makes the class and adds it to `module`; once, before the first New.
  static void Register(pybind11::module_& module);

  static pybind11::object New(Value value) {
    auto* const object = PyObject_New(ValueObject<Value>, type);
    if (object == nullptr) throw pybind11::error_already_set();
    ::new (static_cast<void*>(&object->value)) Value(std::move(value));
    return pybind11::reinterpret_steal<pybind11::object>(reinterpret_cast<PyObject*>(object));
  }

 private:
  // What CPython calls.
  static PyObject* Construct(PyTypeObject* of, PyObject* args, PyObject* kwargs);
  static void Destroy(PyObject* self);
  static PyObject* Repr(PyObject* self);
  static Py_hash_t Hash(PyObject* self);
  static PyObject* Compare(PyObject* self, PyObject* other, int operation);
  static PyObject* Reduce(PyObject* self, PyObject* none);

  static pybind11::tuple FieldsOf(PyObject* self) { return Class::FieldsOf(ValueIn<Value>(self)); }
  template <std::size_t... index>
  static Given Parse(PyObject* args, PyObject* kwargs, std::index_sequence<index...> fields);

  static inline PyTypeObject* type = nullptr;  ///< kept for good, like the module itself
};

template <typename Class>
void ValueClass<Class>::Register(pybind11::module_& module) {
  static const std::string kFullName = std::string(kPackage) + "." + Class::kName;
  static PyMethodDef methods[] = {{"__reduce__", &Reduce, METH_NOARGS, nullptr}, {}};
  PyType_Slot slots[] = {
      {Py_tp_doc, const_cast<char*>(Class::kDoc)},
      {Py_tp_new, reinterpret_cast<void*>(&Construct)},
      {Py_tp_dealloc, reinterpret_cast<void*>(&Destroy)},
      {Py_tp_repr, reinterpret_cast<void*>(&Repr)},
      {Py_tp_hash, reinterpret_cast<void*>(&Hash)},
      {Py_tp_richcompare, reinterpret_cast<void*>(&Compare)},
      {Py_tp_methods, methods},
      {Py_tp_getset, Class::attributes},
      {},
  };
  PyType_Spec spec = {kFullName.c_str(), sizeof(ValueObject<Value>), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, slots};
  auto made = pybind11::reinterpret_steal<pybind11::object>(PyType_FromSpec(&spec));
  if (!made) throw pybind11::error_already_set();
  module.attr(Class::kName) = made;
  type = reinterpret_cast<PyTypeObject*>(made.release().ptr());
}

template <typename Class>
template <std::size_t... index>
typename ValueClass<Class>::Given ValueClass<Class>::Parse(
    PyObject* args, PyObject* kwargs, std::index_sequence<index...> /*fields*/) {
  const std::string format = "|" + std::string(sizeof...(index), 'O') + ":" + Class::kName;
  const char* names[] = {Class::kFields[index]..., nullptr};
  Given given{};
  if (PyArg_ParseTupleAndKeywords(args, kwargs, format.c_str(), const_cast<char**>(names),
                                  &given[index]...) == 0) {
    throw pybind11::error_already_set();
  }
  return given;
}

template <typename Class>
PyObject* ValueClass<Class>::Construct(PyTypeObject* /*of*/, PyObject* args, PyObject* kwargs) {
  return CallForPython<PyObject*>(nullptr, [args, kwargs] {
    const Given given = Parse(args, kwargs, std::make_index_sequence<std::tuple_size_v<Given>>());
    return New(std::apply([](auto... field) { return Class::Make(field...); }, given))
        .release()
        .ptr();
  });
}

template <typename Class>
void ValueClass<Class>::Destroy(PyObject* self) {
  ValueIn<Value>(self).~Value();
  PyObject_Free(self);
  Py_DECREF(type);  // Each instance of a class from a spec has a reference to it.
}

template <typename Class>
PyObject* ValueClass<Class>::Repr(PyObject* self) {
  return CallForPython<PyObject*>(nullptr, [self] {
    std::string text = Class::kName;
    const char* separator = "(";
    const pybind11::tuple fields = FieldsOf(self);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      text += std::string(separator) + Class::kFields[i] + "=";
      text += pybind11::cast<std::string>(pybind11::repr(fields[i]));
      separator = ", ";
    }
    return pybind11::str(text + ")").release().ptr();
  });
}

template <typename Class>
Py_hash_t ValueClass<Class>::Hash(PyObject* self) {
  return CallForPython<Py_hash_t>(-1, [self] { return pybind11::hash(FieldsOf(self)); });
}

template <typename Class>
PyObject* ValueClass<Class>::Compare(PyObject* self, PyObject* other, int operation) {
  if (Py_TYPE(other) != type || (operation != Py_EQ && operation != Py_NE)) {
    return Py_NewRef(Py_NotImplemented);
  }
  return CallForPython<PyObject*>(nullptr, [self, other, operation] {
    const bool equal = FieldsOf(self).equal(FieldsOf(other));
    return pybind11::bool_(equal == (operation == Py_EQ)).release().ptr();
  });
}

template <typename Class>
PyObject* ValueClass<Class>::Reduce(PyObject* self, PyObject* /*none*/) {
  return CallForPython<PyObject*>(nullptr, [self] {
    const pybind11::handle of(reinterpret_cast<PyObject*>(type));
    return pybind11::make_tuple(of, FieldsOf(self)).release().ptr();
  });
}

}  // namespace pagedradix::python
