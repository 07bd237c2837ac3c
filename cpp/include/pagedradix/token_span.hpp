// A view of a token sequence: the input type of every call that takes a prompt.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pagedradix {

/// A token id. Every 32-bit value is a valid token.
using Token = std::uint32_t;

/// A non-owning view of `size` tokens. Cheap to copy; the memory it names must outlive the call
/// that it is passed to. (C++17 has no std::span.)
class TokenSpan {
 public:
  constexpr TokenSpan() noexcept = default;
  constexpr TokenSpan(const Token* data, std::size_t size) noexcept : data_(data), size_(size) {}
  // Containers of tokens convert by themselves, as to std::span.
  // NOLINTBEGIN(google-explicit-constructor)
  TokenSpan(const std::vector<Token>& tokens) noexcept
      : data_(tokens.data()), size_(tokens.size()) {}
  template <std::size_t N>
  constexpr TokenSpan(const Token (&tokens)[N]) noexcept : data_(tokens), size_(N) {}
  template <std::size_t N>
  constexpr TokenSpan(const std::array<Token, N>& tokens) noexcept
      : data_(tokens.data()), size_(N) {}
  // NOLINTEND(google-explicit-constructor)

  constexpr const Token* data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr const Token* begin() const noexcept { return data_; }
  constexpr const Token* end() const noexcept { return data_ + size_; }
  constexpr Token operator[](std::size_t index) const noexcept { return data_[index]; }

  /// The first `count` tokens; `count` must not exceed size().
  constexpr TokenSpan First(std::size_t count) const noexcept { return {data_, count}; }

 private:
  const Token* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace pagedradix
