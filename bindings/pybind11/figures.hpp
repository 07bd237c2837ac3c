// Classes of figures: counts with names, which only a tree makes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <sstream>

#include <pybind11/pybind11.h>

namespace pagedradix::python {

/// A figure of `Stats`, in the order in which it is printed.
template <typename Stats>
struct Figure {
  const char* name;
  std::uint64_t (*get)(const Stats&);
  const char* doc;
};

template <typename Stats, typename Value>
Stats ClassOfMember(Value Stats::* member);

/// The `get` of a data member.
template <auto member>
std::uint64_t GetFigure(const decltype(ClassOfMember(member))& stats) {
  return stats.*member;
}

/// Adds a property for each figure, and the repr. `name` and `figures` must last.
template <typename Stats, std::size_t count>
void DefineFigures(pybind11::class_<Stats>& stats, const char* name,
                   const Figure<Stats> (&figures)[count]) {
  for (const Figure<Stats>& figure : figures) {
    stats.def_property_readonly(figure.name, figure.get, figure.doc);
  }
  stats.def("__repr__", [name, &figures](const Stats& self) {
    std::ostringstream text;
    text << name;
    const char* separator = "(";
    for (const Figure<Stats>& figure : figures) {
      text << separator << figure.name << '=' << figure.get(self);
      separator = ", ";
    }
    text << ')';
    return text.str();
  });
}

}  // namespace pagedradix::python
