// A tree's figures, counted without sharing a cache line.
//
// Each thread inside the tree has an epoch slot of its own (R22) and counts in the counters of that
// slot, so plain loads and stores do; a sum over the slots is exact when nobody is inside.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "pagedradix/detail/threads/epoch.hpp"

namespace pagedradix::detail {

enum class Counter : std::size_t {
  kMatches,
  kHits,
  kMatchedTokens,
  kInserts,
  kSplits,
  kEvictedTokens,
  kEvictedNodes,
  kNodesAdded,
  kNodesRemoved,
  kTokensAdded,
  kTokensRemoved,
  kBirths,
  kCount,
};

class Counters {
 public:
  void Add(std::size_t slot, Counter counter, std::uint64_t amount = 1) noexcept {
    std::atomic<std::uint64_t>& value = slots_[slot].values[static_cast<std::size_t>(counter)];
    // Relaxed, and not a read-modify-write: the slot is this thread's alone; who had it before gave
    // it back with a release that Enter's compare-and-swap acquired.
    value.store(value.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }

  std::uint64_t Sum(Counter counter) const noexcept {
    std::uint64_t sum = 0;
    for (const Slot& slot : slots_) {
      sum += slot.values[static_cast<std::size_t>(counter)].load(std::memory_order_relaxed);
    }
    return sum;
  }

  /// What was added and not removed; beside writers, who count after the fact, at least 0.
  std::uint64_t Balance(Counter added, Counter removed) const noexcept {
    const std::uint64_t less = Sum(removed);
    const std::uint64_t more = Sum(added);
    return more > less ? more - less : 0;
  }

  /// A number that no other call gets: the slot's own count, and the slot.
  std::uint64_t NextBirth(std::size_t slot) noexcept {
    Add(slot, Counter::kBirths);
    const std::uint64_t count =
        slots_[slot].values[static_cast<std::size_t>(Counter::kBirths)].load(
            std::memory_order_relaxed);
    return count * EpochDomain::kSlots + slot;
  }

 private:
  struct alignas(64) Slot {
    std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Counter::kCount)> values{};
  };
  std::array<Slot, EpochDomain::kSlots> slots_{};
};

}  // namespace pagedradix::detail
