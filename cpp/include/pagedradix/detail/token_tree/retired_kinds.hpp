// What a TokenTree retires (R23). How each kind is freed stands in generation.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pagedradix/detail/threads/limbo.hpp"

namespace pagedradix::detail {

enum class RetiredKind : std::uint8_t {
  kNode,
  kChildTable,
  kWideTable,
  kBlock,
  kTenant,
  kTenantNames,
};

/// A block of memory that is retired by itself, without the object that it was part of.
struct RetiredBlock : Retired {
  void* block = nullptr;
  std::size_t bytes = 0;
};

}  // namespace pagedradix::detail
