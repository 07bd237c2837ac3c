// Where a depth lies: page and slot. Division by a page size that is a power of two is a shift.
//
// Thread safety: immutable after construction.
#pragma once

#include <cstddef>

namespace pagedradix::detail {

class PageGeometry {
 public:
  explicit PageGeometry(std::size_t page_size) noexcept : page_size_(page_size) {
    if ((page_size & (page_size - 1)) != 0) return;
    while ((std::size_t{1} << shift_) < page_size) ++shift_;
    is_power_of_two_ = true;
  }

  std::size_t page_size() const noexcept { return page_size_; }

  /// The number of the page, counted from depth 0.
  std::size_t PageOf(std::size_t depth) const noexcept {
    return is_power_of_two_ ? depth >> shift_ : depth / page_size_;
  }

  /// The place within the page.
  std::size_t SlotOf(std::size_t depth) const noexcept {
    return is_power_of_two_ ? depth & (page_size_ - 1) : depth % page_size_;
  }

  /// `depth` without what is behind its last whole page.
  std::size_t CutToPages(std::size_t depth) const noexcept { return depth - SlotOf(depth); }

  /// Pages that the depths [start, end) touch.
  std::size_t Spanned(std::size_t start, std::size_t end) const noexcept {
    return start == end ? 0 : PageOf(end - 1) - PageOf(start) + 1;
  }

 private:
  std::size_t page_size_;
  unsigned shift_ = 0;
  bool is_power_of_two_ = false;
};

}  // namespace pagedradix::detail
