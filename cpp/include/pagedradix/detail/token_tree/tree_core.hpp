// What a TokenTree is made of, and the frame of every call into it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <type_traits>

#include "pagedradix/detail/memory/slab_pool.hpp"
#include "pagedradix/detail/shared/page_hash.hpp"
#include "pagedradix/detail/threads/epoch.hpp"
#include "pagedradix/detail/threads/fair_shared_mutex.hpp"
#include "pagedradix/detail/threads/sync_point.hpp"
#include "pagedradix/detail/token_tree/edge.hpp"
#include "pagedradix/detail/token_tree/generation.hpp"
#include "pagedradix/token_tree_types.hpp"

namespace pagedradix::detail {

class TreeCore {
 public:
  explicit TreeCore(const TokenTreeOptions& tree_options)
      : options(tree_options),
        chunk_tokens(ChunkTokens(tree_options.page_size)),
        hasher(tree_options.page_size, tree_options.hash_seed) {
    current_.store(Construct(0), std::memory_order_seq_cst);
  }
  ~TreeCore() { current_.load(std::memory_order_seq_cst)->~Generation(); }
  TreeCore(const TreeCore&) = delete;
  TreeCore& operator=(const TreeCore&) = delete;

  /// The generation that calls work on from now on. Under a pin it stays until the pin goes.
  Generation& Current() const noexcept { return *current_.load(std::memory_order_seq_cst); }

  /// Starts an empty generation and drops the old one; see R24. Never fails.
  void Clear() noexcept {
    const std::unique_lock<FairSharedMutex> maintenance_guard(maintenance);
    Generation* const old = current_.load(std::memory_order_relaxed);
    current_.store(Construct(old->number + 1), std::memory_order_seq_cst);
    Reach(SyncPoint::kGenerationReplaced);
    epochs.WaitForGrace();
    old->~Generation();
  }

  const TokenTreeOptions options;
  const std::size_t chunk_tokens;
  const PageHasher hasher;
  EpochDomain epochs;
  SlabPool pool;
  FairSharedMutex maintenance;  ///< L6

 private:
  // Two places for generations, used in turn, so that Clear needs no memory.
  Generation* Construct(std::uint64_t number) noexcept {
    return new (&storage_[number % 2]) Generation(number, pool, epochs, options.policy);
  }

  std::array<std::aligned_storage_t<sizeof(Generation), alignof(Generation)>, 2> storage_;
  std::atomic<Generation*> current_{nullptr};
};

/// One call's stay inside a tree: a pin, the generation, and the counters' slot.
class Visit {
 public:
  explicit Visit(TreeCore& core) noexcept
      : core_(core), pin_(core.epochs), generation_(&core.Current()) {}
  /// Whoever retires something also reclaims a little (R23).
  ~Visit() {
    if (retired_) generation_->limbo.Collect(generation_->heap, kReclaimBatch);
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  TreeCore& core() const noexcept { return core_; }
  Generation& generation() const noexcept { return *generation_; }
  SlabHeap& heap() const noexcept { return generation_->heap; }
  Limbo& limbo() const noexcept { return generation_->limbo; }
  const PageHasher& hasher() const noexcept { return core_.hasher; }
  const PageGeometry& pages() const noexcept { return core_.hasher.pages(); }
  std::size_t page_size() const noexcept { return core_.options.page_size; }
  EvictionPolicy policy() const noexcept { return core_.options.policy; }

  void Count(Counter counter, std::uint64_t amount = 1) noexcept {
    generation_->counters.Add(pin_.slot(), counter, amount);
  }
  std::uint64_t NextBirth() noexcept { return generation_->counters.NextBirth(pin_.slot()); }

  /// Says that this call retired something, or left something to wait for the epoch.
  void NoteRetired() noexcept { retired_ = true; }

  /// Leaves the tree for a while. Nothing read before it may be used after it, except the number of
  /// the generation, which tells whether it is still the same tree.
  void Leave() noexcept { pin_.Leave(); }
  void Reenter() noexcept {
    pin_.Reenter();
    generation_ = &core_.Current();
  }
  /// Reclaims what has waited long enough and lets the epoch go on. For calls that hold L6, which
  /// keeps their generation.
  void Refresh() noexcept {
    generation_->limbo.Collect(generation_->heap, kReclaimBatch);
    pin_.Refresh();
  }
  /// Reclaims what is waiting, as far as other threads inside allow it. As Refresh.
  void Settle() noexcept {
    const Limbo& waiting = generation_->limbo;
    std::size_t rounds = waiting.size() / kReclaimBatch + EpochDomain::kGrace + 1;
    for (; rounds != 0 && waiting.size() != 0; --rounds) Refresh();
  }

 private:
  static constexpr std::size_t kReclaimBatch = 128;

  TreeCore& core_;
  Pin pin_;
  Generation* generation_;
  bool retired_ = false;
};

}  // namespace pagedradix::detail
