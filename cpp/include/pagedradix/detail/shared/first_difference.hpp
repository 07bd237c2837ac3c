// Comparison of two runs of tokens at the speed of memcmp.
#pragma once

#include <cstddef>
#include <cstring>

#include "pagedradix/token_span.hpp"

namespace pagedradix::detail {

/// The position of the first difference between two runs, `count` if there is none.
inline std::size_t FirstDifference(const Token* a, const Token* b, std::size_t count) noexcept {
  if (std::memcmp(a, b, count * sizeof(Token)) == 0) return count;
  std::size_t i = 0;
  constexpr std::size_t kBlock = 16;
  while (i + kBlock <= count && std::memcmp(a + i, b + i, kBlock * sizeof(Token)) == 0) i += kBlock;
  while (i < count && a[i] == b[i]) ++i;  // bounded: the caller's buffer may change meanwhile
  return i;
}

}  // namespace pagedradix::detail
