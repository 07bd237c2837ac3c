// A count of tokens whose range depends on a sequence.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "gil.hpp"
#include "pagedradix/detail/paged/token_count_error.hpp"

namespace pagedradix::python {

/// Only the core knows the sequence, and it looks for it before it checks the count. An int that no
/// size_t holds is passed on as 0, which is out of every range, too, and the core's error is made
/// to name the int.
class TokenCount {
 public:
  explicit TokenCount(std::size_t value) : value_(value) {}
  explicit TokenCount(std::string unrepresentable) : text_(std::move(unrepresentable)) {}

  /// `call(count)`, without the GIL.
  template <typename Call>
  void PassTo(Call&& call) const {
    const GilRelease release;
    try {
      std::forward<Call>(call)(value_);
    } catch (const detail::TokenCountError& error) {
      if (text_.empty()) throw;
      throw error.About(text_);
    }
  }

 private:
  std::size_t value_ = 0;
  std::string text_;  ///< the int, if value_ only stands for it
};

}  // namespace pagedradix::python
