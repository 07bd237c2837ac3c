#include <cstddef>
#include <utility>

#include "array_of.hpp"
#include "entry_cursor.hpp"
#include "gil.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

constexpr const char* kEntryIteratorDoc =
    R"(The owned nodes of a tree in pre-order, as TokenTree.iter_entries() returns them.

Yields (prefix_tokens, owners): a uint32 array of its own with the whole prefix from the root to
the end of the node, and a list of (tenant, last_access) by name, where last_access is the tick of
the latest touch recorded at this node. It keeps the tree alive.

Thread safety: several threads may draw from one iterator; each entry goes to one of them.)";

py::tuple EntryTuple(TreeEntry&& entry) {
  py::list owners(entry.owners.size());
  for (std::size_t i = 0; i < entry.owners.size(); ++i) {
    owners[i] = py::make_tuple(entry.owners[i].tenant, entry.owners[i].last_access);
  }
  return py::make_tuple(ArrayOf(std::move(entry.prefix_tokens)), std::move(owners));
}

py::tuple Next(EntryCursor& cursor) {
  TreeEntry entry;
  if (!WithoutGil([&] { return cursor.Next(entry); })) throw py::stop_iteration();
  return EntryTuple(std::move(entry));
}

}  // namespace

void RegisterEntryIterator(py::module_& module) {
  py::class_<EntryCursor>(module, "EntryIterator", kEntryIteratorDoc, py::is_final())
      .def("__iter__", [](const py::object& self) { return self; })
      .def("__next__", &Next)
      .attr("__module__") = kPackage;
}

}  // namespace pagedradix::python
