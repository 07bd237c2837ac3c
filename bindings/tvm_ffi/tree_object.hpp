// The object of TVM FFI that holds a PagedRadixTree.
#pragma once

#include <tvm/ffi/c_api.h>
#include <tvm/ffi/error.h>
#include <tvm/ffi/memory.h>
#include <tvm/ffi/object.h>

#include "pagedradix/paged_radix_tree.hpp"

namespace pagedradix::mlc {

/// A tree under the name for which MLC registers its Python class.
class TreeObj : public tvm::ffi::Object {
 public:
  PagedRadixTree tree = PagedRadixTree::Create();

  // No semicolon: in 0.1.15 the macro ends with a function's body.
  TVM_FFI_DECLARE_OBJECT_INFO_FINAL("mlc.serve.PagedRadixTree", TreeObj, tvm::ffi::Object)
};

/// A reference to an object of that name; TVM FFI refuses all others, None too, with a TypeError.
class TreeRef : public tvm::ffi::ObjectRef {
 public:
  explicit TreeRef(const tvm::ffi::ObjectPtr<TreeObj>& object) : tvm::ffi::ObjectRef(object) {}

  TVM_FFI_DEFINE_OBJECT_REF_METHODS_NOTNULLABLE(TreeRef, tvm::ffi::ObjectRef, TreeObj);
};

/// The tree behind a reference.
///
/// A process has one table of types, so where MLC-LLM's own library is loaded too, its trees go by
/// the same name and look quite different inside. What tells them apart is the deleter in the
/// header that all objects share: it is code of the library that made the object.
inline PagedRadixTreeObj& TreeOf(const TreeRef& self) {
  const auto deleter = [](const tvm::ffi::Object* object) {
    return reinterpret_cast<const TVMFFIObject*>(object)->deleter;
  };
  static const auto kOurs = deleter(tvm::ffi::make_object<TreeObj>().get());
  if (deleter(self.get()) != kOurs) {
    throw tvm::ffi::Error("TypeError",
                          "this tree was made before pagedradix took over: make a new one", "");
  }
  return *self->tree;
}

}  // namespace pagedradix::mlc
