// What the library throws. Allocation failure is std::bad_alloc; all else is below.
#pragma once

#include <stdexcept>
#include <string>

namespace pagedradix {

/// Base of every exception that pagedradix itself throws.
class PagedRadixError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An argument that no state of the tree could accept; the tree is unchanged.
class InvalidArgumentError : public PagedRadixError {
 public:
  using PagedRadixError::PagedRadixError;
};

/// Bytes that are not a snapshot of a tree, or one of an unknown version.
class SnapshotError : public PagedRadixError {
 public:
  using PagedRadixError::PagedRadixError;
};

}  // namespace pagedradix
