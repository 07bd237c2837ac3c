// As much of TVM as MLC's radix_tree.cc needs to compile alone: a tree is then a plain object, and
// nothing is registered. TVM itself would take an hour to build, and takes no part in what is
// measured.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tvm::ffi {

class Object {
 public:
  virtual ~Object() = default;
};

template <typename T>
using ObjectPtr = std::shared_ptr<T>;

template <typename T, typename... Arguments>
ObjectPtr<T> make_object(Arguments&&... arguments) {
  return std::make_shared<T>(std::forward<Arguments>(arguments)...);
}

class ObjectRef {};

class Shape : public std::vector<std::int64_t> {
 public:
  using std::vector<std::int64_t>::vector;
  explicit Shape(std::vector<std::int64_t> values) : vector(std::move(values)) {}
};

/// Takes every registration and forgets it.
struct Registry {
  template <typename... Arguments>
  Registry& set_body_typed(Arguments&&...) {
    return *this;
  }
  template <typename... Arguments>
  Registry& set_body_method(Arguments&&...) {
    return *this;
  }
  template <typename... Arguments>
  Registry& def(Arguments&&...) {
    return *this;
  }
  template <typename... Arguments>
  Registry& def_method(Arguments&&...) {
    return *this;
  }
};

namespace reflection {
using GlobalDef = Registry;
}  // namespace reflection

/// A failed check, with what is streamed into it.
class Failure {
 public:
  [[noreturn]] ~Failure() noexcept(false) { throw std::logic_error(text_.str()); }
  template <typename Value>
  Failure& operator<<(const Value& value) {
    text_ << value;
    return *this;
  }

 private:
  std::ostringstream text_;
};

}  // namespace tvm::ffi

namespace tvm::runtime {
using ffi::Object;
using ffi::ObjectPtr;
using ffi::ObjectRef;
using IntTuple = ffi::Shape;
}  // namespace tvm::runtime

#define PEERS_JOIN_(a, b) a##b
#define PEERS_JOIN(a, b) PEERS_JOIN_(a, b)
#define PEERS_REFERENCE(Reference, Contents)                                           \
  Reference() = default;                                                               \
  explicit Reference(::tvm::ffi::ObjectPtr<Contents> tree) : tree_(std::move(tree)) {} \
  Contents* operator->() const { return tree_.get(); }                                 \
                                                                                       \
 private:                                                                              \
  ::tvm::ffi::ObjectPtr<Contents> tree_

#define CHECK(condition) \
  if (!(condition)) ::tvm::ffi::Failure() << #condition << ' '
#define CHECK_EQ(a, b) CHECK((a) == (b))
#define CHECK_GT(a, b) CHECK((a) > (b))
#define CHECK_LE(a, b) CHECK((a) <= (b))
#define CHECK_LT(a, b) CHECK((a) < (b))
#define LOG(level) ::tvm::ffi::Failure()
#define TVM_DECLARE_BASE_OBJECT_INFO(...)
#define TVM_FFI_DECLARE_OBJECT_INFO(...)
#define TVM_REGISTER_OBJECT_TYPE(...)
#define TVM_DEFINE_MUTABLE_OBJECT_REF_METHODS(Reference, Base, Contents) \
  PEERS_REFERENCE(Reference, Contents)
#define TVM_FFI_DEFINE_OBJECT_REF_METHODS_NULLABLE(Reference, Base, Contents) \
  PEERS_REFERENCE(Reference, Contents)
#define TVM_FFI_REGISTER_GLOBAL(name) \
  [[maybe_unused]] static auto PEERS_JOIN(registered_, __COUNTER__) = ::tvm::ffi::Registry()
#define TVM_FFI_STATIC_INIT_BLOCK(...) \
  [[maybe_unused]] static void PEERS_JOIN(Register, __COUNTER__)() __VA_ARGS__
