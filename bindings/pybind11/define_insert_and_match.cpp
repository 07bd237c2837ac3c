// TokenTree's methods that take one prompt.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arguments.hpp"
#include "gil.hpp"
#include "method.hpp"
#include "register.hpp"
#include "results.hpp"
#include "token_input.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

constexpr const char* kInsertDoc = R"(insert_tokens($self, tokens, tenant, priority=0)
--

Make `tenant` an owner of the whole page-aligned prefix of `tokens`.

A prompt shorter than a page inserts nothing. priority: int32; a node keeps the highest that any
insert gave it. O(n + d).)";

constexpr const char* kMatchDoc = R"(match_prefix_with_counts($self, tokens)
--

Return a PrefixMatchResult: the longest owned prefix of `tokens` and one of its owners.

Counts as a use of the prefix by that owner. A prompt shorter than a page matches 0 tokens and names
any known tenant. O(n + d), lock-free except under MRU.)";

constexpr const char* kMatchAndInsertDoc = R"(match_and_insert($self, tokens, tenant, priority=0)
--

match_prefix_with_counts followed by insert_tokens, in one descent.

Returns the PrefixMatchResult of before the insert. O(n + d).)";

constexpr const char* kMatchAndInsertWithDoc =
    R"(match_and_insert_with($self, tokens, select, priority=0)
--

Match, let `select` choose the tenant, insert for it; in one descent.

select: called exactly once with the PrefixMatchResult, also for a prompt shorter than a page.
    Returns the tenant's name, or None to insert nothing. No lock is held meanwhile: it may take
    its time and may call back into this tree. If it raises, nothing is inserted and the exception
    goes through.

Returns the PrefixMatchResult that `select` was given. O(n + d).)";

constexpr const char* kLegacyDoc = R"(prefix_match_legacy($self, tokens)
--

Return (matched tokens, tenant) of match_prefix_with_counts.)";

constexpr const char* kMatchTenantsDoc = R"(match_tenants($self, tokens, candidates=None)
--

Return how many tokens of the prompt each of its owners holds, as a dict of tenant to int.

candidates: an iterable of names; then the dict has exactly these, with 0 for those that hold
    nothing or are unknown.

Counts as a use by nobody. One descent, O(n + d).)";

constexpr Signature<3> kInsert{"insert_tokens", 2, {"tokens", "tenant", "priority"}};
constexpr Signature<1> kMatch{"match_prefix_with_counts", 1, {"tokens"}};
constexpr Signature<3> kMatchAndInsert{"match_and_insert", 2, {"tokens", "tenant", "priority"}};
constexpr Signature<3> kMatchAndInsertWith{
    "match_and_insert_with", 2, {"tokens", "select", "priority"}};
constexpr Signature<1> kLegacy{"prefix_match_legacy", 1, {"tokens"}};
constexpr Signature<2> kMatchTenants{"match_tenants", 1, {"tokens", "candidates"}};

/// What `work` makes of the prompt. It must run no Python code; the GIL is given up for a long one.
template <typename Work>
auto WithPrompt(py::handle tokens, Work&& work) {
  const TokenInput input(tokens, Meanwhile::kNothingIfShort);
  const GilRelease release(WorthReleasing(input.size()));
  return work(input.Span());
}

py::object InsertTokens(TokenTree& tree, py::handle tokens, py::handle tenant,
                        py::handle priority) {
  const std::string_view name = ReadTenant(tenant);
  const std::int32_t level = ReadPriority(priority);
  WithPrompt(tokens, [&](TokenSpan prompt) { tree.InsertTokens(prompt, name, level); });
  return py::none();
}

PrefixMatchResult Match(TokenTree& tree, py::handle tokens) {
  return WithPrompt(tokens, [&](TokenSpan prompt) { return tree.MatchPrefixWithCounts(prompt); });
}

py::object MatchPrefix(TokenTree& tree, py::handle tokens) {
  return NewMatchResult(Match(tree, tokens));
}

py::object MatchAndInsert(TokenTree& tree, py::handle tokens, py::handle tenant,
                          py::handle priority) {
  const std::string_view name = ReadTenant(tenant);
  const std::int32_t level = ReadPriority(priority);
  return NewMatchResult(WithPrompt(
      tokens, [&](TokenSpan prompt) { return tree.MatchAndInsert(prompt, name, level); }));
}

py::object MatchAndInsertWith(TokenTree& tree, py::handle tokens, py::handle select,
                              py::handle priority) {
  if (PyCallable_Check(select.ptr()) == 0) {
    throw py::type_error(std::string("select must be callable, not ") +
                         Py_TYPE(select.ptr())->tp_name);
  }
  const std::int32_t level = ReadPriority(priority);
  const TokenInput input(tokens);
  py::object given;
  py::object tenant;  // Outlives the insert, which reads the name in place.
  GilRelease release(WorthReleasing(input.size()));
  const auto ask = [&](const PrefixMatchResult& result) -> std::optional<std::string_view> {
    const GilRelease::Pause pause(release);
    given = NewMatchResult(result);
    tenant = OutlastInterpreter([&] { return select(given); });
    if (tenant.is_none()) return std::nullopt;
    return ReadTenant(tenant, "the tenant that select returns");
  };
  tree.MatchAndInsertWith(input.Span(), ask, level);
  return given;
}

py::object PrefixMatchLegacy(TokenTree& tree, py::handle tokens) {
  const PrefixMatchResult result = Match(tree, tokens);
  return py::make_tuple(result.matched_token_count, result.tenant.view());
}

py::dict MatchOwners(const TokenTree& tree, const TokenInput& input) {
  std::vector<TenantTokens> owners;
  {
    const GilRelease release(WorthReleasing(input.size()));
    owners = tree.MatchTenants(input.Span());
  }
  py::dict held;
  for (const TenantTokens& owner : owners) held[py::str(owner.tenant)] = owner.token_count;
  return held;
}

py::dict MatchCandidates(const TokenTree& tree, const TokenInput& input, py::handle candidates) {
  py::tuple names;
  const std::vector<std::string_view> views = ReadNames(candidates, "candidates", names);
  std::vector<std::size_t> counts(views.size());
  {
    const GilRelease release(WorthReleasing(input.size()));
    tree.MatchTenants(input.Span(), views.data(), views.size(), counts.data());
  }
  py::dict held;
  for (std::size_t i = 0; i < views.size(); ++i) held[names[i]] = counts[i];
  return held;
}

py::object MatchTenants(TokenTree& tree, py::handle tokens, py::handle candidates) {
  const TokenInput input(tokens);
  const bool all = !candidates || candidates.is_none();
  return all ? MatchOwners(tree, input) : MatchCandidates(tree, input, candidates);
}

}  // namespace

void DefineInsertAndMatch(TokenTreeClass& tree) {
  DefineMethod<kInsert, &InsertTokens>(tree, kInsertDoc);
  DefineMethod<kMatch, &MatchPrefix>(tree, kMatchDoc);
  DefineMethod<kMatchAndInsert, &MatchAndInsert>(tree, kMatchAndInsertDoc);
  DefineMethod<kMatchAndInsertWith, &MatchAndInsertWith>(tree, kMatchAndInsertWithDoc);
  DefineMethod<kLegacy, &PrefixMatchLegacy>(tree, kLegacyDoc);
  DefineMethod<kMatchTenants, &MatchTenants>(tree, kMatchTenantsDoc);
}

}  // namespace pagedradix::python
