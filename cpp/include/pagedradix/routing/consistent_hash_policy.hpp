// ConsistentHashPolicy: prompts that begin alike go to the same worker, whatever it holds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "pagedradix/routing/prompt_hash.hpp"
#include "pagedradix/routing/routing_policy.hpp"
#include "pagedradix/routing/splitmix64.hpp"

namespace pagedradix::routing {

/// A ring of hash values on which every worker owns `kPointsPerWorker` points; a prompt belongs to
/// the first point at or after the hash of its first `hash_tokens` tokens. Another worker more or
/// less moves only the prompts of the points that it takes or leaves. Depends on nothing but the
/// prompt: the same on every run and platform.
class ConsistentHashPolicy final : public RoutingPolicy {
 public:
  static constexpr std::size_t kPointsPerWorker = 160;

  /// `workers` must be what every query has, and at least 1; a prompt shorter than `hash_tokens` is
  /// hashed whole.
  ConsistentHashPolicy(std::size_t workers, std::size_t hash_tokens) : hash_tokens_(hash_tokens) {
    ring_.reserve(workers * kPointsPerWorker);
    for (std::size_t worker = 0; worker < workers; ++worker) {
      for (std::size_t point = 0; point < kPointsPerWorker; ++point) {
        ring_.push_back({SplitMix64At(SplitMix64Finalize(worker), point), worker});
      }
    }
    std::sort(ring_.begin(), ring_.end(), [](const Point& a, const Point& b) {
      return a.hash != b.hash ? a.hash < b.hash : a.worker < b.worker;
    });
  }

  std::size_t Choose(const RoutingQuery& query) noexcept override {
    const TokenSpan prompt = query.prompt;
    const std::uint64_t hash = PromptHash(prompt.First(std::min(prompt.size(), hash_tokens_)));
    const auto owner =
        std::lower_bound(ring_.begin(), ring_.end(), hash,
                         [](const Point& point, std::uint64_t key) { return point.hash < key; });
    return owner == ring_.end() ? ring_.front().worker : owner->worker;
  }

 private:
  struct Point {
    std::uint64_t hash;
    std::size_t worker;
  };

  std::size_t hash_tokens_;
  std::vector<Point> ring_;
};

}  // namespace pagedradix::routing
