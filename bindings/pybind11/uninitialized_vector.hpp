// A std::vector that does not zero what it grows by: every element is written right afterwards.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace pagedradix::python {

template <typename T>
struct UninitializedAllocator : std::allocator<T> {
  static_assert(std::is_trivial_v<T>, "only for types that need no constructor");

  // NOLINTBEGIN(readability-identifier-naming): the standard's names
  template <typename U>
  struct rebind {
    using other = UninitializedAllocator<U>;
  };
  // NOLINTEND(readability-identifier-naming)

  template <typename U>
  void construct(U* /*at*/) noexcept {}
  template <typename U, typename... Args>
  void construct(U* at, Args&&... args) {
    ::new (static_cast<void*>(at)) U(std::forward<Args>(args)...);
  }
};

template <typename T>
using UninitializedVector = std::vector<T, UninitializedAllocator<T>>;

}  // namespace pagedradix::python
