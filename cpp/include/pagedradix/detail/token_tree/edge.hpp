// The tokens of a node: an immutable run that knows the depth where it starts.
//
//   Edge {start_depth, head tokens...} -> Chunk {tokens...} -> Chunk {tokens...}
//
// The head holds at least the first page, beside the header, so that a look-up needs one cache miss
// for it. Chunks are of bounded size, so a split copies at most one of them: the upper node keeps
// the old edge up to the cut (its own end depth says where it stops reading), the lower gets a new
// head with the rest of the chunk that was cut, and the untouched chunks behind it. A head that
// would be used to less than half by the upper node is copied too. So each node wastes at most
// one chunk, and never more than it uses.
//
// An edge has no length: it ends where its node ends. Each edge belongs to one node; which chunks
// behind the head are the node's follows from the node's end depth.
//
// Thread safety: immutable once published (R1).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#include "pagedradix/detail/memory/slab_heap.hpp"
#include "pagedradix/detail/shared/first_difference.hpp"
#include "pagedradix/token_span.hpp"

namespace pagedradix::detail {

/// A position in a prompt, in tokens from the root.
using Depth = std::uint32_t;

struct TokenChunk {
  TokenChunk* next = nullptr;
  Depth count = 0;  ///< tokens that this chunk has room for, all of them filled

  Token* tokens() noexcept { return reinterpret_cast<Token*>(this + 1); }
  const Token* tokens() const noexcept { return reinterpret_cast<const Token*>(this + 1); }
};

struct Edge {
  TokenChunk* next = nullptr;  ///< what follows the head
  Depth start_depth = 0;
  Depth head_count = 0;

  Token* head() noexcept { return reinterpret_cast<Token*>(this + 1); }
  const Token* head() const noexcept { return reinterpret_cast<const Token*>(this + 1); }
};

/// Tokens that a head or a chunk holds at most: whole pages, about 8 KB, and at least one page.
inline std::size_t ChunkTokens(std::size_t page_size) noexcept {
  static_assert(sizeof(TokenChunk) == sizeof(Edge), "a head holds as much as a chunk");
  constexpr std::size_t kRoom = (SlabHeap::kMaxSmallBytes - sizeof(Edge)) / sizeof(Token);
  return std::max(kRoom / page_size, std::size_t{1}) * page_size;
}

inline std::size_t EdgeBytes(std::size_t head_count) noexcept {
  return sizeof(Edge) + head_count * sizeof(Token);
}
inline std::size_t ChunkBytes(std::size_t count) noexcept {
  return sizeof(TokenChunk) + count * sizeof(Token);
}

/// Frees an edge's head, and nothing behind it.
inline void FreeEdgeHead(SlabHeap& heap, Edge* edge) noexcept {
  heap.Free(edge, EdgeBytes(edge->head_count));
}

/// Frees all that belongs to an edge of `length` tokens.
inline void FreeEdge(SlabHeap& heap, Edge* edge, std::size_t length) noexcept {
  std::size_t covered = edge->head_count;
  TokenChunk* chunk = edge->next;
  FreeEdgeHead(heap, edge);
  while (covered < length) {
    TokenChunk* const next = chunk->next;
    covered += chunk->count;
    heap.Free(chunk, ChunkBytes(chunk->count));
    chunk = next;
  }
}

/// A new edge with a copy of `count` > 0 tokens that starts at `start_depth`. Strong guarantee.
inline Edge* NewEdge(SlabHeap& heap, const Token* tokens, std::size_t count, Depth start_depth,
                     std::size_t chunk_tokens) {
  const std::size_t head_count = std::min(count, chunk_tokens);
  auto* const edge = new (heap.Allocate(EdgeBytes(head_count))) Edge;
  edge->start_depth = start_depth;
  edge->head_count = static_cast<Depth>(head_count);
  std::memcpy(edge->head(), tokens, head_count * sizeof(Token));
  TokenChunk** tail = &edge->next;
  std::size_t done = head_count;
  try {
    while (done < count) {
      const std::size_t chunk_count = std::min(count - done, chunk_tokens);
      auto* const chunk = new (heap.Allocate(ChunkBytes(chunk_count))) TokenChunk;
      chunk->count = static_cast<Depth>(chunk_count);
      std::memcpy(chunk->tokens(), tokens + done, chunk_count * sizeof(Token));
      *tail = chunk;
      tail = &chunk->next;
      done += chunk_count;
    }
  } catch (...) {
    FreeEdge(heap, edge, done);
    throw;
  }
  return edge;
}

/// A place within an edge: `left` readable tokens of one head or chunk, and what follows it.
struct EdgeCursor {
  const Token* tokens;
  std::size_t left;
  TokenChunk* next;
  TokenChunk* at_chunk_start = nullptr;  ///< the chunk, if the place is the first one in it

  /// The place `offset` tokens from the edge's start; the edge must be longer than that.
  EdgeCursor(const Edge& edge, std::size_t offset) noexcept
      : tokens(edge.head()), left(edge.head_count), next(edge.next) {
    while (offset >= left) {
      offset -= left;
      at_chunk_start = next;
      NextChunk();
    }
    if (offset != 0) at_chunk_start = nullptr;
    tokens += offset;
    left -= offset;
  }

  void NextChunk() noexcept {
    tokens = next->tokens();
    left = next->count;
    next = next->next;
  }
};

/// How many of the `count` tokens agree with the edge from `offset` on. The edge must reach that
/// far.
inline std::size_t CommonPrefix(const Edge& edge, std::size_t offset, const Token* tokens,
                                std::size_t count) noexcept {
  EdgeCursor cursor(edge, offset);
  std::size_t matched = 0;
  for (;;) {
    const std::size_t step = std::min(cursor.left, count - matched);
    const std::size_t same = FirstDifference(cursor.tokens, tokens + matched, step);
    matched += same;
    if (same < step || matched == count) return matched;
    cursor.NextChunk();
  }
}

/// Calls `visit(const Token*, count)` for the runs that make up `length` tokens from `offset` on.
template <typename Visitor>
void ForEachRun(const Edge& edge, std::size_t offset, std::size_t length, Visitor visit) {
  if (length == 0) return;
  EdgeCursor cursor(edge, offset);
  for (;;) {
    const std::size_t step = std::min(cursor.left, length);
    visit(cursor.tokens, step);
    length -= step;
    if (length == 0) return;
    cursor.NextChunk();
  }
}

/// The two edges that a cut makes of one, and the block of the old edge that neither needs.
struct EdgeCut {
  Edge* upper = nullptr;
  Edge* lower = nullptr;
  bool upper_is_copy = false;
  void* unused = nullptr;  ///< to be retired, not freed: readers may stand in it
  std::size_t unused_bytes = 0;
};

/// Undoes CutEdge; the old edge stays as it was.
inline void DiscardCut(SlabHeap& heap, const EdgeCut& cut) noexcept {
  FreeEdgeHead(heap, cut.lower);
  if (cut.upper_is_copy) FreeEdgeHead(heap, cut.upper);
}

/// Cuts an edge of `length` tokens after its first `at` (0 < at < length; whole pages). The old
/// edge stays readable. Strong guarantee. Costs at most one chunk's copy and a walk over the chunks
/// before the cut.
inline EdgeCut CutEdge(SlabHeap& heap, Edge* edge, std::size_t at, std::size_t length,
                       std::size_t chunk_tokens) {
  const EdgeCursor rest(*edge, at);
  const std::size_t head_count = std::min(rest.left, length - at);
  EdgeCut cut;
  cut.lower = NewEdge(heap, rest.tokens, head_count, edge->start_depth + static_cast<Depth>(at),
                      chunk_tokens);
  if (head_count < length - at) cut.lower->next = rest.next;

  cut.upper = edge;
  if (at <= edge->head_count / 2) {
    try {
      cut.upper = NewEdge(heap, edge->head(), at, edge->start_depth, chunk_tokens);
    } catch (...) {
      FreeEdgeHead(heap, cut.lower);
      throw;
    }
    cut.upper_is_copy = true;
    cut.unused = edge;
    cut.unused_bytes = EdgeBytes(edge->head_count);
  } else if (rest.at_chunk_start != nullptr) {
    cut.unused = rest.at_chunk_start;
    cut.unused_bytes = ChunkBytes(rest.at_chunk_start->count);
  }
  return cut;
}

}  // namespace pagedradix::detail
