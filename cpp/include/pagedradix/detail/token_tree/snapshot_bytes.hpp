// Little-endian bytes, written and read with bounds checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pagedradix/errors.hpp"
#include "pagedradix/token_span.hpp"

namespace pagedradix::detail {

/// FNV-1a, 64 bits: tells damaged bytes from whole ones, not forged from genuine ones.
inline std::uint64_t Checksum(std::string_view bytes) noexcept {
  std::uint64_t sum = 0xcbf29ce484222325;
  for (const char byte : bytes) {
    sum ^= static_cast<unsigned char>(byte);
    sum *= 0x100000001b3;
  }
  return sum;
}

class ByteWriter {
 public:
  void U8(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void U32(std::uint32_t value) { Integer(value, 4); }
  void U64(std::uint64_t value) { Integer(value, 8); }
  void Bytes(std::string_view bytes) { bytes_.append(bytes); }

  const std::string& bytes() const noexcept { return bytes_; }
  std::string Take() && noexcept { return std::move(bytes_); }

 private:
  void Integer(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes_.push_back(static_cast<char>(value >> (8 * i)));
  }

  std::string bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) noexcept : bytes_(bytes) {}

  std::string_view Bytes(std::size_t size, const char* what) {
    if (size > bytes_.size() - at_) Fail(std::string("the bytes end within ") + what);
    const std::string_view part = bytes_.substr(at_, size);
    at_ += size;
    return part;
  }
  std::uint8_t U8(const char* what) { return static_cast<std::uint8_t>(Integer(1, what)); }
  std::uint32_t U32(const char* what) { return static_cast<std::uint32_t>(Integer(4, what)); }
  std::uint64_t U64(const char* what) { return Integer(8, what); }

  std::vector<Token> Tokens(std::size_t count, const char* what) {
    if (count > (bytes_.size() - at_) / sizeof(Token)) {
      Fail(std::string("the bytes end within ") + what);
    }
    std::vector<Token> tokens(count);
    for (Token& token : tokens) token = U32(what);
    return tokens;
  }

  /// Checks the checksum at the end and leaves it out of what is read from now on.
  void CheckChecksum() {
    constexpr std::size_t kSize = 8;
    if (bytes_.size() - at_ < kSize) Fail("the bytes end within the checksum");
    ByteReader tail(bytes_.substr(bytes_.size() - kSize));
    bytes_.remove_suffix(kSize);
    if (tail.U64("the checksum") != Checksum(bytes_)) {
      Fail("the checksum does not agree: the bytes are damaged or cut off");
    }
  }

  void ExpectEnd() const {
    if (at_ != bytes_.size()) Fail("there are bytes after the last node");
  }

  [[noreturn]] void Fail(const std::string& what) const {
    throw SnapshotError("snapshot, at byte " + std::to_string(at_) + ": " + what);
  }

 private:
  std::uint64_t Integer(int size, const char* what) {
    const std::string_view bytes = Bytes(static_cast<std::size_t>(size), what);
    std::uint64_t value = 0;
    for (int i = 0; i < size; ++i) {
      const auto byte = static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
      value |= std::uint64_t{byte} << (8 * i);
    }
    return value;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace pagedradix::detail
