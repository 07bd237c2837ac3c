// What a PrefixCache is told of a new prompt beside its tokens, and what of it is valid.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pagedradix/errors.hpp"

namespace pagedradix::detail {

/// The attention window that a sequence's KV cache was computed with.
struct SlidingWindow {
  int size = -1;  ///< -1: none
  int sink = 0;

  bool none() const noexcept { return size == -1; }
  friend bool operator==(const SlidingWindow& a, const SlidingWindow& b) noexcept {
    return a.size == b.size && a.sink == b.sink;
  }
};

/// The window, if the arguments of InsertSequence are valid; else throws InvalidArgumentError.
inline SlidingWindow CheckedPrompt(std::int64_t seq_id, const std::vector<std::int32_t>& tokens,
                                   int sliding_window_size, int attention_sink_size) {
  if (sliding_window_size < -1 || sliding_window_size == 0) {
    throw InvalidArgumentError("sliding_window_size is " + std::to_string(sliding_window_size) +
                               ": valid is -1 (none) or 1 and more");
  }
  if (attention_sink_size < 0) {
    throw InvalidArgumentError("attention_sink_size is " + std::to_string(attention_sink_size) +
                               ": valid is 0 and more");
  }
  if (tokens.empty()) throw InvalidArgumentError("a prompt must have at least one token");
  if (seq_id == -1) throw InvalidArgumentError("seq_id is -1, which stands for no sequence");
  return {sliding_window_size, attention_sink_size};
}

}  // namespace pagedradix::detail
