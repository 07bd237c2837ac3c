// TokenTree's methods about the tree as a whole.
#include <memory>
#include <string>

#include "arguments.hpp"
#include "entry_cursor.hpp"
#include "gil.hpp"
#include "pagedradix/errors.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

constexpr const char* kIterDoc = R"(iter_entries(self)
--

Walk the owned nodes lazily, in pre-order: an iterator of (prefix_tokens, [(tenant, last_access)]).

prefix_tokens: uint32 array, the prefix from the root to the end of the node. Children come in
lexicographic order of their first page, tenants by name; on an unchanged tree the order is the same
each time. Holds nothing of the tree between steps: writers go on, and the walk sees a mix of before
and after.)";

constexpr const char* kClearDoc = R"(clear(self)
--

Back to empty; tenants, counts and figures too.

Waits for calls that are inside the tree, never for a `select` callback.)";

constexpr const char* kReserveDoc = R"(reserve(self, tokens)
--

Take memory for about `tokens` more tokens from the system and touch it, ahead of use.)";

constexpr const char* kStatsDoc = R"(stats(self)
--

Return the figures of the tree at this moment, as TreeStats.)";

constexpr const char* kCheckDoc = R"(check_invariants(self)
--

Raise PagedRadixError with what is violated if the tree is not as it has to be. For tests.

No other thread may be inside the tree. O(tree).)";

std::unique_ptr<EntryCursor> IterEntries(const TokenTree& tree) {
  return std::make_unique<EntryCursor>(tree.IterEntries());
}

void Reserve(TokenTree& tree, py::handle tokens) {
  const std::size_t count = ReadCount(tokens, "tokens");
  const GilRelease release;
  tree.Reserve(count);
}

TokenTreeStats Stats(const TokenTree& tree) {
  return WithoutGil([&] { return tree.Stats(); });
}

void CheckInvariants(const TokenTree& tree) {
  const std::string violated = WithoutGil([&] { return tree.CheckInvariants(); });
  if (!violated.empty()) throw PagedRadixError(violated);
}

std::string ReprOfTree(const TokenTree& tree) {
  const TokenTreeStats stats = Stats(tree);
  return "<TokenTree page_size=" + std::to_string(tree.PageSize()) + " policy='" +
         std::string(EvictionPolicyName(tree.Policy())) +
         "' tenants=" + std::to_string(stats.tenants) + " tokens=" + std::to_string(stats.tokens) +
         " nodes=" + std::to_string(stats.nodes) + ">";
}

std::size_t SizeOf(const py::object& self) {
  const auto basic = static_cast<std::size_t>(Py_TYPE(self.ptr())->tp_basicsize);
  return basic + sizeof(TokenTree) + Stats(py::cast<const TokenTree&>(self)).memory_bytes;
}

}  // namespace

void DefineWholeTree(TokenTreeClass& tree) {
  tree.def("iter_entries", &IterEntries, kIterDoc, py::keep_alive<0, 1>());
  tree.def("clear", &TokenTree::Clear, kClearDoc, py::call_guard<GilRelease>());
  tree.def("reserve", &Reserve, kReserveDoc, py::arg("tokens"));
  tree.def("stats", &Stats, kStatsDoc);
  tree.def("check_invariants", &CheckInvariants, kCheckDoc);
  tree.def("__repr__", &ReprOfTree);
  tree.def("__sizeof__", &SizeOf, "__sizeof__(self)\n--\n\nBytes, the nodes included.");
}

}  // namespace pagedradix::python
