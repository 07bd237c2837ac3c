// A tenant's name, as a match returns it.
//
// A string that holds names of up to 48 bytes, and so the usual URLs, without an allocation: with
// std::string, whose room ends at 15, making and freeing that one copy would be a quarter of what a
// match of a short prompt costs. It is read as a std::string_view and becomes a std::string.
//
// Thread safety: as for std::string.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace pagedradix {

class TenantName {
 public:
  /// Names that are longer take an allocation.
  static constexpr std::size_t kInlineBytes = 48;

  TenantName() noexcept = default;
  /// A copy of the bytes. Throws std::bad_alloc.
  explicit TenantName(std::string_view name) : size_(name.size()) {
    char* to = inline_.data();
    if (size_ > kInlineBytes) {
      allocated_ = std::make_unique<char[]>(size_);  // NOLINT(*-avoid-c-arrays)
      to = allocated_.get();
    }
    if (size_ != 0) std::memcpy(to, name.data(), size_);
  }

  TenantName(const TenantName& other) : TenantName(other.view()) {}
  /// Leaves an empty name behind.
  TenantName(TenantName&& other) noexcept
      : size_(std::exchange(other.size_, 0)),
        allocated_(std::move(other.allocated_)),
        inline_(other.inline_) {}
  TenantName& operator=(TenantName other) noexcept {
    size_ = other.size_;
    allocated_ = std::move(other.allocated_);
    inline_ = other.inline_;
    return *this;
  }
  ~TenantName() = default;

  std::string_view view() const noexcept {
    return {allocated_ != nullptr ? allocated_.get() : inline_.data(), size_};
  }
  std::string str() const { return std::string(view()); }
  operator std::string_view() const noexcept { return view(); }  // NOLINT(*-explicit-*)
  operator std::string() const { return str(); }                 // NOLINT(*-explicit-*)

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  friend bool operator==(const TenantName& a, const TenantName& b) noexcept {
    return a.view() == b.view();
  }
  friend bool operator==(const TenantName& a, std::string_view b) noexcept { return a.view() == b; }
  friend bool operator==(std::string_view a, const TenantName& b) noexcept { return a == b.view(); }
  friend bool operator!=(const TenantName& a, const TenantName& b) noexcept { return !(a == b); }
  friend bool operator!=(const TenantName& a, std::string_view b) noexcept { return !(a == b); }
  friend bool operator!=(std::string_view a, const TenantName& b) noexcept { return !(a == b); }
  friend std::ostream& operator<<(std::ostream& out, const TenantName& name) {
    return out << name.view();
  }

 private:
  std::size_t size_ = 0;
  std::unique_ptr<char[]> allocated_;  // NOLINT(*-avoid-c-arrays)
  std::array<char, kInlineBytes> inline_{};
};

}  // namespace pagedradix
