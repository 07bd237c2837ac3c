// IntTuple: the immutable list of 64-bit integers that MLC's interface hands out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace pagedradix {

/// A sequence of int64 values with value semantics; what MLC-LLM calls IntTuple (TVM's Shape).
class IntTuple {
 public:
  using value_type = std::int64_t;           // NOLINT(readability-identifier-naming)
  using const_iterator = const value_type*;  // NOLINT(readability-identifier-naming)

  IntTuple() = default;
  IntTuple(std::initializer_list<value_type> values) : values_(values) {}
  explicit IntTuple(std::vector<value_type> values) noexcept : values_(std::move(values)) {}
  template <typename Iterator>
  IntTuple(Iterator begin, Iterator end) : values_(begin, end) {}

  const value_type* data() const noexcept { return values_.data(); }
  std::size_t size() const noexcept { return values_.size(); }
  bool empty() const noexcept { return values_.empty(); }
  value_type operator[](std::size_t index) const noexcept { return values_[index]; }
  const_iterator begin() const noexcept { return data(); }
  const_iterator end() const noexcept { return data() + size(); }

  friend bool operator==(const IntTuple& a, const IntTuple& b) { return a.values_ == b.values_; }
  friend bool operator!=(const IntTuple& a, const IntTuple& b) { return !(a == b); }

 private:
  std::vector<value_type> values_;
};

}  // namespace pagedradix
