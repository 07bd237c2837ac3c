#include "errors.hpp"

#include <exception>

#include <pybind11/gil_safe_call_once.h>

#include "pagedradix/errors.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

struct ErrorClasses {
  py::object base;
  py::object invalid_argument;
  py::object sequence;
  py::object capacity;
  py::object snapshot;
};

PYBIND11_CONSTINIT py::gil_safe_call_once_and_store<ErrorClasses> error_classes;

py::object NewErrorClass(const char* name, const char* doc, const py::object& bases,
                         const py::dict& attributes = py::dict()) {
  auto error_class = py::reinterpret_steal<py::object>(
      PyErr_NewExceptionWithDoc(name, doc, bases.ptr(), attributes.ptr()));
  if (!error_class) throw py::error_already_set();
  return error_class;
}

/// KeyError prints its argument as a repr, which makes a quoted string of a message.
py::object NewSequenceErrorClass(const py::object& base) {
  py::dict attributes;
  attributes["__str__"] = py::handle(PyExc_BaseException).attr("__str__");
  return NewErrorClass(
      "pagedradix.SequenceError",
      "A sequence id that does not exist, exists already, or is in a state that forbids the call.",
      py::make_tuple(base, py::handle(PyExc_KeyError)), attributes);
}

ErrorClasses NewErrorClasses() {
  const auto exception = py::reinterpret_borrow<py::object>(PyExc_Exception);
  const auto value_error = py::reinterpret_borrow<py::object>(PyExc_ValueError);
  ErrorClasses classes;
  classes.base = NewErrorClass("pagedradix.PagedRadixError",
                               "Base of every exception that pagedradix itself raises.", exception);
  classes.sequence = NewSequenceErrorClass(classes.base);
  classes.capacity = NewErrorClass(
      "pagedradix.CapacityError",
      "The call needs more pages than the limit allows; nothing has changed.", classes.base);
  const auto bases = py::make_tuple(classes.base, value_error);
  classes.invalid_argument = NewErrorClass(
      "pagedradix.InvalidArgumentError",
      "An argument that no state of the tree could accept; the tree is unchanged.", bases);
  classes.snapshot = NewErrorClass(
      "pagedradix.SnapshotError",
      "Bytes that are not a snapshot of a tree, or one of an unknown version.", bases);
  return classes;
}

void Translate(std::exception_ptr error) {  // NOLINT(performance-unnecessary-value-param)
  try {
    if (error) std::rethrow_exception(error);
  } catch (const InvalidArgumentError& e) {
    py::set_error(error_classes.get_stored().invalid_argument, e.what());
  } catch (const SequenceError& e) {
    py::set_error(error_classes.get_stored().sequence, e.what());
  } catch (const CapacityError& e) {
    py::set_error(error_classes.get_stored().capacity, e.what());
  } catch (const SnapshotError& e) {
    py::set_error(error_classes.get_stored().snapshot, e.what());
  } catch (const PagedRadixError& e) {
    py::set_error(error_classes.get_stored().base, e.what());
  }
}

}  // namespace

void RegisterErrors(py::module_& module) {
  const ErrorClasses& classes =
      error_classes.call_once_and_store_result(NewErrorClasses).get_stored();
  module.attr("PagedRadixError") = classes.base;
  module.attr("InvalidArgumentError") = classes.invalid_argument;
  module.attr("SequenceError") = classes.sequence;
  module.attr("CapacityError") = classes.capacity;
  module.attr("SnapshotError") = classes.snapshot;
  py::register_local_exception_translator(Translate);
}

}  // namespace pagedradix::python
