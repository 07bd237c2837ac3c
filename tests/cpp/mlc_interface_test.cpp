// Code as an engine has it that was written against MLC-LLM's radix_tree.h and prefix_cache.h, with
// another namespace: it compiles, and every method does there what it is called for.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/paged_radix_tree.hpp"
#include "pagedradix/prefix_cache.hpp"

namespace mlc_engine {
namespace {

using namespace pagedradix;  // NOLINT(google-build-using-namespace): as engines have it

/// What an engine does with a request's prompt, its KV cache being a map.
struct Engine {
  explicit Engine(PrefixCache cache) : prefix_cache(std::move(cache)) {}

  /// Returns the id under which the request runs, and counts the tokens that were prefilled.
  int64_t Prefill(int64_t seq_id, std::vector<int32_t> tokens) {
    PrefixCacheMatchedResult result =
        prefix_cache->InsertSequence(seq_id, tokens, sliding_window_size, attention_sink_size);
    if (result.forked_seq_id != -1) {
      kv[seq_id] = kv.at(result.forked_seq_id);
      kv[seq_id].resize(result.prefilled_offset);
    } else if (result.reused_seq_id != -1) {
      seq_id = result.reused_seq_id;
      kv[seq_id].resize(kv[seq_id].size() - result.reused_seq_pop_last_tokens);
    } else {
      kv[seq_id] = {};
    }
    std::vector<int32_t> rest(tokens.begin() + static_cast<std::ptrdiff_t>(result.prefilled_offset),
                              tokens.end());
    prefilled += rest.size();
    Append(seq_id, rest);
    return seq_id;
  }

  void Append(int64_t seq_id, const std::vector<int32_t>& tokens) {
    prefix_cache->ExtendSequence(seq_id, tokens);
    kv[seq_id].insert(kv[seq_id].end(), tokens.begin(), tokens.end());
  }

  /// Speculative decoding: tokens that were not accepted.
  void Reject(int64_t seq_id, size_t num_tokens) {
    prefix_cache->CommitSequenceExtention();
    prefix_cache->RollBackSequence(seq_id, num_tokens);
    kv[seq_id].resize(kv[seq_id].size() - num_tokens);
  }

  void Finish(int64_t seq_id) { prefix_cache->RecycleSequence(seq_id); }
  void Abort(int64_t seq_id) { prefix_cache->RecycleSequence(seq_id, /*lazy=*/false); }
  void RemoveKv(int64_t seq_id) { kv.erase(seq_id); }

  PrefixCache prefix_cache;
  std::map<int64_t, std::vector<int32_t>> kv;
  size_t prefilled = 0;
  int sliding_window_size = -1;
  int attention_sink_size = 0;
};

TEST(MlcInterface, ThePagedRadixTreeHasEveryMethod) {
  PagedRadixTree tree = PagedRadixTree::Create();
  tree->AddSequence(0);
  tree->ExtendSequence(0, {1, 2, 3, 4});
  std::vector<int32_t> tokens{5, 6};
  tree->ExtendSequence(0, tokens);
  tree->ForkSequence(/*seq_id=*/1, /*parent_seq_id=*/0, /*forked_offset=*/3);
  tree->ExtendSequence(1, {7});
  EXPECT_TRUE(tree->HasSequence(1));
  size_t length = tree->GetSequenceLength(0);
  EXPECT_EQ(length, 6u);
  tree->RollBackSequence(0, 2);

  auto [matched_offset, matched_seqs] = tree->MatchPrefix({1, 2, 3, 9});
  EXPECT_EQ(matched_offset, 3u);
  std::sort(matched_seqs.begin(), matched_seqs.end());
  EXPECT_EQ(matched_seqs, (std::vector<int64_t>{0, 1}));
  std::pair<size_t, std::vector<int64_t>> match = tree->MatchPrefix(tokens);
  EXPECT_EQ(match.first, 0u);

  IntTuple sequence = tree->GetSequence(1);
  ASSERT_EQ(sequence.size(), 4u);
  std::vector<int64_t> copy(sequence.begin(), sequence.end());
  for (size_t i = 0; i < sequence.size(); ++i) EXPECT_EQ(sequence[i], sequence.data()[i]);
  EXPECT_EQ(copy, (std::vector<int64_t>{1, 2, 3, 7}));

  tree->RemoveSequence(1);
  size_t free_capacity = tree->FreeCapacity();
  EXPECT_EQ(free_capacity, 4096u - 64u);
  tree->Reset();
  EXPECT_EQ(tree->FreeCapacity(), 4096u);
}

TEST(MlcInterface, AnIntTupleIsMadeAndReadAsTvms) {
  static_assert(std::is_same_v<decltype(*IntTuple().begin()), const int64_t&>);
  const IntTuple listed{1, -2, int64_t{1} << 40};
  const std::vector<int64_t> values = {1, -2, int64_t{1} << 40};
  const IntTuple copied(values.begin(), values.end());
  EXPECT_EQ(listed, copied);
  EXPECT_EQ(listed, IntTuple(values));
  EXPECT_NE(listed, (IntTuple{1, -2}));
  EXPECT_EQ(listed.size(), 3u);
  EXPECT_EQ(listed[2], int64_t{1} << 40);
  EXPECT_EQ(std::distance(listed.begin(), listed.end()), 3);
  EXPECT_FALSE(listed.empty());
  EXPECT_TRUE(IntTuple().empty());
  IntTuple assigned;
  assigned = listed;
  EXPECT_EQ(assigned, listed);
}

TEST(MlcInterface, ThePrefixCacheServesAnEngine) {
  std::vector<int64_t> removed;
  std::unique_ptr<Engine> engine;
  PrefixCacheRemoveCallback remove_callback = [&](int64_t seq_id) {
    removed.push_back(seq_id);
    engine->RemoveKv(seq_id);
  };
  engine = std::make_unique<Engine>(PrefixCache::CreateRadixPrefixCache(2, remove_callback));
  EXPECT_EQ(engine->prefix_cache->Mode(), PrefixCacheMode::kRadix);

  std::vector<int32_t> system(100, 1);
  std::vector<int32_t> hello = system;
  hello.insert(hello.end(), {2, 3, 4});
  EXPECT_EQ(engine->Prefill(0, hello), 0);
  EXPECT_EQ(engine->prefilled, 103u);
  engine->Append(0, {5, 6, 7});
  engine->Reject(0, 2);

  std::vector<int32_t> goodbye = system;
  goodbye.insert(goodbye.end(), {8, 9});
  EXPECT_EQ(engine->Prefill(1, goodbye), 1);
  EXPECT_EQ(engine->prefilled, 103u + 2u) << "forked after the system prompt";
  EXPECT_EQ(engine->kv.at(1), goodbye);

  engine->Finish(0);
  std::vector<int32_t> next_turn = engine->kv.at(0);
  next_turn.insert(next_turn.end(), {10, 11});
  EXPECT_EQ(engine->Prefill(2, next_turn), 0) << "goes on with the finished sequence";
  EXPECT_EQ(engine->prefilled, 103u + 2u + 2u);
  EXPECT_EQ(engine->kv.at(0), next_turn);
  EXPECT_FALSE(engine->prefix_cache->HasSequence(2));

  engine->Abort(1);
  EXPECT_EQ(removed, std::vector<int64_t>{1});
  engine->Finish(0);
  EXPECT_TRUE(engine->prefix_cache->TryFreeMemory());
  EXPECT_EQ(removed, (std::vector<int64_t>{1, 0}));
  EXPECT_TRUE(engine->kv.empty());
  engine->prefix_cache->Reset();
}

TEST(MlcInterface, ThePrefixCacheTakesWindowsAndDefaults) {
  PrefixCache prefix_cache = PrefixCache::CreateRadixPrefixCache(size_t{16});
  PrefixCacheMatchedResult result = prefix_cache->InsertSequence(0, {1, 2, 3}, 1024, 4);
  EXPECT_EQ(result.prefilled_offset, 0u);
  EXPECT_EQ(result.forked_seq_id, -1);
  EXPECT_EQ(result.reused_seq_id, -1);
  EXPECT_EQ(result.reused_seq_pop_last_tokens, 0u);
  prefix_cache->ExtendSequence(0, {1, 2, 3});
  auto [offset, forked, reused, popped] = prefix_cache->InsertSequence(1, {1, 2, 3, 4});
  EXPECT_EQ(offset, 0u) << "a sequence with a window is not forked";
  EXPECT_EQ(forked, -1);
  EXPECT_EQ(reused, -1);
  EXPECT_EQ(popped, 0u);
}

TEST(MlcInterface, ThereIsACacheThatDoesNothing) {
  Engine engine(PrefixCache::CreateNoPrefixCache());
  EXPECT_EQ(engine.prefix_cache->Mode(), PrefixCacheMode::kDisable);
  EXPECT_EQ(static_cast<int>(PrefixCacheMode::kDisable), 0);
  EXPECT_EQ(static_cast<int>(PrefixCacheMode::kRadix), 1);
  EXPECT_EQ(engine.Prefill(0, {1, 2, 3}), 0);
  EXPECT_EQ(engine.Prefill(1, {1, 2, 3}), 1);
  EXPECT_EQ(engine.prefilled, 6u);
  EXPECT_FALSE(engine.prefix_cache->HasSequence(0));
  EXPECT_FALSE(engine.prefix_cache->TryFreeMemory());
}

TEST(MlcInterface, OwnImplementationsMayTakeThePlaceOfOurs) {
  // An engine's test double; the handle takes any object of the interface.
  class OnlyNew : public PrefixCacheObj {
   public:
    using PrefixCacheObj::PrefixCacheObj;
    PrefixCacheMatchedResult InsertSequence(int64_t /*seq_id*/, std::vector<int32_t> /*tokens*/,
                                            int /*sliding_window_size*/,
                                            int /*attention_sink_size*/) final {
      return PrefixCacheMatchedResult{0, -1, -1, 0};
    }
    void ExtendSequence(int64_t /*seq_id*/, const std::vector<int32_t>& /*tokens*/) final {}
    void CommitSequenceExtension() final { ++commits; }
    void RollBackSequence(int64_t /*seq_id*/, size_t /*num_tokens*/) final {}
    void RecycleSequence(int64_t /*seq_id*/, bool /*lazy*/) final {}
    bool TryFreeMemory() final { return false; }
    bool HasSequence(int64_t /*seq_id*/) final { return false; }
    void Reset() final {}
    PrefixCacheMode Mode() final { return PrefixCacheMode::kDisable; }
    int commits = 0;
  };
  auto object = std::make_shared<OnlyNew>();
  PrefixCache prefix_cache{object};
  ObjectRef<PrefixCacheObj> base;
  base = prefix_cache;
  EXPECT_TRUE(base.defined());
  EXPECT_EQ(prefix_cache.get(), object.get());
  prefix_cache->CommitSequenceExtention();
  (*prefix_cache).CommitSequenceExtension();
  EXPECT_EQ(object->commits, 2);
}

}  // namespace
}  // namespace mlc_engine
