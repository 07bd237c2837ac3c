// Policies that do not look at the prompt: what cache-aware routing is compared with.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "pagedradix/routing/routing_policy.hpp"
#include "pagedradix/routing/splitmix64.hpp"

namespace pagedradix::routing {

/// Worker 0, 1, 2 ... and from the start again.
class RoundRobinPolicy final : public RoutingPolicy {
 public:
  std::size_t Choose(const RoutingQuery& query) noexcept override {
    // relaxed: a counter that orders nothing else.
    return static_cast<std::size_t>(next_.fetch_add(1, std::memory_order_relaxed) % query.workers);
  }

 private:
  std::atomic<std::uint64_t> next_{0};
};

/// The worker with the lowest backlog; of equals the first.
class LeastLoadedPolicy final : public RoutingPolicy {
 public:
  std::size_t Choose(const RoutingQuery& query) noexcept override {
    return LeastLoadedWorker(query);
  }
};

/// Any worker, each with the same probability; the same choices for the same seed.
class RandomPolicy final : public RoutingPolicy {
 public:
  explicit RandomPolicy(std::uint64_t seed) noexcept : seed_(seed) {}

  std::size_t Choose(const RoutingQuery& query) noexcept override {
    // relaxed: a counter that orders nothing else.
    const std::uint64_t draw = SplitMix64At(seed_, next_.fetch_add(1, std::memory_order_relaxed));
    // The high half, scaled: below 2^32 workers the bias is under one in 2^32 / workers.
    return static_cast<std::size_t>(((draw >> 32) * query.workers) >> 32);
  }

 private:
  std::uint64_t seed_;
  std::atomic<std::uint64_t> next_{0};
};

}  // namespace pagedradix::routing
