// The prompt that a Python caller hands over, as a TokenSpan.
//
// Anything that holds integers will do. In order of preference:
//   lists and tuples          converted, a few ns a token
//   the buffer protocol       contiguous uint32/int32: no copy; any other integer format, stride or
//                             byte order: checked copy (NumPy, array.array, memoryview, bytes)
//   DLPack, CPU memory        the same (PyTorch)
//   any other iterable        converted item by item (range, deque, generators, object arrays)
// A TypeError or an InvalidArgumentError names the first element that is no token.
#pragma once

#include <cstddef>

#include <pybind11/pybind11.h>

#include "buffer_export.hpp"
#include "dlpack_export.hpp"
#include "pagedradix/token_span.hpp"
#include "uninitialized_vector.hpp"

namespace pagedradix::python {

/// Keeps the tokens valid, and their buffer exported, for as long as it lives. Make and destroy it
/// with the GIL held; Span() may be used without.
class TokenInput {
 public:
  explicit TokenInput(pybind11::handle tokens);
  TokenInput(const TokenInput&) = delete;
  TokenInput& operator=(const TokenInput&) = delete;

  TokenSpan Span() const noexcept { return span_; }

 private:
  BufferExport buffer_;
  DlpackExport dlpack_;
  UninitializedVector<Token> copy_;
  TokenSpan span_;
};

/// The offsets of a batch, taken from anything that holds integers. Always a copy: they are
/// checked before they are used, and nobody must change them in between. InvalidArgumentError if
/// there is not even one.
UninitializedVector<std::size_t> ReadOffsets(pybind11::handle offsets);

}  // namespace pagedradix::python
