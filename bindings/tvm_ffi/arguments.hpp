// What travels as int64 through TVM FFI, checked on its way in. Each function throws
// InvalidArgumentError.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <tvm/ffi/container/shape.h>

namespace pagedradix::mlc {

/// Tokens: each must fit into 32 bits.
std::vector<std::int32_t> ReadTokens(const tvm::ffi::Shape& tokens);

/// A count of tokens or a position: 0 or more. What the tree makes of 0 is its own affair.
std::size_t ReadCount(std::int64_t count, const char* argument);

}  // namespace pagedradix::mlc
