// The version of pagedradix. The three numbers below are its only place: CMake and
// pyproject.toml read them from here.
#pragma once

// Macros, so that a consumer can choose code by version in the preprocessor.
#define PAGEDRADIX_VERSION_MAJOR 0
#define PAGEDRADIX_VERSION_MINOR 1
#define PAGEDRADIX_VERSION_PATCH 0

// Two steps, because # does not expand its operand.
#define PAGEDRADIX_DETAIL_QUOTE(x) #x
#define PAGEDRADIX_DETAIL_DOTTED(major, minor, patch) \
  PAGEDRADIX_DETAIL_QUOTE(major)                      \
  "." PAGEDRADIX_DETAIL_QUOTE(minor) "." PAGEDRADIX_DETAIL_QUOTE(patch)

// "major.minor.patch", a string literal.
#define PAGEDRADIX_VERSION                                                     \
  PAGEDRADIX_DETAIL_DOTTED(PAGEDRADIX_VERSION_MAJOR, PAGEDRADIX_VERSION_MINOR, \
                           PAGEDRADIX_VERSION_PATCH)

namespace pagedradix {

/// "major.minor.patch".
inline constexpr char kVersion[] = PAGEDRADIX_VERSION;

}  // namespace pagedradix
