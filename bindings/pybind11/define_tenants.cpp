// TokenTree's methods about tenants: what they hold, and how they lose it.
#include <cstddef>
#include <string_view>
#include <vector>

#include "arguments.hpp"
#include "gil.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

constexpr const char* kCountsDoc = R"(get_tenant_token_counts(self)
--

Return how many tokens each known tenant holds, as a dict in order of names.

A tenant is known from its first insert of a page on until remove_tenant; after eviction it is
listed with 0.)";

constexpr const char* kSizeDoc = R"(tenant_token_size(self, tenant)
--

Return how many tokens `tenant` holds; 0 if it is unknown. O(1).)";

constexpr const char* kEvictDoc = R"(evict_tenant(self, tenant, max_tokens)
--

Remove the tenant's leaves, in the order of the policy, until it holds at most `max_tokens`.

Whole nodes go, so it may end below. Returns the tokens that the tenant lost; 0 if it is unknown.
O(log leaves) for each leaf that goes; other tenants and other threads do not wait.)";

constexpr const char* kEvictBySizeDoc = R"(evict_tenant_by_size(self, max_size)
--

evict_tenant for every tenant that holds more than `max_size` tokens.

Returns the tokens lost, once per owner.)";

constexpr const char* kRemoveDoc = R"(remove_tenant(self, tenant)
--

Forget the tenant: all it owns, and its name. Returns whether it was known.

O(what it owned). A later insert for the same name starts clean.)";

py::dict TokenCounts(const TokenTree& tree) {
  const std::vector<TenantTokens> counts = WithoutGil([&] { return tree.GetTenantTokenCounts(); });
  py::dict result;
  for (const TenantTokens& count : counts) result[py::str(count.tenant)] = count.token_count;
  return result;
}

std::size_t TokenSize(const TokenTree& tree, py::handle tenant) {
  return tree.TenantTokenSize(ReadName(tenant));
}

std::size_t Evict(TokenTree& tree, py::handle tenant, py::handle max_tokens) {
  const std::string_view name = ReadName(tenant);
  const std::size_t budget = ReadCount(max_tokens, "max_tokens");
  const GilRelease release;
  return tree.EvictTenant(name, budget);
}

std::size_t EvictBySize(TokenTree& tree, py::handle max_size) {
  const std::size_t budget = ReadCount(max_size, "max_size");
  const GilRelease release;
  return tree.EvictTenantBySize(budget);
}

bool Remove(TokenTree& tree, py::handle tenant) {
  const std::string_view name = ReadName(tenant);
  const GilRelease release;
  return tree.RemoveTenant(name);
}

}  // namespace

void DefineTenants(TokenTreeClass& tree) {
  const py::arg tenant("tenant");
  tree.def("get_tenant_token_counts", &TokenCounts, kCountsDoc);
  tree.def("tenant_token_size", &TokenSize, kSizeDoc, tenant);
  tree.def("evict_tenant", &Evict, kEvictDoc, tenant, py::arg("max_tokens"));
  tree.def("evict_tenant_by_size", &EvictBySize, kEvictBySizeDoc, py::arg("max_size"));
  tree.def("remove_tenant", &Remove, kRemoveDoc, tenant);
}

}  // namespace pagedradix::python
