// Integers in somebody else's memory, and their checked conversion.
//
// A buffer and a DLPack tensor boil down to the same thing: an address, a count, a stride and an
// integer format.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "pagedradix/token_span.hpp"
#include "uninitialized_vector.hpp"

namespace pagedradix::python {

/// `count` integers, the first at `data`, `stride` bytes from one to the next. Any alignment.
struct IntegerView {
  const std::byte* data = nullptr;
  std::size_t count = 0;
  std::ptrdiff_t stride = 0;
  std::size_t item_size = 0;  ///< bytes: 1, 2, 4 or 8
  bool is_signed = false;
  bool swapped = false;  ///< bytes are in the other order than this machine's

  bool Contiguous() const noexcept {
    return count <= 1 || stride == static_cast<std::ptrdiff_t>(item_size);
  }
};

/// The largest value that an integer of the kind may have: every token, and offsets that Python can
/// hold in an int64.
template <typename Integer>
inline constexpr unsigned long long kLargest = 0x7FFF'FFFF'FFFF'FFFFULL;
template <>
inline constexpr unsigned long long kLargest<Token> = 0xFFFF'FFFFULL;

/// The view as tokens, without a copy, if its memory already holds tokens as they have to be: 32
/// bits, aligned, side by side. Throws InvalidArgumentError that names the first negative one.
std::optional<TokenSpan> AsTokens(const IntegerView& view, const char* noun);

/// A checked copy. Throws InvalidArgumentError that names the first integer which is negative or
/// above kLargest<Integer>; `noun` is what the message calls it. Integer is Token or std::size_t.
template <typename Integer>
UninitializedVector<Integer> ConvertView(const IntegerView& view, const char* noun);

/// Throws the InvalidArgumentError that says what is wrong with the integer at `index`.
[[noreturn]] void ThrowOutOfRange(const char* noun, std::size_t index, const std::string& value,
                                  unsigned long long largest);

}  // namespace pagedradix::python
