// The prompt that a Python caller hands over.
//
// Anything that holds integers will do. In order of preference:
//   lists and tuples          converted, a few ns a token
//   the buffer protocol       contiguous uint32/int32: checked, no copy; any other integer format,
//                             stride or byte order: checked copy (NumPy, array.array, memoryview,
//                             bytes)
//   DLPack, CPU memory        the same (PyTorch)
//   any other iterable        converted item by item (range, deque, generators, object arrays)
// A TypeError or an InvalidArgumentError names the first element that is no token.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pybind11/pybind11.h>

#include "buffer_export.hpp"
#include "dlpack_export.hpp"
#include "pagedradix/token_span.hpp"
#include "uninitialized_vector.hpp"

namespace pagedradix::python {

/// What can happen while the tokens are used: other Python code may run, or the caller keeps it
/// from running, by keeping the GIL unless there are so many tokens that it is WorthReleasing.
enum class Meanwhile { kAnything, kNothingIfShort };

/// Keeps the tokens valid, and their buffer exported, for as long as it lives. Make and destroy it
/// with the GIL held; the tokens may be used without. Integer is Token or std::int32_t.
template <typename Integer>
class BasicTokenInput {
 public:
  explicit BasicTokenInput(pybind11::handle tokens, Meanwhile meanwhile = Meanwhile::kAnything);
  BasicTokenInput(const BasicTokenInput&) = delete;
  BasicTokenInput& operator=(const BasicTokenInput&) = delete;

  const Integer* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

 private:
  BufferExport buffer_;
  DlpackExport dlpack_;
  UninitializedVector<Integer> copy_;
  const Integer* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A prompt for TokenTree: tokens up to 2^32 - 1.
class TokenInput : public BasicTokenInput<Token> {
 public:
  using BasicTokenInput::BasicTokenInput;

  TokenSpan Span() const noexcept { return {data(), size()}; }
};

/// Tokens for PagedRadixTree and PrefixCache: up to 2^31 - 1.
using SequenceInput = BasicTokenInput<std::int32_t>;

/// The offsets of a batch, taken from anything that holds integers. Always a copy: they are
/// checked before they are used, and nobody must change them in between. InvalidArgumentError if
/// there is not even one.
UninitializedVector<std::size_t> ReadOffsets(pybind11::handle offsets);

}  // namespace pagedradix::python
