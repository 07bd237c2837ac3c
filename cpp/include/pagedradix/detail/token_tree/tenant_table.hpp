// The known tenants of a generation: by name and by number.
//
// Looking up takes no lock: names are in an open-addressing table of pointers that is replaced when
// it is full, numbers in segments that double. Adding and unmapping names takes the tenant lock
// (L7). A removed tenant's number is used again only when nobody can meet the old one any more
// (R18).
//
// Thread safety: Find, ById and ForEachKnown any time under a pin; the rest locks.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <new>
#include <string_view>
#include <thread>
#include <vector>

#include "pagedradix/detail/memory/fault_injection.hpp"
#include "pagedradix/detail/memory/slab_heap.hpp"
#include "pagedradix/detail/threads/limbo.hpp"
#include "pagedradix/detail/token_tree/retired_kinds.hpp"
#include "pagedradix/detail/token_tree/tenant.hpp"

namespace pagedradix::detail {

class TenantTable {
 public:
  TenantTable(SlabHeap& heap, Limbo& limbo, EvictionPolicy policy) noexcept
      : heap_(heap), limbo_(limbo), policy_(policy) {}

  /// What is the heap's goes with it; a tenant's name may not be.
  ~TenantTable() {
    ForEachNumber([](Tenant* tenant) { tenant->~Tenant(); });
  }
  TenantTable(const TenantTable&) = delete;
  TenantTable& operator=(const TenantTable&) = delete;

  /// The tenant of that name, or null.
  Tenant* Find(std::string_view name) const noexcept { return FindHashed(name, HashOf(name)); }

  /// The tenant of that name; makes one if there is none. Strong guarantee.
  Tenant& FindOrAdd(std::string_view name) {
    const std::uint64_t hash = HashOf(name);
    if (Tenant* const tenant = FindHashed(name, hash)) return *tenant;
    const std::lock_guard<std::mutex> guard(mutex_);
    if (Tenant* const tenant = FindHashed(name, hash)) return *tenant;
    MakeRoomLocked();
    const TenantId id = NextNumberLocked();
    Tenant* const tenant = NewTenant(id, name, hash);
    if (!free_numbers_.empty()) {
      free_numbers_.pop_back();
    } else {
      ++numbers_;
    }
    NumberSlot(id).store(tenant, std::memory_order_seq_cst);
    AddLocked(*names_.load(std::memory_order_relaxed), *tenant);
    return *tenant;
  }

  /// The tenant of that number, or null.
  Tenant* ById(TenantId id) const noexcept {
    return NumberSlot(id).load(std::memory_order_seq_cst);
  }

  /// Looks a tenant up and keeps it from being retired until DropUser.
  Tenant* FindAndUse(std::string_view name) {
    const std::lock_guard<std::mutex> guard(mutex_);
    Tenant* const tenant = FindHashed(name, HashOf(name));
    if (tenant != nullptr) tenant->users.fetch_add(1, std::memory_order_relaxed);
    return tenant;
  }
  static void DropUser(Tenant& tenant) noexcept {
    tenant.users.fetch_sub(1, std::memory_order_release);  // pairs with the acquire in Retire
  }

  /// The sum of `visit(tenant)` over the known tenants, each kept from being retired during its
  /// visit.
  template <typename Visitor>
  std::size_t ForEachUsed(Visitor visit) {
    std::size_t sum = 0;
    for (TenantId id = 1; Tenant* const tenant = UseFrom(id); ++id) {
      sum += visit(*tenant);
      DropUser(*tenant);
    }
    return sum;
  }

  /// Takes the name out and leaves the caller as a user of the tenant; null if it is unknown (R20).
  Tenant* Unmap(std::string_view name) {
    const std::uint64_t hash = HashOf(name);
    const std::lock_guard<std::mutex> guard(mutex_);
    Tenant* const tenant = FindHashed(name, hash);
    if (tenant == nullptr || !tenant->known.load(std::memory_order_relaxed)) return nullptr;
    // Before another tenant can get the name.
    tenant->root_word.fetch_or(Tenant::kRootSealed, std::memory_order_seq_cst);
    std::atomic<Tenant*>& slot = *SlotOf(*names_.load(std::memory_order_relaxed), *tenant);
    slot.store(Removed(), std::memory_order_seq_cst);
    --mapped_;
    tenant->mapped = false;
    tenant->users.fetch_add(1, std::memory_order_relaxed);
    return tenant;
  }

  /// Ends an unmapped tenant that owns nothing any more; the caller is its last user.
  void Retire(Tenant& tenant) noexcept {
    while (tenant.users.load(std::memory_order_acquire) != 1) std::this_thread::yield();
    limbo_.Retire(&tenant, RetiredKind::kTenant);
  }

  /// Frees a retired tenant; its number may be given again.
  static void Reclaim(Tenant& tenant) noexcept {
    TenantTable& table = tenant.table;
    const std::lock_guard<std::mutex> guard(table.mutex_);
    table.NumberSlot(tenant.id).store(nullptr, std::memory_order_seq_cst);
    table.free_numbers_.push_back(tenant.id);
    tenant.~Tenant();
    table.heap_.Free(&tenant, sizeof(Tenant));
  }
  /// Frees a table of names that was replaced.
  static void ReclaimNames(SlabHeap& heap, Retired& names) noexcept {
    heap.Free(&names, Names::Bytes(static_cast<Names&>(names).capacity));
  }

  /// Calls `visit(tenant)` for each mapped tenant whose first insert is done.
  template <typename Visitor>
  void ForEachKnown(Visitor visit) const {
    Names* const names = names_.load(std::memory_order_seq_cst);
    if (names == nullptr) return;
    for (std::size_t i = 0; i < names->capacity; ++i) {
      Tenant* const tenant = names->slots()[i].load(std::memory_order_seq_cst);
      if (tenant == nullptr || tenant == Removed()) continue;
      if (tenant->known.load(std::memory_order_acquire) && !visit(*tenant)) return;
    }
  }

 private:
  struct Names : Retired {
    std::size_t capacity = 0;  ///< a power of two
    std::size_t used = 0;      ///< slots that are not null; needs the tenant lock

    std::atomic<Tenant*>* slots() noexcept {
      return reinterpret_cast<std::atomic<Tenant*>*>(this + 1);
    }

    static std::size_t Bytes(std::size_t capacity) noexcept {
      return sizeof(Names) + capacity * sizeof(std::atomic<Tenant*>);
    }
    static Names* New(SlabHeap& heap, std::size_t capacity) {
      auto* const names = new (heap.Allocate(Bytes(capacity))) Names;
      names->capacity = capacity;
      for (std::size_t i = 0; i < capacity; ++i) new (&names->slots()[i]) std::atomic<Tenant*>();
      return names;
    }
  };

  static constexpr std::size_t kFirstSegment = 16;

  static Tenant* Removed() noexcept { return reinterpret_cast<Tenant*>(std::uintptr_t{1}); }

  std::uint64_t HashOf(std::string_view name) const noexcept {
    return std::hash<std::string_view>()(name);
  }

  Tenant* FindHashed(std::string_view name, std::uint64_t hash) const noexcept {
    Names* const names = names_.load(std::memory_order_seq_cst);
    if (names == nullptr) return nullptr;
    const std::size_t mask = names->capacity - 1;
    for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
      Tenant* const tenant = names->slots()[i].load(std::memory_order_seq_cst);
      if (tenant == nullptr) return nullptr;
      if (tenant != Removed() && tenant->hash == hash && tenant->name == name) return tenant;
    }
  }

  static std::atomic<Tenant*>* SlotOf(Names& names, const Tenant& tenant) noexcept {
    const std::size_t mask = names.capacity - 1;
    std::size_t i = tenant.hash & mask;
    while (names.slots()[i].load(std::memory_order_relaxed) != &tenant) i = (i + 1) & mask;
    return &names.slots()[i];
  }

  void AddLocked(Names& names, Tenant& tenant) noexcept {
    const std::size_t mask = names.capacity - 1;
    std::size_t i = tenant.hash & mask;
    while (names.slots()[i].load(std::memory_order_relaxed) != nullptr) i = (i + 1) & mask;
    names.slots()[i].store(&tenant, std::memory_order_seq_cst);
    ++names.used;
    ++mapped_;
  }

  // The next known tenant from a number on, as its user; `id` becomes its number. Null at the end.
  Tenant* UseFrom(TenantId& id) {
    const std::lock_guard<std::mutex> guard(mutex_);
    for (; id <= numbers_; ++id) {
      Tenant* const tenant = ById(id);
      if (tenant == nullptr || !tenant->mapped) continue;
      if (!tenant->known.load(std::memory_order_acquire)) continue;
      tenant->users.fetch_add(1, std::memory_order_relaxed);
      return tenant;
    }
    return nullptr;
  }

  // Keeps at least half of the slots free, tombstones counted as used.
  void MakeRoomLocked() {
    Names* const full = names_.load(std::memory_order_relaxed);
    if (full != nullptr && (full->used + 1) * 2 <= full->capacity) return;
    std::size_t capacity = kFirstSegment;
    while (capacity < (mapped_ + 1) * 4) capacity *= 2;
    Names* const names = Names::New(heap_, capacity);
    mapped_ = 0;
    if (full != nullptr) {
      for (std::size_t i = 0; i < full->capacity; ++i) {
        Tenant* const tenant = full->slots()[i].load(std::memory_order_relaxed);
        if (tenant != nullptr && tenant != Removed()) AddLocked(*names, *tenant);
      }
    }
    names_.store(names, std::memory_order_seq_cst);
    if (full != nullptr) limbo_.Retire(full, RetiredKind::kTenantNames);
  }

  // The number that the next tenant gets; its slot exists when this returns.
  TenantId NextNumberLocked() {
    if (!free_numbers_.empty()) return free_numbers_.back();
    const TenantId id = numbers_ + 1;
    const std::size_t segment = SegmentOf(id);
    if (segments_[segment].load(std::memory_order_relaxed) == nullptr) {
      // So that giving a number back never needs memory.
      MaybeFailAllocation();
      free_numbers_.reserve(SegmentStart(segment) + (kFirstSegment << segment));
      segments_[segment].store(NewSegment(kFirstSegment << segment), std::memory_order_seq_cst);
    }
    return id;
  }

  std::atomic<Tenant*>* NewSegment(std::size_t entries) {
    using Entry = std::atomic<Tenant*>;
    auto* const segment = static_cast<Entry*>(heap_.Allocate(entries * sizeof(Entry)));
    for (std::size_t i = 0; i < entries; ++i) new (&segment[i]) Entry();
    return segment;
  }

  Tenant* NewTenant(TenantId id, std::string_view name, std::uint64_t hash) {
    void* const memory = heap_.Allocate(sizeof(Tenant));
    try {
      return new (memory) Tenant(*this, id, name, hash, heap_, policy_);
    } catch (...) {
      heap_.Free(memory, sizeof(Tenant));
      throw;
    }
  }

  // Number n (from 1) is entry n - 1; segment k holds kFirstSegment << k entries.
  static std::size_t SegmentOf(TenantId id) noexcept {
    std::size_t segment = 0;
    while ((id - 1) / kFirstSegment + 1 >= (std::size_t{2} << segment)) ++segment;
    return segment;
  }
  static std::size_t SegmentStart(std::size_t segment) noexcept {
    return (kFirstSegment << segment) - kFirstSegment;
  }
  std::atomic<Tenant*>& NumberSlot(TenantId id) const noexcept {
    const std::size_t segment = SegmentOf(id);
    return segments_[segment].load(std::memory_order_seq_cst)[id - 1 - SegmentStart(segment)];
  }

  template <typename Visitor>
  void ForEachNumber(Visitor visit) {
    for (TenantId id = 1; id <= numbers_; ++id) {
      if (Tenant* const tenant = ById(id)) visit(tenant);
    }
  }

  SlabHeap& heap_;
  Limbo& limbo_;
  const EvictionPolicy policy_;
  std::mutex mutex_;  ///< L7
  std::atomic<Names*> names_{nullptr};
  std::array<std::atomic<std::atomic<Tenant*>*>, 29> segments_{};
  std::size_t mapped_ = 0;              ///< L7
  TenantId numbers_ = 0;                ///< numbers given out so far; L7
  std::vector<TenantId> free_numbers_;  ///< L7
};

}  // namespace pagedradix::detail
