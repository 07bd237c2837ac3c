// The PrefixCache that never holds anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pagedradix/detail/paged/prompt_arguments.hpp"
#include "pagedradix/errors.hpp"
#include "pagedradix/prefix_cache.hpp"

namespace pagedradix::detail {

class NoPrefixCache final : public PrefixCacheObj {
 public:
  PrefixCacheMatchedResult InsertSequence(std::int64_t seq_id, std::vector<std::int32_t> tokens,
                                          int sliding_window_size,
                                          int attention_sink_size) override {
    CheckedPrompt(seq_id, tokens, sliding_window_size, attention_sink_size);
    return {};
  }
  void ExtendSequence(std::int64_t, const std::vector<std::int32_t>&) override {}
  void CommitSequenceExtension() override {}
  void RollBackSequence(std::int64_t seq_id, std::size_t) override { ThrowUnknown(seq_id); }
  void RecycleSequence(std::int64_t seq_id, bool) override { ThrowUnknown(seq_id); }
  bool TryFreeMemory() override { return false; }
  bool HasSequence(std::int64_t) override { return false; }
  void Reset() override {}
  PrefixCacheMode Mode() override { return PrefixCacheMode::kDisable; }

 private:
  [[noreturn]] static void ThrowUnknown(std::int64_t seq_id) {
    throw SequenceError("sequence " + std::to_string(seq_id) +
                        " does not exist: the prefix cache is disabled");
  }
};

}  // namespace pagedradix::detail

namespace pagedradix {

inline PrefixCache PrefixCache::CreateNoPrefixCache() {
  return PrefixCache(std::make_shared<detail::NoPrefixCache>());
}

}  // namespace pagedradix
