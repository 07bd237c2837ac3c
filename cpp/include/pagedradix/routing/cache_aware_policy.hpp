// CacheAwarePolicy: to the worker that holds most of the prompt, unless it is overloaded.
#pragma once

#include <algorithm>
#include <cstddef>

#include "pagedradix/routing/routing_policy.hpp"

namespace pagedradix::routing {

/// When CacheAwarePolicy prefers balance over the cache.
struct CacheAwareOptions {
  /// The best match must hold more than this part of the prompt, 0 to 1, to be chosen for it.
  double cache_threshold = 0.5;
  /// The fleet is out of balance if the highest and the lowest backlog differ by more than this
  /// many tokens ...
  double balance_abs = 32000;
  /// ... and the highest is more than this many times the lowest.
  double balance_rel = 1.5;
};

/// Out of balance: the least loaded worker. Else the one that holds most of the prompt, if that is
/// more than the threshold. Else the least loaded. Ties: lower backlog, then lower number.
class CacheAwarePolicy final : public RoutingPolicy {
 public:
  explicit CacheAwarePolicy(const CacheAwareOptions& options = {}) noexcept : options_(options) {}

  std::size_t Choose(const RoutingQuery& query) noexcept override {
    if (!IsBalanced(query)) return LeastLoadedWorker(query);
    const std::size_t best = BestMatch(query);
    const double enough = options_.cache_threshold * static_cast<double>(query.prompt.size());
    return static_cast<double>(query.held[best]) > enough ? best : LeastLoadedWorker(query);
  }

 private:
  bool IsBalanced(const RoutingQuery& query) const noexcept {
    const auto [low, high] = std::minmax_element(query.backlog, query.backlog + query.workers);
    return !(*high - *low > options_.balance_abs && *high > options_.balance_rel * *low);
  }

  static std::size_t BestMatch(const RoutingQuery& query) noexcept {
    std::size_t best = 0;
    for (std::size_t worker = 1; worker < query.workers; ++worker) {
      const bool longer = query.held[worker] > query.held[best];
      const bool equal = query.held[worker] == query.held[best];
      if (longer || (equal && query.backlog[worker] < query.backlog[best])) best = worker;
    }
    return best;
  }

  CacheAwareOptions options_;
};

}  // namespace pagedradix::routing
