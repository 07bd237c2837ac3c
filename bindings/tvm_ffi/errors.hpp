// Exceptions of the library as errors of TVM FFI, whose kind says what Python raises.
#pragma once

#include <new>
#include <utility>

#include <tvm/ffi/error.h>

#include "pagedradix/errors.hpp"

namespace pagedradix::mlc {

/// An error without a C++ backtrace: it is about the caller's arguments, and finding the symbols of
/// a backtrace costs far more than the call.
inline tvm::ffi::Error ErrorOfKind(const char* kind, const char* message) {
  return tvm::ffi::Error(kind, message, "");
}

/// `function` with its exceptions translated. Everything else that it throws, TVM FFI reports as an
/// InternalError.
template <typename Result, typename... Arguments>
auto Translated(Result (*function)(Arguments...)) {
  return [function](Arguments... arguments) -> Result {
    try {
      return function(std::forward<Arguments>(arguments)...);
    } catch (const InvalidArgumentError& e) {
      throw ErrorOfKind("ValueError", e.what());
    } catch (const SequenceError& e) {
      throw ErrorOfKind("KeyError", e.what());
    } catch (const CapacityError& e) {
      throw ErrorOfKind("MemoryError", e.what());
    } catch (const std::bad_alloc&) {
      throw ErrorOfKind("MemoryError", "out of memory");
    }
  };
}

}  // namespace pagedradix::mlc
