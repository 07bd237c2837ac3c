#include "figures.hpp"
#include "pagedradix/token_tree_types.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

constexpr Figure<TokenTreeStats> kTreeFigures[] = {
    {"nodes", GetFigure<&TokenTreeStats::nodes>, "Nodes, without the root."},
    {"tokens", GetFigure<&TokenTreeStats::tokens>, "Stored tokens; a shared prefix counts once."},
    {"tenants", GetFigure<&TokenTreeStats::tenants>, "Known tenants."},
    {"memory_bytes", GetFigure<&TokenTreeStats::memory_bytes>,
     "Bytes of live memory: nodes, tokens, tables, indexes."},
    {"reserved_bytes", GetFigure<&TokenTreeStats::reserved_bytes>,
     "Bytes taken from the system, live or not."},
    {"limbo_objects", GetFigure<&TokenTreeStats::limbo_objects>,
     "Objects unlinked and not yet freed, since a reader may still see them."},
    {"matches", GetFigure<&TokenTreeStats::matches>, "Prompts matched, by all match methods."},
    {"hits", GetFigure<&TokenTreeStats::hits>, "How many of these matched at least a page."},
    {"matched_tokens", GetFigure<&TokenTreeStats::matched_tokens>, "Tokens matched in all."},
    {"inserts", GetFigure<&TokenTreeStats::inserts>, "Prompts of at least a page inserted."},
    {"splits", GetFigure<&TokenTreeStats::splits>, "Edges split."},
    {"evicted_tokens", GetFigure<&TokenTreeStats::evicted_tokens>,
     "Tokens that tenants lost to eviction, once per owner."},
    {"evicted_nodes", GetFigure<&TokenTreeStats::evicted_nodes>,
     "Nodes removed because nobody owned them any more."},
};

}  // namespace

void RegisterTreeStats(py::module_& module) {
  py::class_<TokenTreeStats> stats(
      module, "TreeStats",
      "Figures of a tree at one moment; each is exact when no other thread is inside the tree.",
      py::is_final());
  DefineFigures(stats, "TreeStats", kTreeFigures);
  stats.attr("__module__") = kPackage;
}

}  // namespace pagedradix::python
