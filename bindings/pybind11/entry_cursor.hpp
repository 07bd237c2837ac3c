// EntryIterator for Python, where any thread may draw from any iterator.
#pragma once

#include <mutex>
#include <utility>

#include "pagedradix/entry_iterator.hpp"

namespace pagedradix::python {

/// An EntryIterator with a lock. Give the GIL up before Next(): a thread that waits for the lock
/// must not keep the GIL from the one that has it.
class EntryCursor {
 public:
  explicit EntryCursor(EntryIterator iterator) : iterator_(std::move(iterator)) {}

  bool Next(TreeEntry& entry) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return iterator_.Next(entry);
  }

 private:
  std::mutex mutex_;
  EntryIterator iterator_;
};

}  // namespace pagedradix::python
