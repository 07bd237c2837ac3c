// Sequence ids as Python gets them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <pybind11/pybind11.h>

namespace pagedradix::python {

inline pybind11::list ListOfIds(const std::vector<std::int64_t>& ids) {
  pybind11::list list(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) list[i] = ids[i];
  return list;
}

}  // namespace pagedradix::python
