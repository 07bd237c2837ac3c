#include <cstdint>
#include <sstream>
#include <string>

#include "pagedradix/token_tree_types.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

/// A figure of TokenTreeStats, in the order in which it is printed.
struct Figure {
  const char* name;
  std::uint64_t (*get)(const TokenTreeStats&);
  const char* doc;
};

template <auto Member>
std::uint64_t Get(const TokenTreeStats& stats) {
  return stats.*Member;
}

constexpr Figure kFigures[] = {
    {"nodes", Get<&TokenTreeStats::nodes>, "Nodes, without the root."},
    {"tokens", Get<&TokenTreeStats::tokens>, "Stored tokens; a shared prefix counts once."},
    {"tenants", Get<&TokenTreeStats::tenants>, "Known tenants."},
    {"memory_bytes", Get<&TokenTreeStats::memory_bytes>,
     "Bytes of live memory: nodes, tokens, tables, indexes."},
    {"reserved_bytes", Get<&TokenTreeStats::reserved_bytes>,
     "Bytes taken from the system, live or not."},
    {"limbo_objects", Get<&TokenTreeStats::limbo_objects>,
     "Objects unlinked and not yet freed, since a reader may still see them."},
    {"matches", Get<&TokenTreeStats::matches>, "Prompts matched, by all match methods."},
    {"hits", Get<&TokenTreeStats::hits>, "How many of these matched at least a page."},
    {"matched_tokens", Get<&TokenTreeStats::matched_tokens>, "Tokens matched in all."},
    {"inserts", Get<&TokenTreeStats::inserts>, "Prompts of at least a page inserted."},
    {"splits", Get<&TokenTreeStats::splits>, "Edges split."},
    {"evicted_tokens", Get<&TokenTreeStats::evicted_tokens>,
     "Tokens that tenants lost to eviction, once per owner."},
    {"evicted_nodes", Get<&TokenTreeStats::evicted_nodes>,
     "Nodes removed because nobody owned them any more."},
};

std::string ReprOfStats(const TokenTreeStats& stats) {
  std::ostringstream text;
  text << "TreeStats(";
  const char* separator = "";
  for (const Figure& figure : kFigures) {
    text << separator << figure.name << '=' << figure.get(stats);
    separator = ", ";
  }
  text << ')';
  return text.str();
}

}  // namespace

void RegisterTreeStats(py::module_& module) {
  py::class_<TokenTreeStats> stats(
      module, "TreeStats",
      "Figures of a tree at one moment; each is exact when no other thread is inside the tree.",
      py::is_final());
  for (const Figure& figure : kFigures) {
    stats.def_property_readonly(figure.name, figure.get, figure.doc);
  }
  stats.def("__repr__", &ReprOfStats);
  stats.attr("__module__") = kPackage;
}

}  // namespace pagedradix::python
