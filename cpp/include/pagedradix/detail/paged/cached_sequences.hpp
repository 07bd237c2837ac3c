// What a PrefixCache knows of its sequences beyond their tokens: state, window, order of recycling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

#include "pagedradix/detail/memory/fault_injection.hpp"
#include "pagedradix/detail/paged/prompt_arguments.hpp"
#include "pagedradix/errors.hpp"

namespace pagedradix::detail {

/// Thread safety: none; the cache's lock guards it. Add alone takes memory.
class CachedSequences {
 public:
  bool Contains(std::int64_t id) const { return entries_.find(id) != entries_.end(); }
  std::size_t recycling() const noexcept { return recycling_.size(); }

  const SlidingWindow& WindowOf(std::int64_t id) const { return entries_.at(id).window; }
  bool IsRecycling(std::int64_t id) const { return entries_.at(id).recycling; }

  /// Throws SequenceError if the sequence is unknown or not active.
  void CheckIsActive(std::int64_t id) const {
    const auto found = entries_.find(id);
    if (found == entries_.end()) {
      throw SequenceError("sequence " + std::to_string(id) + " does not exist");
    }
    if (found->second.recycling) {
      throw SequenceError("sequence " + std::to_string(id) + " is recycling, not active");
    }
  }

  /// Adds an active sequence. Throws std::bad_alloc, and then nothing has changed.
  void Add(std::int64_t id, SlidingWindow window) {
    MaybeFailAllocation();
    std::list<std::int64_t> place{id};
    MaybeFailAllocation();
    entries_.emplace(id, Entry{window, false, place.begin()});
    active_.splice(active_.end(), place);
  }

  void Recycle(std::int64_t id) noexcept {
    Entry& entry = entries_.find(id)->second;
    entry.recycling = true;
    recycling_.splice(recycling_.end(), active_, entry.place);
  }

  /// Makes a recycling sequence active again.
  void Reuse(std::int64_t id) noexcept {
    Entry& entry = entries_.find(id)->second;
    entry.recycling = false;
    active_.splice(active_.end(), recycling_, entry.place);
  }

  /// The sequence that was recycled first; there must be one.
  std::int64_t Oldest() const noexcept { return recycling_.front(); }

  void Remove(std::int64_t id) noexcept {
    const auto found = entries_.find(id);
    (found->second.recycling ? recycling_ : active_).erase(found->second.place);
    entries_.erase(found);
  }

  void Clear() noexcept {
    entries_.clear();
    active_.clear();
    recycling_.clear();
  }

 private:
  struct Entry {
    SlidingWindow window;
    bool recycling;
    std::list<std::int64_t>::iterator
        place;  ///< in active_ or recycling_; moving it takes no memory
  };

  std::unordered_map<std::int64_t, Entry> entries_;
  std::list<std::int64_t> active_;
  std::list<std::int64_t> recycling_;  ///< the one recycled first in front
};

}  // namespace pagedradix::detail
