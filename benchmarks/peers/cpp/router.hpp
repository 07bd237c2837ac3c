// Who gets a request, and the tenants of all workloads.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "prompts.hpp"

namespace pagedradix::peers {

/// Sends a prompt to whoever holds more than half of it, and else to who was given the fewest
/// tokens.
class Router {
 public:
  static constexpr std::size_t kTenants = 8;

  Router() {
    for (std::size_t i = 0; i < kTenants; ++i) names_[i] = bench::WorkerName(i);
  }

  /// The tenant of the i-th prompt where nobody routes: they take turns.
  const std::string& TakeTurns(std::size_t i) const noexcept { return names_[i % kTenants]; }

  const std::string& Choose(std::size_t prompt_tokens, std::size_t matched_tokens,
                            std::string_view holder) {
    auto chosen = std::min_element(given_.begin(), given_.end()) - given_.begin();
    if (2 * matched_tokens > prompt_tokens) {
      chosen = std::find(names_.begin(), names_.end(), holder) - names_.begin();
    }
    given_[static_cast<std::size_t>(chosen)] += prompt_tokens;
    return names_[static_cast<std::size_t>(chosen)];
  }

 private:
  std::array<std::string, kTenants> names_;
  std::array<std::size_t, kTenants> given_{};
};

}  // namespace pagedradix::peers
