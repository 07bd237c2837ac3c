#include "integer_view.hpp"

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>

#include "pagedradix/errors.hpp"

namespace pagedradix::python {
namespace {

/// The bits that must not be set in an `In`, read as unsigned, for it to fit an `Out`.
template <typename In, typename Out>
constexpr std::make_unsigned_t<In> ForbiddenBits() noexcept {
  using Bits = std::make_unsigned_t<In>;
  auto forbidden = static_cast<Bits>(0);
  if (std::numeric_limits<Bits>::max() > kLargest<Out>) {
    forbidden = static_cast<Bits>(~static_cast<Bits>(kLargest<Out>));
  }
  if (std::is_signed_v<In>) {
    forbidden = static_cast<Bits>(forbidden | (Bits{1} << (sizeof(Bits) * 8 - 1)));
  }
  return forbidden;
}

template <typename Bits>
Bits SwapBytes(Bits bits) noexcept {
  const std::uint64_t wide = bits;
  std::uint64_t swapped = 0;
  for (std::size_t i = 0; i < sizeof(Bits); ++i)
    swapped = (swapped << 8U) | ((wide >> (8 * i)) & 0xFFU);
  return static_cast<Bits>(swapped);
}

template <typename Bits>
Bits Load(const IntegerView& view, std::size_t index) noexcept {
  Bits bits;
  std::memcpy(&bits, view.data + static_cast<std::ptrdiff_t>(index) * view.stride, sizeof(Bits));
  return view.swapped ? SwapBytes(bits) : bits;
}

/// Looks for the integer whose forbidden bits were seen. It may be gone: the memory is the
/// caller's, and another thread may write to it.
template <typename In, typename Out>
void ThrowIfAnyOutOfRange(const IntegerView& view, const char* noun) {
  using Bits = std::make_unsigned_t<In>;
  for (std::size_t i = 0; i < view.count; ++i) {
    const auto bits = Load<Bits>(view, i);
    if ((bits & ForbiddenBits<In, Out>()) == 0) continue;
    const auto value =
        std::is_signed_v<In> ? std::to_string(static_cast<In>(bits)) : std::to_string(bits);
    ThrowOutOfRange(noun, i, value, kLargest<Out>);
  }
}

/// Copies all, and returns the bits that were set in any. Written for the vectoriser: no branch.
template <typename In, typename Out>
std::make_unsigned_t<In> CopyContiguous(const std::byte* data, std::size_t count,
                                        Out* out) noexcept {
  using Bits = std::make_unsigned_t<In>;
  Bits seen = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Bits bits;
    std::memcpy(&bits, data + i * sizeof(Bits), sizeof(Bits));
    seen = static_cast<Bits>(seen | bits);
    out[i] = static_cast<Out>(bits);
  }
  return seen;
}

template <typename In, typename Out>
std::make_unsigned_t<In> CopyStrided(const IntegerView& view, Out* out) noexcept {
  using Bits = std::make_unsigned_t<In>;
  Bits seen = 0;
  for (std::size_t i = 0; i < view.count; ++i) {
    const auto bits = Load<Bits>(view, i);
    seen = static_cast<Bits>(seen | bits);
    out[i] = static_cast<Out>(bits);
  }
  return seen;
}

template <typename In, typename Out>
UninitializedVector<Out> Convert(const IntegerView& view, const char* noun) {
  UninitializedVector<Out> out(view.count);
  while (true) {
    const auto seen = view.Contiguous() && !view.swapped
                          ? CopyContiguous<In>(view.data, view.count, out.data())
                          : CopyStrided<In>(view, out.data());
    if ((seen & ForbiddenBits<In, Out>()) == 0) return out;
    ThrowIfAnyOutOfRange<In, Out>(view, noun);
  }
}

/// The same for integers that stay where they are.
template <typename In, typename Out>
void CheckContiguous(const IntegerView& view, const Out* integers, const char* noun) {
  if constexpr (ForbiddenBits<In, Out>() != 0) {
    std::make_unsigned_t<In> seen = 0;
    for (std::size_t i = 0; i < view.count; ++i) {
      seen |= static_cast<std::make_unsigned_t<In>>(integers[i]);
    }
    if ((seen & ForbiddenBits<In, Out>()) != 0) ThrowIfAnyOutOfRange<In, Out>(view, noun);
  }
}

}  // namespace

template <typename Integer>
const Integer* InPlace(const IntegerView& view, const char* noun) {
  if (view.item_size != sizeof(Integer) || view.swapped || !view.Contiguous()) return nullptr;
  if (reinterpret_cast<std::uintptr_t>(view.data) % alignof(Integer) != 0) return nullptr;
  const auto* integers = reinterpret_cast<const Integer*>(view.data);
  if (view.is_signed) {
    CheckContiguous<std::int32_t>(view, integers, noun);
  } else {
    CheckContiguous<std::uint32_t>(view, integers, noun);
  }
  return integers;
}

template const Token* InPlace<Token>(const IntegerView&, const char*);
template const std::int32_t* InPlace<std::int32_t>(const IntegerView&, const char*);

template <typename Integer>
UninitializedVector<Integer> ConvertView(const IntegerView& view, const char* noun) {
  switch (view.item_size) {
    case 1:
      return view.is_signed ? Convert<std::int8_t, Integer>(view, noun)
                            : Convert<std::uint8_t, Integer>(view, noun);
    case 2:
      return view.is_signed ? Convert<std::int16_t, Integer>(view, noun)
                            : Convert<std::uint16_t, Integer>(view, noun);
    case 4:
      return view.is_signed ? Convert<std::int32_t, Integer>(view, noun)
                            : Convert<std::uint32_t, Integer>(view, noun);
    default:
      return view.is_signed ? Convert<std::int64_t, Integer>(view, noun)
                            : Convert<std::uint64_t, Integer>(view, noun);
  }
}

template UninitializedVector<Token> ConvertView<Token>(const IntegerView&, const char*);
template UninitializedVector<std::int32_t> ConvertView<std::int32_t>(const IntegerView&,
                                                                     const char*);
template UninitializedVector<std::size_t> ConvertView<std::size_t>(const IntegerView&, const char*);

void ThrowOutOfRange(const char* noun, std::size_t index, const std::string& value,
                     unsigned long long largest) {
  throw InvalidArgumentError(std::string(noun) + " at index " + std::to_string(index) + " is " +
                             value + ", outside 0 .. " + std::to_string(largest));
}

}  // namespace pagedradix::python
