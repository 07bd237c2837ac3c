// The inside of a Python int, as far as reading millions of them needs it.
#pragma once

#include <pybind11/pybind11.h>
#if PY_VERSION_HEX < 0x030B0000
#include <longintrepr.h>
#endif

#include <string>

namespace pagedradix::python {

/// The value of an exact int of a single digit (30 bits), which any usual token is; false for
/// everything else, negative ints included. Inlined into the loop over a list: two loads and two
/// compares instead of a call.
template <typename Integer>
inline bool ReadSmallInt(PyObject* item, Integer& value) noexcept {
  if (!PyLong_CheckExact(item)) return false;
  const auto* integer = reinterpret_cast<const PyLongObject*>(item);
#if PY_VERSION_HEX >= 0x030C0000
  if (PyUnstable_Long_IsCompact(integer) == 0) return false;
  const Py_ssize_t compact = PyUnstable_Long_CompactValue(integer);
  value = static_cast<Integer>(compact);
  return compact >= 0;
#else
  const Py_ssize_t digits = Py_SIZE(integer);
  if (digits == 1) {
    value = static_cast<Integer>(integer->ob_digit[0]);
    return true;
  }
  value = 0;
  return digits == 0;
#endif
}

/// Whether it is a bool of Python's or of NumPy's, which had an `__index__`, too, before NumPy 2.3.
bool IsBool(PyObject* item) noexcept;

/// The int in decimal for a message; its size where that would be too long. Clears any error.
std::string IntegerText(PyObject* integer);

}  // namespace pagedradix::python
