// A hint that memory will be read soon.
#pragma once

namespace pagedradix::detail {

/// Begins to load the cache line at `address`, which need not be valid. Nothing where the compiler
/// does not know how.
inline void Prefetch([[maybe_unused]] const void* address) noexcept {
#if defined(__GNUC__) || defined(__clang__)
  __builtin_prefetch(address);
#endif
}

}  // namespace pagedradix::detail
