// Epochs: who may still be looking at what was unlinked? (R22, R23)
//
// A thread pins the domain while it is inside a tree: it takes a slot and writes the current epoch
// there. The epoch advances only when every taken slot shows it, so what was unlinked in epoch e
// cannot be seen by anybody once the epoch is e + 2.
//
// One domain for each tree, inside it; threads are not registered and nothing runs at their exit.
// Thread safety: all of it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

namespace pagedradix::detail {

class EpochDomain {
 public:
  /// Threads that can be inside at the same time; more wait for their turn.
  static constexpr std::size_t kSlots = 128;
  /// Epochs after which what was unlinked may be freed.
  static constexpr std::uint64_t kGrace = 2;

  std::uint64_t Current() const noexcept { return epoch_.load(std::memory_order_seq_cst); }

  /// Takes a slot and shows the current epoch in it. Returns the slot.
  std::size_t Enter() noexcept {
    std::uint32_t& hint = SlotHint();
    std::uint64_t epoch = Current();
    std::size_t slot = hint;
    for (std::size_t tries = 1;; ++tries) {
      std::uint64_t free_slot = kFree;
      // seq_cst: ordered before this thread's first look at the tree, and before the scan of
      // TryAdvance that does not see it.
      if (slots_[slot].epoch.compare_exchange_strong(free_slot, epoch, std::memory_order_seq_cst)) {
        break;
      }
      slot = (slot + 1) % kSlots;
      if (tries % kSlots == 0) std::this_thread::yield();
      epoch = Current();
    }
    hint = static_cast<std::uint32_t>(slot);
    Show(slot, epoch);
    return slot;
  }

  /// Gives the slot back. Release: what this thread read comes before any freeing.
  void Leave(std::size_t slot) noexcept {
    slots_[slot].epoch.store(kFree, std::memory_order_release);
  }

  /// Raises the epoch by one if every thread inside has seen the current one.
  bool TryAdvance() noexcept {
    std::uint64_t epoch = Current();
    for (const Slot& slot : slots_) {
      const std::uint64_t shown = slot.epoch.load(std::memory_order_seq_cst);
      if (shown != kFree && shown != epoch) return false;
    }
    return epoch_.compare_exchange_strong(epoch, epoch + 1, std::memory_order_seq_cst);
  }

  /// Returns when everybody who is inside now has left. The caller must not be inside.
  void WaitForGrace() noexcept {
    const std::uint64_t target = Current() + kGrace;
    while (Current() < target) {
      if (!TryAdvance()) std::this_thread::yield();
    }
  }

 private:
  static constexpr std::uint64_t kFree = 0;
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> epoch{kFree};
  };

  /// Makes the slot show the newest epoch: an older one is safe but holds everybody up.
  void Show(std::size_t slot, std::uint64_t epoch) noexcept {
    for (std::uint64_t now = Current(); now != epoch; now = Current()) {
      slots_[slot].epoch.store(now, std::memory_order_seq_cst);
      epoch = now;
    }
  }

  /// Where this thread found a free slot last time, in whichever tree. Trivial on purpose (R22).
  static std::uint32_t& SlotHint() noexcept {
    static thread_local std::uint32_t hint = 0;
    return hint;
  }

  alignas(64) std::atomic<std::uint64_t> epoch_{1};
  std::array<Slot, kSlots> slots_{};
};

/// Keeps the calling thread inside a domain for a scope.
class Pin {
 public:
  explicit Pin(EpochDomain& domain) noexcept : domain_(domain), slot_(domain.Enter()) {}
  ~Pin() {
    if (inside_) domain_.Leave(slot_);
  }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

  /// The slot, which is this thread's alone while it is inside.
  std::size_t slot() const noexcept { return slot_; }

  /// Leaves for a while; nothing that was read inside may be used after it.
  void Leave() noexcept {
    domain_.Leave(slot_);
    inside_ = false;
  }
  void Reenter() noexcept {
    slot_ = domain_.Enter();
    inside_ = true;
  }
  /// Leaves and comes back, so that the epoch can go on.
  void Refresh() noexcept {
    Leave();
    Reenter();
  }

 private:
  EpochDomain& domain_;
  std::size_t slot_;
  bool inside_ = true;
};

}  // namespace pagedradix::detail
