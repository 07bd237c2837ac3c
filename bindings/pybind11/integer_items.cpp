#include "integer_items.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "pagedradix/errors.hpp"
#include "python_integer.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

/// An endless iterator must be stoppable, and a length hint is not to be trusted.
constexpr std::size_t kItemsPerSignalCheck = 1U << 16U;
constexpr std::size_t kMostReservedOnAHint = 1U << 20U;

[[noreturn]] void ThrowNotAnInteger(PyObject* item, std::size_t index, const char* noun) {
  const std::string message = std::string(noun) + " at index " + std::to_string(index) +
                              " must be an integer, not " + Py_TYPE(item)->tp_name;
  if (PyErr_Occurred() != nullptr) {
    py::raise_from(PyExc_TypeError, message.c_str());
    throw py::error_already_set();
  }
  throw py::type_error(message);
}

/// The value of an exact int, which must be owned by the caller: to throw takes memory, and with it
/// the garbage collector may run any code.
template <typename Integer>
Integer CheckedValue(PyObject* integer, std::size_t index, const char* noun) {
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(integer, &overflow);
  if (overflow != 0 || value < 0 || static_cast<unsigned long long>(value) > kLargest<Integer>) {
    ThrowOutOfRange(noun, index, IntegerText(integer), kLargest<Integer>);
  }
  return static_cast<Integer>(value);
}

/// Whatever is not an exact int. `item` must be owned by the caller: its `__index__` is called.
template <typename Integer>
Integer IndexValue(PyObject* item, std::size_t index, const char* noun) {
  if (IsBool(item) || PyIndex_Check(item) == 0) ThrowNotAnInteger(item, index, noun);
  const auto integer = py::reinterpret_steal<py::object>(PyNumber_Index(item));
  if (!integer) {
    if (PyErr_ExceptionMatches(PyExc_TypeError) == 0) throw py::error_already_set();
    ThrowNotAnInteger(item, index, noun);
  }
  return CheckedValue<Integer>(integer.ptr(), index, noun);
}

/// Holds for lists and tuples alike. Elements are borrowed as long as they are small exact ints,
/// since nothing runs in between; before any code can run, the element is owned, and after its own
/// code the size is checked again.
template <typename Integer>
UninitializedVector<Integer> ReadFastSequence(PyObject* items, const char* noun) {
  const Py_ssize_t size = PySequence_Fast_GET_SIZE(items);
  UninitializedVector<Integer> out(static_cast<std::size_t>(size));
  for (Py_ssize_t i = 0; i < size; ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(items, i);
    Integer& value = out[static_cast<std::size_t>(i)];
    if (ReadSmallInt(item, value)) continue;
    const auto owned = py::reinterpret_borrow<py::object>(item);
    if (PyLong_CheckExact(item)) {
      value = CheckedValue<Integer>(item, static_cast<std::size_t>(i), noun);
      continue;
    }
    value = IndexValue<Integer>(item, static_cast<std::size_t>(i), noun);
    if (PySequence_Fast_GET_SIZE(items) != size) {
      throw InvalidArgumentError(std::string(noun) + "s changed their number while they were read");
    }
  }
  return out;
}

bool IsOrderedIterable(PyObject* items) noexcept {
  if (PyUnicode_Check(items) || PyAnySet_Check(items) || PyDict_Check(items)) return false;
  return Py_TYPE(items)->tp_iter != nullptr || PySequence_Check(items) != 0;
}

template <typename Integer>
UninitializedVector<Integer> ReadIterable(py::handle items, const char* noun) {
  if (!IsOrderedIterable(items.ptr())) {
    throw py::type_error(std::string(noun) +
                         "s must be an array, a tensor or a sequence of integers, not " +
                         Py_TYPE(items.ptr())->tp_name);
  }
  const py::iterator iterator = py::iter(items);
  const Py_ssize_t hint = PyObject_LengthHint(items.ptr(), 0);
  if (hint < 0) throw py::error_already_set();
  UninitializedVector<Integer> out;
  out.reserve(std::min(static_cast<std::size_t>(hint), kMostReservedOnAHint));
  while (const auto item = py::reinterpret_steal<py::object>(PyIter_Next(iterator.ptr()))) {
    Integer value;
    if (!ReadSmallInt(item.ptr(), value)) value = IndexValue<Integer>(item.ptr(), out.size(), noun);
    out.push_back(value);
    if (out.size() % kItemsPerSignalCheck == 0 && PyErr_CheckSignals() != 0) break;
  }
  if (PyErr_Occurred() != nullptr) throw py::error_already_set();
  return out;
}

}  // namespace

template <typename Integer>
UninitializedVector<Integer> ReadItems(py::handle items, const char* noun) {
  if (PyTuple_CheckExact(items.ptr())) return ReadFastSequence<Integer>(items.ptr(), noun);
  if (!PyList_CheckExact(items.ptr())) return ReadIterable<Integer>(items, noun);
#ifdef Py_GIL_DISABLED
  // Other threads may change the list at any time: read a copy, which owns its elements.
  const auto snapshot = py::reinterpret_steal<py::object>(PyList_AsTuple(items.ptr()));
  if (!snapshot) throw py::error_already_set();
  return ReadFastSequence<Integer>(snapshot.ptr(), noun);
#else
  return ReadFastSequence<Integer>(items.ptr(), noun);
#endif
}

template UninitializedVector<Token> ReadItems<Token>(py::handle, const char*);
template UninitializedVector<std::int32_t> ReadItems<std::int32_t>(py::handle, const char*);
template UninitializedVector<std::size_t> ReadItems<std::size_t>(py::handle, const char*);

}  // namespace pagedradix::python
