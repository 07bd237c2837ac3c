#include "arguments.hpp"

#include <limits>
#include <string>

#include "pagedradix/errors.hpp"

namespace pagedradix::mlc {

std::vector<std::int32_t> ReadTokens(const tvm::ffi::Shape& tokens) {
  std::vector<std::int32_t> out(tokens.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::int32_t>(tokens[i]);
    if (out[i] == tokens[i]) continue;
    using Limits = std::numeric_limits<std::int32_t>;
    throw InvalidArgumentError(
        "token at index " + std::to_string(i) + " is " + std::to_string(tokens[i]) + ": valid is " +
        std::to_string(Limits::min()) + " .. " + std::to_string(Limits::max()));
  }
  return out;
}

std::size_t ReadCount(std::int64_t count, const char* argument) {
  if (count >= 0) return static_cast<std::size_t>(count);
  throw InvalidArgumentError(std::string(argument) + " must not be negative, and is " +
                             std::to_string(count));
}

}  // namespace pagedradix::mlc
