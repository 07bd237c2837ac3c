// A tenant: a name with a number, a token count, and the index of its leaves.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "pagedradix/detail/token_tree/eviction_index.hpp"
#include "pagedradix/detail/token_tree/owner_list.hpp"

namespace pagedradix::detail {

class TenantTable;

struct Tenant : Retired {
  Tenant(TenantTable& owner, TenantId number, std::string_view tenant_name, std::uint64_t name_hash,
         SlabHeap& heap, EvictionPolicy policy)
      : table(owner), id(number), hash(name_hash), name(tenant_name), index(heap, policy, number) {}

  TenantTable& table;
  const TenantId id;
  const std::uint64_t hash;
  const std::string name;

  std::atomic<std::size_t> tokens{0};  ///< I8
  /// What the reference implementation counts beyond `tokens`; only with recount_hits.
  std::atomic<std::size_t> recounted{0};
  /// Its owned children of the root, and whether it is sealed against more (R20).
  std::atomic<std::uint64_t> root_word{0};
  /// Set when its first insert ends (R14); before that nobody lists it.
  std::atomic<bool> known{false};
  bool mapped = true;  ///< whether its name leads here; L7
  /// Evictions that hold a pointer to it without a pin.
  std::atomic<std::uint32_t> users{0};
  EvictionIndex index;
  std::mutex evict_mutex;  ///< L5

  static constexpr std::uint64_t kRootSealed = std::uint64_t{1} << 63;

  std::size_t Counted() const noexcept {
    return tokens.load(std::memory_order_relaxed) + recounted.load(std::memory_order_relaxed);
  }
};

}  // namespace pagedradix::detail
