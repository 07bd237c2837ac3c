// NumPy arrays, whose memory is found without the buffer protocol.
//
// NumPy writes a format string for each buffer that it exports, and that is read and compared here:
// together more than the match of a short prompt.
#pragma once

#include <optional>

#include <pybind11/pybind11.h>

#include "integer_view.hpp"

namespace pagedradix::python {

/// The memory of a one-dimensional array of integers in the byte order of this machine. Nothing for
/// any other object: the buffer protocol tells what it is. Somebody must keep the array alive.
std::optional<IntegerView> ViewOfNumpyArray(pybind11::handle object);

}  // namespace pagedradix::python
