// RoutingPolicy: which worker gets the next prompt?
//
// A router asks the tree how much of a prompt each worker holds, asks a policy for a worker, and
// tells the tree:
//
//   tree.MatchTenants(prompt, names.data(), names.size(), held.data());
//   std::size_t worker = policy.Choose({prompt, held.data(), backlog.data(), names.size()});
//   tree.InsertTokens(prompt, names[worker]);
//
// Thread safety: Choose may be called from any number of threads at the same time.
#pragma once

#include <cstddef>

#include "pagedradix/token_span.hpp"

namespace pagedradix::routing {

/// What is known when a prompt arrives. Workers are numbered from 0.
struct RoutingQuery {
  TokenSpan prompt;
  /// Tokens of the prompt that each worker holds.
  const std::size_t* held = nullptr;
  /// Prompt tokens that each worker has queued and not prefilled yet; never negative.
  const double* backlog = nullptr;
  /// Length of both arrays, at least 1.
  std::size_t workers = 0;
};

/// Chooses a worker for a prompt.
class RoutingPolicy {
 public:
  RoutingPolicy() = default;
  RoutingPolicy(const RoutingPolicy&) = delete;
  RoutingPolicy& operator=(const RoutingPolicy&) = delete;
  virtual ~RoutingPolicy() = default;

  /// The number of the worker that gets the prompt, below `query.workers`.
  virtual std::size_t Choose(const RoutingQuery& query) noexcept = 0;
};

/// The worker with the lowest backlog; of equals the first.
inline std::size_t LeastLoadedWorker(const RoutingQuery& query) noexcept {
  std::size_t best = 0;
  for (std::size_t worker = 1; worker < query.workers; ++worker) {
    if (query.backlog[worker] < query.backlog[best]) best = worker;
  }
  return best;
}

}  // namespace pagedradix::routing
