// ObjectRef: the reference-counted handle behind PagedRadixTree and PrefixCache.
#pragma once

#include <memory>
#include <utility>

namespace pagedradix {

/// A shared, nullable reference to a `T`; copies refer to the same object, which goes with the last
/// of them. Mirrors the part of TVM's ObjectRef that MLC-LLM uses. Copies may be used and dropped
/// by different threads; one handle itself is as thread-safe as a std::shared_ptr.
template <typename T>
class ObjectRef {
 public:
  ObjectRef() noexcept = default;
  explicit ObjectRef(std::shared_ptr<T> object) noexcept : object_(std::move(object)) {}

  T* operator->() const noexcept { return object_.get(); }
  T& operator*() const noexcept { return *object_; }
  T* get() const noexcept { return object_.get(); }
  /// Whether there is an object.
  bool defined() const noexcept { return object_ != nullptr; }
  /// Whether both refer to the same object.
  bool same_as(const ObjectRef& other) const noexcept { return object_ == other.object_; }

  friend bool operator==(const ObjectRef& a, const ObjectRef& b) noexcept { return a.same_as(b); }
  friend bool operator!=(const ObjectRef& a, const ObjectRef& b) noexcept { return !a.same_as(b); }

 private:
  std::shared_ptr<T> object_;
};

}  // namespace pagedradix
