// Which of a tenant's leaves goes first when the tenant is over its budget.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pagedradix {

/// The order of eviction; the leaf with the lowest key goes first.
enum class EvictionPolicy : std::uint8_t {
  kLru,       ///< least recently used: `last_access`
  kLfu,       ///< least frequently used: `(hits, last_access)`
  kFifo,      ///< first in, first out: `creation`
  kMru,       ///< most recently used: `-last_access`
  kFilo,      ///< first in, last out: `-creation`
  kPriority,  ///< lowest priority, then least recently used: `(priority, last_access)`
};

namespace detail {
inline constexpr std::array<std::string_view, 6> kEvictionPolicyNames = {"lru", "lfu",  "fifo",
                                                                         "mru", "filo", "priority"};
}  // namespace detail

/// The policy's lower-case name, as the command line and Python spell it.
constexpr std::string_view EvictionPolicyName(EvictionPolicy policy) noexcept {
  return detail::kEvictionPolicyNames[static_cast<std::size_t>(policy)];
}

/// The policy of that lower-case name, or nothing.
constexpr std::optional<EvictionPolicy> ParseEvictionPolicy(std::string_view name) noexcept {
  for (std::size_t i = 0; i < detail::kEvictionPolicyNames.size(); ++i) {
    if (detail::kEvictionPolicyNames[i] == name) return static_cast<EvictionPolicy>(i);
  }
  return std::nullopt;
}

}  // namespace pagedradix
