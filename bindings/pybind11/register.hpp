// What module.cpp puts together. The order of the calls there matters: a class comes after those
// that its signatures name.
#pragma once

#include <pybind11/pybind11.h>

#include "initialized_caster.hpp"
#include "pagedradix/paged_radix_tree.hpp"
#include "pagedradix/token_tree.hpp"
#include "python_prefix_cache.hpp"

namespace pagedradix::python {

/// The package that users import from: where pickle looks the classes up.
inline constexpr const char* kPackage = "pagedradix";

using TokenTreeClass = pybind11::class_<TokenTree>;
using PagedRadixTreeClass = pybind11::class_<PagedRadixTree>;
using PrefixCacheClass = pybind11::class_<PythonPrefixCache>;

void RegisterEvictionPolicy(pybind11::module_& module);
void RegisterResults(pybind11::module_& module);
void RegisterTreeStats(pybind11::module_& module);
void RegisterEntryIterator(pybind11::module_& module);
void RegisterTokenTree(pybind11::module_& module);
void RegisterPagedTreeStats(pybind11::module_& module);
void RegisterPagedRadixTree(pybind11::module_& module);
void RegisterPrefixCacheMode(pybind11::module_& module);
void RegisterPrefixCacheResult(pybind11::module_& module);
void RegisterPrefixCache(pybind11::module_& module);

// Groups of TokenTree's methods, called by RegisterTokenTree.
void DefineInsertAndMatch(TokenTreeClass& tree);
void DefineBatches(TokenTreeClass& tree);
void DefineTenants(TokenTreeClass& tree);
void DefineWholeTree(TokenTreeClass& tree);
void DefinePickling(TokenTreeClass& tree);

// The same for the other two classes.
void DefineSequences(PagedRadixTreeClass& tree);
void DefineWholePagedTree(PagedRadixTreeClass& tree);
void DefineCachedSequences(PrefixCacheClass& cache);

}  // namespace pagedradix::python
