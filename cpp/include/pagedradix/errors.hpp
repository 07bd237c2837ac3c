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

/// A sequence id that does not exist, exists already, or is in a state that forbids the call.
class SequenceError : public PagedRadixError {
 public:
  using PagedRadixError::PagedRadixError;
};

/// The call needs more pages than the limit allows; nothing has changed.
class CapacityError : public PagedRadixError {
 public:
  using PagedRadixError::PagedRadixError;
};

/// Bytes that are not a snapshot of a tree, or one of an unknown version.
class SnapshotError : public PagedRadixError {
 public:
  using PagedRadixError::PagedRadixError;
};

}  // namespace pagedradix
