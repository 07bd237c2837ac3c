// CacheCaller: one thread that uses a PrefixCache as an engine does, beside others.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "attempt.hpp"
#include "pagedradix/prefix_cache.hpp"
#include "sequence_helpers.hpp"
#include "test_seed.hpp"

namespace pagedradix::test {

/// Prompts of a few families, which go on as no other does, so that reuse and forks are common.
inline SequenceTokens RandomFamilyPrompt(TestRandom& random) {
  SequenceTokens prompt(random.Between(1, 30), static_cast<std::int32_t>(random.Below(3)));
  prompt.resize(prompt.size() + random.Below(3), static_cast<std::int32_t>(random.Below(5)));
  return prompt;
}

/// What has become of every id.
struct CacheLedger {
  explicit CacheLedger(std::size_t most_ids) : created(most_ids), removed(most_ids) {}
  std::atomic<std::int64_t> next_id{0};
  std::vector<std::atomic<int>> created;
  std::vector<std::atomic<int>> removed;
};

/// One thread as an engine: requests come, run and end.
class CacheCaller {
 public:
  CacheCaller(PrefixCache cache, CacheLedger& ledger, std::uint64_t seed)
      : cache_(std::move(cache)), ledger_(ledger), random_(seed) {}

  /// Whether the answers were possible ones. A call on a sequence of its own never fails.
  bool Step() {
    switch (random_.Below(8)) {
      case 0:
      case 1:
      case 2:
        return Start();
      case 3:
        Attempt(random_, [&] { cache_->CommitSequenceExtension(); });
        return true;
      case 4:
        // Freeing is what is left to do when memory has run out: it needs none.
        if (random_.OneIn(3) && !Attempt(random_, [&] { cache_->TryFreeMemory(); })) return false;
        return cache_->Mode() == PrefixCacheMode::kRadix;
      case 5:
        return running_.empty() || Decode();
      default:
        return running_.empty() || Finish();
    }
  }

  void FinishAll() {
    while (!running_.empty()) Finish();
  }

 private:
  struct Running {
    std::int64_t id;
    std::size_t length;
  };

  bool Start() {
    const std::int64_t id = ledger_.next_id.fetch_add(1);
    const SequenceTokens prompt = RandomFamilyPrompt(random_);
    const int window = random_.OneIn(4) ? 4 : -1;
    PrefixCacheMatchedResult result;
    if (!Attempt(random_, [&] { result = cache_->InsertSequence(id, prompt, window, 0); })) {
      return !cache_->HasSequence(id);
    }
    if (result.prefilled_offset >= prompt.size()) return false;
    if (result.reused_seq_id != -1 && result.forked_seq_id != -1) return false;
    if (window != -1 && result.forked_seq_id != -1) return false;
    const std::int64_t actual = result.reused_seq_id == -1 ? id : result.reused_seq_id;
    if (actual >= ledger_.next_id.load() || !cache_->HasSequence(actual)) return false;
    if (actual != id && cache_->HasSequence(id)) return false;
    if (actual == id) ledger_.created[static_cast<std::size_t>(id)].fetch_add(1);
    running_.push_back({actual, result.prefilled_offset});
    Extend(running_.back(),
           {prompt.begin() + static_cast<std::ptrdiff_t>(result.prefilled_offset), prompt.end()});
    return true;
  }

  bool Decode() {
    Running& request = running_[random_.Below(running_.size())];
    if (request.length != 0 && random_.OneIn(4)) {
      const std::size_t count = random_.Between(1, request.length);
      if (Attempt(random_, [&] { cache_->RollBackSequence(request.id, count); })) {
        request.length -= count;
      }
    }
    Extend(request, {1});
    return cache_->HasSequence(request.id);
  }

  void Extend(Running& request, const SequenceTokens& tokens) {
    if (Attempt(random_, [&] { cache_->ExtendSequence(request.id, tokens); })) {
      request.length += tokens.size();
    }
  }

  bool Finish() {
    const std::size_t index = random_.Below(running_.size());
    const Running request = running_[index];
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
    if (random_.OneIn(16) && !RefusesAStranger()) return false;
    const bool lazy = !random_.OneIn(4);
    while (!Attempt(random_, [&] { cache_->RecycleSequence(request.id, lazy); })) {
      if (!cache_->HasSequence(request.id)) return false;
    }
    return lazy || !cache_->HasSequence(request.id);
  }

  /// An id that nobody has is refused, and that changes nothing.
  bool RefusesAStranger() {
    try {
      cache_->RecycleSequence(-5);
      return false;
    } catch (const SequenceError&) {
      return true;
    }
  }

  PrefixCache cache_;
  CacheLedger& ledger_;
  TestRandom random_;
  std::vector<Running> running_;
};

}  // namespace pagedradix::test
