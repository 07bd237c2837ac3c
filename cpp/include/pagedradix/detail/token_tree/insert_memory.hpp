// What an insert allocates, before it changes anything (R14).
//
// An insert first walks, then takes all memory that it will need, then changes the tree step by
// step; so it fails for lack of memory with the tree as it was. Where another thread has changed
// the place meanwhile, what does not fit any more is freed and taken anew.
//
// Thread safety: belongs to one call; the caller is pinned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#include "pagedradix/detail/threads/sync_point.hpp"
#include "pagedradix/detail/token_tree/child_table.hpp"
#include "pagedradix/detail/token_tree/edge.hpp"
#include "pagedradix/detail/token_tree/generation.hpp"
#include "pagedradix/detail/token_tree/node.hpp"
#include "pagedradix/detail/token_tree/retired_kinds.hpp"
#include "pagedradix/detail/token_tree/tree_core.hpp"
#include "pagedradix/token_span.hpp"

namespace pagedradix::detail {

/// A new leaf that holds the prompt from a depth on, with a copy of its tokens.
class LeafMemory {
 public:
  explicit LeafMemory(Visit& visit) noexcept : visit_(visit) {}
  ~LeafMemory() { Discard(); }
  LeafMemory(const LeafMemory&) = delete;
  LeafMemory& operator=(const LeafMemory&) = delete;

  /// Has a leaf for tokens[from ..] ready, or none if nothing is left there.
  void Prepare(TokenSpan tokens, Depth from) {
    if (leaf_ != nullptr && leaf_->LoadEdge()->start_depth == from) return;
    Discard();
    if (from == tokens.size()) return;
    SlabHeap& heap = visit_.heap();
    Edge* const edge =
        NewEdge(heap, tokens.data() + from, tokens.size() - from, from, visit_.core().chunk_tokens);
    try {
      leaf_ = new (heap.Allocate(sizeof(Node))) Node;
    } catch (...) {
      FreeEdge(heap, edge, tokens.size() - from);
      throw;
    }
    leaf_->edge.store(edge, std::memory_order_relaxed);
    leaf_->end_depth = static_cast<Depth>(tokens.size());
    leaf_->birth = visit_.NextBirth();
    length_ = tokens.size() - from;
    Reach(SyncPoint::kLeafCopied);
    hash_ = visit_.hasher()(edge->head());  // R8: the copy is hashed
  }

  Node* get() const noexcept { return leaf_; }
  std::uint64_t hash() const noexcept { return hash_; }
  /// Tokens of the leaf as it was made; once it is published, others may split it.
  std::size_t length() const noexcept { return length_; }

  /// The leaf is the tree's now.
  void Release() noexcept { leaf_ = nullptr; }

  /// Frees the leaf: its tokens, copied from a buffer that is changing, do not go here.
  void Discard() noexcept {
    if (leaf_ != nullptr) FreeNode(visit_.heap(), leaf_);
    leaf_ = nullptr;
  }

 private:
  Visit& visit_;
  Node* leaf_ = nullptr;
  std::size_t length_ = 0;
  std::uint64_t hash_ = 0;
};

/// The upper node of a split, the two edges, and the record for what the cut leaves over.
class SplitMemory {
 public:
  explicit SplitMemory(Visit& visit) noexcept : visit_(visit) {}
  ~SplitMemory() { Discard(); }
  SplitMemory(const SplitMemory&) = delete;
  SplitMemory& operator=(const SplitMemory&) = delete;

  /// Has all ready to split `lower`, as it is now, at `depth`; the leaf, if there is one, becomes
  /// the upper node's second child. False if there is nothing to split there any more.
  bool Prepare(Node& lower, Depth depth, LeafMemory& leaf) {
    Discard();
    SlabHeap& heap = visit_.heap();
    Edge* const edge = lower.LoadEdge();
    if (edge->start_depth >= depth) return false;
    cut_edge_ = edge;
    cut_ = CutEdge(heap, edge, depth - edge->start_depth, lower.end_depth - edge->start_depth,
                   visit_.core().chunk_tokens);
    have_cut_ = true;
    if (leaf.get() != nullptr && BeginsAlike(*cut_.lower, *leaf.get()->LoadEdge())) {
      leaf.Discard();  // I3: the copy says other than what the walk has read
      return false;
    }
    if (cut_.unused != nullptr) {
      leftover_ = new (heap.Allocate(sizeof(RetiredBlock))) RetiredBlock;
      leftover_->block = cut_.unused;
      leftover_->bytes = cut_.unused_bytes;
    }
    upper_ = new (heap.Allocate(sizeof(Node))) Node;
    upper_->edge.store(cut_.upper, std::memory_order_relaxed);
    upper_->end_depth = depth;
    upper_->creation = lower.creation;
    upper_->birth = visit_.NextBirth();
    upper_->owners.ReserveUnpublished(heap, lower.owner_count.load(std::memory_order_seq_cst) + 1);
    if (leaf.get() == nullptr) {
      upper_->SetChildren(ChildWord::Of(&lower));
    } else {
      table_ = ChildTable::New(heap, 2);
      table_->AddLocked(visit_.hasher()(cut_.lower->head()), &lower);
      table_->AddLocked(leaf.hash(), leaf.get());
      upper_->SetChildren(ChildWord::Of(table_));
    }
    return true;
  }

  Node* upper() const noexcept { return upper_; }
  /// The edge that was cut: the split holds only while the lower node still has it.
  Edge* cut_edge() const noexcept { return cut_edge_; }
  Edge* lower_edge() const noexcept { return cut_.lower; }

  /// All is the tree's now; retires what the cut left over.
  void Release() noexcept {
    if (leftover_ != nullptr) visit_.limbo().Retire(leftover_, RetiredKind::kBlock);
    Forget();
  }

 private:
  bool BeginsAlike(const Edge& a, const Edge& b) const noexcept {
    return std::memcmp(a.head(), b.head(), visit_.page_size() * sizeof(Token)) == 0;
  }

  void Discard() noexcept {
    SlabHeap& heap = visit_.heap();
    if (table_ != nullptr) ChildTable::Free(heap, table_);
    if (upper_ != nullptr) {
      upper_->owners.Free(heap);
      heap.Free(upper_, sizeof(Node));
    }
    if (leftover_ != nullptr) heap.Free(leftover_, sizeof(RetiredBlock));
    if (have_cut_) DiscardCut(heap, cut_);
    Forget();
  }
  void Forget() noexcept {
    table_ = nullptr;
    upper_ = nullptr;
    leftover_ = nullptr;
    have_cut_ = false;
  }

  Visit& visit_;
  Edge* cut_edge_ = nullptr;
  EdgeCut cut_;
  bool have_cut_ = false;
  RetiredBlock* leftover_ = nullptr;
  Node* upper_ = nullptr;
  ChildTable* table_ = nullptr;
};

/// Owner blocks for nodes that may be out of free places.
class SpareBlocks {
 public:
  explicit SpareBlocks(Visit& visit) noexcept : visit_(visit) {}
  ~SpareBlocks() {
    while (first_ != nullptr) FreeOwnerBlock(visit_.heap(), Take());
  }
  SpareBlocks(const SpareBlocks&) = delete;
  SpareBlocks& operator=(const SpareBlocks&) = delete;

  void Add(const OwnerList& owners) {
    OwnerBlock* const block = owners.NewBlock(visit_.heap());
    block->next.store(first_, std::memory_order_relaxed);
    first_ = block;
    ++size_;
  }
  /// A block, or null if none is left.
  OwnerBlock* Take() noexcept {
    OwnerBlock* const block = first_;
    if (block == nullptr) return nullptr;
    first_ = block->next.load(std::memory_order_relaxed);
    block->next.store(nullptr, std::memory_order_relaxed);
    --size_;
    return block;
  }
  std::size_t size() const noexcept { return size_; }

 private:
  Visit& visit_;
  OwnerBlock* first_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace pagedradix::detail
