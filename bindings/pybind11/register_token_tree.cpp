#include <memory>

#include "arguments.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

constexpr const char* kClassDoc =
    R"(TokenTree(page_size=16, policy='lru', recount_hits=False)
--

Who holds the longest prefix of this prompt?

A multi-tenant, page-aligned radix tree over token ids, for cache-aware routing. It remembers which
tenant (a worker, usually its URL) was sent which prompt, and answers for a new prompt which tenant
holds the longest prefix of it.

    tree = TokenTree()
    tree.insert_tokens(prompt, "http://worker-1:8000")
    result = tree.match_prefix_with_counts(other_prompt)
    if result.matched:
        route_to(result.tenant)

page_size: tokens a page, 1 to 2**31; every prompt is cut down to whole pages.
policy: an EvictionPolicy or its lower-case name: which of a tenant's leaves evict_* takes first.
recount_hits: count like the reference implementation, where a path that is inserted again counts
    again; only for a drop-in whose figures must agree with it.

Prompts: anything that holds integers from 0 to 4294967295, one-dimensional. Contiguous uint32 and
int32 buffers (NumPy, array.array, memoryview) and DLPack tensors (PyTorch, on the CPU) are read in
place; other integer formats, lists, tuples and iterables are converted. A prompt must not change
while a call is reading it, or the answer is for some mix of old and new tokens. To resize it raises
meanwhile; only the array below a NumPy view can be resized with refcheck=False, and must not be.
Tenants: str, not empty, and not 'empty', which is what a match without a hit reports.
Errors: TypeError or InvalidArgumentError (a ValueError) name the argument, and in a prompt the
index; the tree is then unchanged. MemoryError leaves it as if the call had not been made; an
insert beside others may have inserted a shorter prefix.
Thread safety: every method may be called from any number of threads at once; matching takes no
lock, except under MRU that of one tenant's index. The GIL is released wherever a call can take long, which one with a prompt of less than 16,384
tokens does not. After os.fork() the child may use or drop the tree if no other thread was inside it
then.
Costs: n = tokens of the prompt, d = nodes on its path. Trees pickle and copy; both are O(tree).)";

std::unique_ptr<TokenTree> NewTree(py::handle page_size, py::handle policy, bool recount_hits) {
  TokenTreeOptions options;
  options.page_size = ReadCount(page_size, "page_size", 1, TokenTreeOptions::kMaxPageSize);
  options.policy = ReadPolicy(policy);
  options.recount_hits = recount_hits;
  return std::make_unique<TokenTree>(options);
}

}  // namespace

void RegisterTokenTree(py::module_& module) {
  // A large tree takes its time to give its memory back.
  TokenTreeClass tree(module, "TokenTree", kClassDoc, py::release_gil_before_calling_cpp_dtor());
  tree.attr("__module__") = kPackage;
  tree.def(py::init(&NewTree),
           "__init__(self, page_size=16, policy='lru', recount_hits=False)\n--\n\n"
           "An empty tree.",
           py::arg("page_size") = 16, py::arg("policy") = "lru", py::arg("recount_hits") = false);
  tree.def_property_readonly("page_size", &TokenTree::PageSize, "Tokens a page.");
  tree.def_property_readonly("eviction_policy", &TokenTree::Policy,
                             "The EvictionPolicy given at construction.");
  tree.def_property_readonly("recount_hits", &TokenTree::RecountHits,
                             "Whether paths that are inserted again count again.");
  DefineInsertAndMatch(tree);
  DefineBatches(tree);
  DefineTenants(tree);
  DefineWholeTree(tree);
  DefinePickling(tree);
}

}  // namespace pagedradix::python
