// The sequences of a PagedRadixTree by their ids.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>

#include "pagedradix/detail/memory/slab_heap.hpp"
#include "pagedradix/detail/paged/paged_node.hpp"
#include "pagedradix/errors.hpp"

namespace pagedradix::detail {

/// A standard allocator on a SlabHeap.
template <typename T>
class HeapAllocator {
 public:
  using value_type = T;  // NOLINT(readability-identifier-naming)

  explicit HeapAllocator(SlabHeap& heap) noexcept : heap_(&heap) {}
  template <typename U>
  explicit HeapAllocator(const HeapAllocator<U>& other) noexcept : heap_(other.heap()) {}

  T* allocate(std::size_t count) {  // NOLINT(readability-identifier-naming)
    return static_cast<T*>(heap_->Allocate(count * sizeof(T)));
  }
  void deallocate(T* block, std::size_t count) noexcept {  // NOLINT(readability-identifier-naming)
    heap_->Free(static_cast<void*>(block), count * sizeof(T));
  }

  SlabHeap* heap() const noexcept { return heap_; }
  friend bool operator==(const HeapAllocator& a, const HeapAllocator& b) noexcept {
    return a.heap_ == b.heap_;
  }
  friend bool operator!=(const HeapAllocator& a, const HeapAllocator& b) noexcept {
    return !(a == b);
  }

 private:
  SlabHeap* heap_;
};

/// Every method that throws leaves the table as it was. Sequences never move.
class SequenceTable {
 public:
  explicit SequenceTable(SlabHeap& heap) : sequences_(HeapAllocator<Entry>(heap)) {}

  std::size_t size() const noexcept { return sequences_.size(); }

  bool Contains(std::int64_t id) const noexcept { return sequences_.find(id) != sequences_.end(); }

  /// Throws SequenceError if there is none.
  Sequence& At(std::int64_t id) {
    const auto found = sequences_.find(id);
    if (found == sequences_.end()) {
      throw SequenceError("sequence " + std::to_string(id) + " does not exist");
    }
    return found->second;
  }

  /// Throws SequenceError if there is one already.
  void CheckIsNew(std::int64_t id) const {
    if (Contains(id)) throw SequenceError("sequence " + std::to_string(id) + " exists already");
  }

  /// Adds one that ends at no node yet.
  Sequence& Add(std::int64_t id) {
    CheckIsNew(id);
    Sequence& sequence = sequences_.try_emplace(id).first->second;
    sequence.id = id;
    return sequence;
  }

  void Remove(std::int64_t id) noexcept { sequences_.erase(id); }

  template <typename Visitor>
  void ForEach(Visitor visit) const {
    for (const auto& [id, sequence] : sequences_) visit(sequence);
  }

 private:
  using Entry = std::pair<const std::int64_t, Sequence>;
  std::unordered_map<std::int64_t, Sequence, std::hash<std::int64_t>, std::equal_to<>,
                     HeapAllocator<Entry>>
      sequences_;
};

/// A sequence that was added to a table, and is removed again unless it is kept.
class NewSequence {
 public:
  NewSequence(SequenceTable& table, std::int64_t id) : table_(table), sequence_(&table.Add(id)) {}
  NewSequence(const NewSequence&) = delete;
  NewSequence& operator=(const NewSequence&) = delete;
  ~NewSequence() {
    if (sequence_ != nullptr) table_.Remove(sequence_->id);
  }

  Sequence* Keep() noexcept {
    Sequence* const sequence = sequence_;
    sequence_ = nullptr;
    return sequence;
  }

 private:
  SequenceTable& table_;
  Sequence* sequence_;
};

}  // namespace pagedradix::detail
