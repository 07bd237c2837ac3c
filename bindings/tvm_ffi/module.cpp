// MLC-LLM's global functions for a PagedRadixTree, and the one function that puts them in place.
//
// Loading this library registers the object type and nothing else. MLC's own library registers
// functions of the same names while it is loaded, where a name that is taken ends the process; and
// a program that has loaded it wants them replaced, at a moment of its choice.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <tvm/ffi/container/shape.h>
#include <tvm/ffi/function.h>
#include <tvm/ffi/reflection/registry.h>

#include "arguments.hpp"
#include "errors.hpp"
#include "tree_object.hpp"

namespace pagedradix::mlc {
namespace {

using tvm::ffi::Function;
using tvm::ffi::Shape;

TreeRef NewTree() { return TreeRef(tvm::ffi::make_object<TreeObj>()); }

/// The length of the match, then the ids.
Shape MatchPrefix(const TreeRef& self, const Shape& tokens) {
  const auto [length, ids] = TreeOf(self).MatchPrefix(ReadTokens(tokens));
  std::vector<std::int64_t> answer;
  answer.reserve(ids.size() + 1);
  answer.push_back(static_cast<std::int64_t>(length));
  answer.insert(answer.end(), ids.begin(), ids.end());
  return Shape(std::move(answer));
}

void ExtendSequence(const TreeRef& self, std::int64_t seq_id, const Shape& tokens) {
  TreeOf(self).ExtendSequence(seq_id, ReadTokens(tokens));
}

void RollBackSequence(const TreeRef& self, std::int64_t seq_id, std::int64_t num_tokens) {
  TreeOf(self).RollBackSequence(seq_id, ReadCount(num_tokens, "num_tokens"));
}

void ForkSequence(const TreeRef& self, std::int64_t seq_id, std::int64_t parent_seq_id,
                  std::int64_t forked_offset) {
  TreeOf(self).ForkSequence(seq_id, parent_seq_id, ReadCount(forked_offset, "forked_offset"));
}

bool HasSequence(const TreeRef& self, std::int64_t seq_id) {
  return TreeOf(self).HasSequence(seq_id);
}

void AddSequence(const TreeRef& self, std::int64_t seq_id) { TreeOf(self).AddSequence(seq_id); }

void RemoveSequence(const TreeRef& self, std::int64_t seq_id) {
  TreeOf(self).RemoveSequence(seq_id);
}

Shape GetSequence(const TreeRef& self, std::int64_t seq_id) {
  const std::vector<std::int32_t> tokens = TreeOf(self).GetSequenceTokens(seq_id);
  return Shape(tokens.begin(), tokens.end());
}

std::int64_t GetSequenceLength(const TreeRef& self, std::int64_t seq_id) {
  return static_cast<std::int64_t>(TreeOf(self).GetSequenceLength(seq_id));
}

std::int64_t FreeCapacity(const TreeRef& self) {
  return static_cast<std::int64_t>(TreeOf(self).FreeCapacity());
}

/// Defines a global function, in the place of one that has the name already.
template <typename Defined>
void Define(const char* operation, Defined* function) {
  const std::string name = std::string("mlc.serve.PagedRadixTree") + operation;
  if (Function::GetGlobal(name)) Function::RemoveGlobal(name);
  tvm::ffi::reflection::GlobalDef().def(name.c_str(), Translated(function));
}

void RegisterFunctions() {
  Define("", NewTree);
  Define("MatchPrefix", MatchPrefix);
  Define("ExtendSequence", ExtendSequence);
  Define("RollBackSequence", RollBackSequence);
  Define("ForkSequence", ForkSequence);
  Define("HasSequence", HasSequence);
  Define("AddSequence", AddSequence);
  Define("RemoveSequence", RemoveSequence);
  Define("GetSequence", GetSequence);
  Define("GetSequenceLength", GetSequenceLength);
  Define("FreeCapacity", FreeCapacity);
}

}  // namespace
}  // namespace pagedradix::mlc

// The macro's function has a parameter that it does not use.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
TVM_FFI_DLL_EXPORT_TYPED_FUNC(register_functions, pagedradix::mlc::RegisterFunctions)
#pragma GCC diagnostic pop
