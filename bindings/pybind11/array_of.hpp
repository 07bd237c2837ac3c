// NumPy arrays over memory that C++ has filled.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>

namespace pagedradix::python {

/// An array over the memory of the vector, which it takes over.
template <typename T>
pybind11::array_t<T> ArrayOf(std::vector<T>&& values) {
  auto owned = std::make_unique<std::vector<T>>(std::move(values));
  const auto size = static_cast<pybind11::ssize_t>(owned->size());
  const T* data = owned->data();
  const pybind11::capsule owner(owned.get(),
                                [](void* p) { delete static_cast<std::vector<T>*>(p); });
  owned.release();  // NOLINT(bugprone-unused-return-value): the capsule has it
  return pybind11::array_t<T>(size, data, owner);
}

}  // namespace pagedradix::python
