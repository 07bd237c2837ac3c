// Integers in somebody else's memory, and their checked conversion.
//
// A buffer and a DLPack tensor boil down to the same thing: an address, a count, a stride and an
// integer format.
#pragma once

#include <cstddef>
#include <cstdint>
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

/// The largest value that an integer of the kind may have: every token of either tree, and offsets
/// that Python can hold in an int64.
template <typename Integer>
inline constexpr unsigned long long kLargest = 0x7FFF'FFFF'FFFF'FFFFULL;
template <>
inline constexpr unsigned long long kLargest<Token> = 0xFFFF'FFFFULL;
template <>
inline constexpr unsigned long long kLargest<std::int32_t> = 0x7FFF'FFFFULL;

/// The memory of the view itself, if it already holds integers as they have to be: 32 bits,
/// aligned, side by side; else null. Throws InvalidArgumentError that names the first one which is
/// negative or above kLargest<Integer>. Integer is Token or std::int32_t.
template <typename Integer>
const Integer* InPlace(const IntegerView& view, const char* noun);

/// A checked copy. Throws InvalidArgumentError that names the first integer which is negative or
/// above kLargest<Integer>; `noun` is what the message calls it. Integer is Token, std::int32_t or
/// std::size_t.
template <typename Integer>
UninitializedVector<Integer> ConvertView(const IntegerView& view, const char* noun);

/// Throws the InvalidArgumentError that says what is wrong with the integer at `index`.
[[noreturn]] void ThrowOutOfRange(const char* noun, std::size_t index, const std::string& value,
                                  unsigned long long largest);

}  // namespace pagedradix::python
