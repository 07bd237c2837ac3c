// PagedRadixTree's methods about the tree as a whole.
#include <cstddef>
#include <string>

#include "gil.hpp"
#include "id_list.hpp"
#include "pagedradix/errors.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

constexpr const char* kFreeCapacityDoc = R"(free_capacity(self)
--

Return how many tokens fit in the pages that are allocated and free. O(1).)";

constexpr const char* kResetDoc = R"(reset(self)
--

Back to the initial state: no sequence, and the memory of a new tree. O(sequences + blocks).)";

constexpr const char* kPagedStatsDoc = R"(stats(self)
--

Return what the tree holds at this moment, as PagedTreeStats. O(blocks of memory).)";

constexpr const char* kPagedCheckDoc = R"(check_invariants(self)
--

Raise PagedRadixError with what is violated if the tree is not as it has to be. For tests.

O(tree).)";

PagedRadixTreeStats StatsOf(const PagedRadixTree& tree) {
  return WithoutGil([&] { return tree->Stats(); });
}

void CheckPagedTree(const PagedRadixTree& tree) {
  const std::string violated = WithoutGil([&] { return tree->CheckInvariants(); });
  if (!violated.empty()) throw PagedRadixError(violated);
}

py::iterator IterIds(const PagedRadixTree& tree) {
  return py::iter(ListOfIds(WithoutGil([&] { return tree->SequenceIds(); })));
}

std::string ReprOfPagedTree(const PagedRadixTree& tree) {
  const PagedRadixTreeStats stats = StatsOf(tree);
  return "<PagedRadixTree page_size=" + std::to_string(tree->Options().page_size) +
         " sequences=" + std::to_string(stats.sequences) +
         " tokens=" + std::to_string(stats.tokens) + " pages=" + std::to_string(stats.pages_used) +
         "/" + std::to_string(stats.pages_allocated) + ">";
}

std::size_t SizeOfPagedTree(const py::object& self) {
  const auto basic = static_cast<std::size_t>(Py_TYPE(self.ptr())->tp_basicsize);
  return basic + StatsOf(py::cast<const PagedRadixTree&>(self)).bytes;
}

}  // namespace

void DefineWholePagedTree(PagedRadixTreeClass& tree) {
  tree.def(
      "free_capacity", [](const PagedRadixTree& self) { return self->FreeCapacity(); },
      kFreeCapacityDoc, py::call_guard<GilRelease>());
  tree.def(
      "reset", [](const PagedRadixTree& self) { self->Reset(); }, kResetDoc,
      py::call_guard<GilRelease>());
  tree.def("stats", &StatsOf, kPagedStatsDoc);
  tree.def("check_invariants", &CheckPagedTree, kPagedCheckDoc);
  tree.def("__len__", [](const PagedRadixTree& self) { return StatsOf(self).sequences; });
  tree.def("__iter__", &IterIds);
  tree.def("__repr__", &ReprOfPagedTree);
  tree.def("__sizeof__", &SizeOfPagedTree, "__sizeof__(self)\n--\n\nBytes, the pages included.");
}

}  // namespace pagedradix::python
