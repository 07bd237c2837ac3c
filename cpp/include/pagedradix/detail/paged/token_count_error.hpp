// What is wrong with a count of tokens that a sequence does not have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "pagedradix/errors.hpp"

namespace pagedradix::detail {

/// A count outside 1 .. the length of its sequence.
class TokenCountError : public InvalidArgumentError {
 public:
  TokenCountError(const char* argument, const std::string& count, std::int64_t id,
                  std::size_t length)
      : InvalidArgumentError(Message(argument, count, id, length)),
        argument_(argument),
        id_(id),
        length_(length) {}

  /// The same error about a count that no size_t holds.
  TokenCountError About(const std::string& count) const { return {argument_, count, id_, length_}; }

 private:
  static std::string Message(const std::string& argument, const std::string& count, std::int64_t id,
                             std::size_t length) {
    return argument + " is " + count + " for sequence " + std::to_string(id) + ", which has " +
           std::to_string(length) + " tokens: " +
           (length == 0 ? "no value is valid" : "valid is 1 .. " + std::to_string(length));
  }

  const char* argument_;  ///< a literal
  std::int64_t id_;
  std::size_t length_;
};

}  // namespace pagedradix::detail
