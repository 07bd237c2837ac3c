#include <cstddef>
#include <memory>

#include "arguments.hpp"
#include "gil.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

constexpr const char* kPagedTreeDoc =
    R"(PagedRadixTree(page_size=64, pages_per_block=64, max_tokens=None)
--

The sequences of an engine, common prefixes stored once, in pages of a fixed size.

    tree = PagedRadixTree()
    tree.add_sequence(0)
    tree.extend_sequence(0, [1, 2, 3, 4])
    tree.fork_sequence(1, 0, 3)  # sequence 1 is [1, 2, 3]
    tree.match_prefix([1, 2, 3, 5])  # 3 and the ids 0 and 1

page_size: tokens a page, 1 to 2**20.
pages_per_block: pages that the pool begins with, and by how many it grows, 1 to 2**20.
max_tokens: at least page_size; the pool never holds more than max_tokens // page_size pages. None:
    no limit.

len(tree) is the number of sequences, `id in tree` is has_sequence(id), and iterating gives the ids
of all sequences as they were when it began, in no order.

Tokens: anything that holds integers from 0 to 2147483647, one-dimensional. Contiguous int32 and
uint32 buffers (NumPy, array.array, memoryview) and DLPack tensors (PyTorch, on the CPU) are read in
place; other integer formats, lists, tuples and iterables are converted. They must not change while
a call is reading them, or it goes by some mix of old and new tokens. To resize them raises
meanwhile; only the array below a NumPy view can be resized with refcheck=False, and must not be.
Sequence ids: any int64.
Errors: SequenceError (a KeyError) for an id that is unknown or taken, CapacityError beyond
max_tokens; TypeError or InvalidArgumentError (a ValueError) name the argument, and in tokens the
index. After any of them, and after MemoryError, the tree is as it was before the call.
Thread safety: every method may be called from any number of threads at once. Lookups run side by
side; a call that changes the tree excludes all others while it works. The GIL is released meanwhile.
After os.fork() the child may use or drop the tree if no other thread was inside it then.
Costs: n = tokens given, d = nodes on the sequence's path, p = pages of one node.)";

std::unique_ptr<PagedRadixTree> NewPagedTree(py::handle page_size, py::handle pages_per_block,
                                             py::handle max_tokens) {
  const PagedRadixTreeOptions options =
      ReadPagedRadixTreeOptions(page_size, pages_per_block, max_tokens);
  return WithoutGil(
      [&] { return std::make_unique<PagedRadixTree>(PagedRadixTree::Create(options)); });
}

py::object MaxTokens(const PagedRadixTree& tree) {
  const std::size_t max_tokens = tree->Options().max_tokens;
  if (max_tokens == PagedRadixTreeOptions().max_tokens) return py::none();
  return py::int_(max_tokens);
}

}  // namespace

void RegisterPagedRadixTree(py::module_& module) {
  // A large tree takes its time to give its memory back.
  PagedRadixTreeClass tree(module, "PagedRadixTree", kPagedTreeDoc,
                           py::release_gil_before_calling_cpp_dtor());
  tree.attr("__module__") = kPackage;
  tree.def(py::init(&NewPagedTree),
           "__init__(self, page_size=64, pages_per_block=64, max_tokens=None)\n--\n\n"
           "An empty tree.",
           py::arg("page_size") = 64, py::arg("pages_per_block") = 64,
           py::arg("max_tokens") = py::none());
  tree.def_property_readonly(
      "page_size", [](const PagedRadixTree& self) { return self->Options().page_size; },
      "Tokens a page.");
  tree.def_property_readonly(
      "pages_per_block", [](const PagedRadixTree& self) { return self->Options().pages_per_block; },
      "Pages that the pool began with, and by how many it grows.");
  tree.def_property_readonly("max_tokens", &MaxTokens,
                             "The limit given at construction, in tokens; None: no limit.");
  DefineSequences(tree);
  DefineWholePagedTree(tree);
}

}  // namespace pagedradix::python
