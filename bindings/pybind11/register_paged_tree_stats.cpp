#include "figures.hpp"
#include "pagedradix/paged_radix_tree.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

using PagedStats = PagedRadixTreeStats;

constexpr Figure<PagedStats> kPagedTreeFigures[] = {
    {"sequences", GetFigure<&PagedStats::sequences>, "Stored sequences, empty ones included."},
    {"nodes", GetFigure<&PagedStats::nodes>, "Nodes, without the root."},
    {"tokens", GetFigure<&PagedStats::tokens>, "Stored tokens; a shared prefix counts once."},
    {"pages_used", GetFigure<&PagedStats::pages_used>, "Pages that hold tokens."},
    {"pages_allocated", GetFigure<&PagedStats::pages_allocated>, "Pages, used and free ones."},
    {"bytes", GetFigure<&PagedStats::bytes>, "Bytes taken from the system for all of this."},
};

}  // namespace

void RegisterPagedTreeStats(py::module_& module) {
  py::class_<PagedStats> stats(module, "PagedTreeStats",
                               "What a PagedRadixTree holds at one moment.", py::is_final());
  DefineFigures(stats, "PagedTreeStats", kPagedTreeFigures);
  stats.attr("__module__") = kPackage;
}

}  // namespace pagedradix::python
