// A fuzzer's bytes as a stream of decisions. When they run out, every answer is 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pagedradix::fuzz {

class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  bool Empty() const { return at_ == size_; }
  std::uint8_t Byte() { return Empty() ? std::uint8_t{0} : data_[at_++]; }
  /// Below `bound`, which is at most 256.
  std::size_t Below(std::size_t bound) { return Byte() % bound; }
  bool Flag() { return (Byte() & 1U) != 0; }

  /// Up to `most` tokens, in runs: a byte says how long a run is and which of four tokens it has.
  template <typename Token>
  std::vector<Token> Tokens(std::size_t most) {
    std::vector<Token> tokens;
    const std::size_t wanted = most == 0 ? 0 : Byte() * most / 255;
    while (tokens.size() < wanted) {
      const std::uint8_t run = Byte();
      for (std::size_t i = 0; i <= run / 8U && tokens.size() < wanted; ++i) {
        tokens.push_back(static_cast<Token>(run % 4U));
      }
    }
    return tokens;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

/// The one of `values` that the next byte names.
template <typename T, std::size_t N>
T Pick(FuzzInput& input, const T (&values)[N]) {
  return values[input.Below(N)];
}

}  // namespace pagedradix::fuzz
