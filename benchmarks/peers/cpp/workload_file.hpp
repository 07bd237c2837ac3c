// The prompts of a workload, as workload_file.py writes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "pagedradix/token_span.hpp"

namespace pagedradix::peers {

class WorkloadFile {
 public:
  explicit WorkloadFile(const std::string& path) : file_(path, std::ios::binary) {
    const std::size_t count = Read<std::uint64_t>(1).front();
    order_ = Read<std::uint64_t>(count);
    offsets_ = Read<std::uint64_t>(count + 1);
    tokens_ = Read<Token>(offsets_.back());
  }

  std::size_t size() const noexcept { return order_.size(); }
  TokenSpan operator[](std::size_t i) const noexcept {
    return {tokens_.data() + offsets_[i], offsets_[i + 1] - offsets_[i]};
  }
  /// All prompts, in random order.
  const std::vector<std::uint64_t>& Order() const noexcept { return order_; }

 private:
  template <typename Value>
  std::vector<Value> Read(std::size_t count) {
    std::vector<Value> values(count);
    const auto bytes = static_cast<std::streamsize>(count * sizeof(Value));
    if (!file_.read(reinterpret_cast<char*>(values.data()), bytes)) {
      throw std::runtime_error("the workload's file is missing or ends early");
    }
    return values;
  }

  std::ifstream file_;
  std::vector<std::uint64_t> order_;
  std::vector<std::uint64_t> offsets_;
  std::vector<Token> tokens_;
};

}  // namespace pagedradix::peers
