// Pickling and copying of TokenTree, by way of its snapshots.
#include <memory>
#include <string>
#include <string_view>

#include "gil.hpp"
#include "pagedradix/errors.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

py::bytes ToState(const TokenTree& tree) {
  return py::bytes(WithoutGil([&] { return tree.Serialize(); }));
}

/// The core takes any bytes for a name; Python can only hold names that are UTF-8.
void CheckNames(const TokenTree& tree) {
  for (const TenantTokens& known : tree.GetTenantTokenCounts()) {
    const auto size = static_cast<Py_ssize_t>(known.tenant.size());
    const auto name =
        py::reinterpret_steal<py::object>(PyUnicode_DecodeUTF8(known.tenant.data(), size, nullptr));
    if (name) continue;
    PyErr_Clear();
    throw SnapshotError("a tenant's name is not UTF-8");
  }
}

std::unique_ptr<TokenTree> FromState(const py::bytes& state) {
  const std::string_view bytes = state;
  std::unique_ptr<TokenTree> tree = WithoutGil([&] { return TokenTree::Deserialize(bytes); });
  CheckNames(*tree);
  return tree;
}

}  // namespace

void DefinePickling(TokenTreeClass& tree) { tree.def(py::pickle(&ToState, &FromState)); }

}  // namespace pagedradix::python
