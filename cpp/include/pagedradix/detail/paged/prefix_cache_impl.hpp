// PrefixCache's two kinds, put together.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "pagedradix/detail/paged/no_prefix_cache.hpp"
#include "pagedradix/detail/paged/radix_prefix_cache.hpp"
#include "pagedradix/prefix_cache.hpp"

namespace pagedradix {

inline PrefixCache PrefixCache::CreateRadixPrefixCache(std::int64_t max_recycling_seqs,
                                                       PrefixCacheRemoveCallback remove_callback,
                                                       const PagedRadixTreeOptions& tree_options) {
  return PrefixCache(std::make_shared<detail::RadixPrefixCache>(
      max_recycling_seqs, std::move(remove_callback), tree_options));
}

inline PrefixCache PrefixCache::CreateNoPrefixCache() {
  return PrefixCache(std::make_shared<detail::NoPrefixCache>());
}

}  // namespace pagedradix
