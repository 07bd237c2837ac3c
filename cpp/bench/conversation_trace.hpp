// A trace of a chat service's requests in Mooncake's format, as prompts, and what storing it takes
// at least.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pagedradix/routing/splitmix64.hpp"
#include "pagedradix/token_span.hpp"
#include "prompts.hpp"

namespace pagedradix::bench {

/// PAGEDRADIX_BENCH_TRACE, or where the trace lies beside a checkout.
inline std::string TracePath() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody here sets variables
  const char* const path = std::getenv("PAGEDRADIX_BENCH_TRACE");
  return path != nullptr ? path : "../shared/traces/conversation_trace.jsonl";
}

/// One request of a trace: an id for each block of 512 tokens, the last of which may be partial.
struct TraceRequest {
  static constexpr std::size_t kBlockTokens = 512;

  std::size_t input_length = 0;
  std::vector<std::uint64_t> block_ids;
};

/// The unsigned numbers behind `"key":`, one or a list of them.
inline std::vector<std::uint64_t> NumbersOf(const std::string& line, const std::string& key) {
  const std::size_t found = line.find('"' + key + "\":");
  if (found == std::string::npos) throw std::runtime_error("no " + key + " in: " + line);
  const char* at = line.c_str() + found + key.size() + 3;
  at += std::strspn(at, " ");
  const bool is_list = *at == '[';
  if (is_list) ++at;
  std::vector<std::uint64_t> numbers;
  for (;;) {
    char* end = nullptr;
    const std::uint64_t number = std::strtoull(at, &end, 10);
    if (end == at) return numbers;
    numbers.push_back(number);
    if (!is_list) return numbers;
    at = end + std::strspn(end, ", ");
  }
}

inline TraceRequest ParseRequest(const std::string& line) {
  TraceRequest request;
  request.block_ids = NumbersOf(line, "hash_ids");
  const std::vector<std::uint64_t> length = NumbersOf(line, "input_length");
  if (length.size() == 1) request.input_length = length.front();
  const std::size_t room = request.block_ids.size() * TraceRequest::kBlockTokens;
  if (request.input_length == 0 || request.input_length > room ||
      room - request.input_length >= TraceRequest::kBlockTokens) {
    throw std::runtime_error("input_length and hash_ids disagree in: " + line);
  }
  return request;
}

/// The requests of a trace, none if there is no such file.
inline std::vector<TraceRequest> ReadTrace(const std::string& path) {
  std::ifstream file(path);
  std::vector<TraceRequest> requests;
  std::string line;
  while (std::getline(file, line)) {
    if (!line.empty()) requests.push_back(ParseRequest(line));
  }
  return requests;
}

/// The prompts of requests; equal ids stand for equal tokens, as in `pagedradix replay`.
inline PromptSet PromptsOf(const std::vector<TraceRequest>& requests) {
  std::vector<std::size_t> lengths;
  lengths.reserve(requests.size());
  for (const TraceRequest& request : requests) lengths.push_back(request.input_length);
  PromptSet prompts(std::move(lengths));
  for (std::size_t i = 0; i < requests.size(); ++i) {
    std::size_t left = requests[i].input_length;
    Token* out = prompts.Writable(i);
    for (const std::uint64_t id : requests[i].block_ids) {
      const std::size_t count = std::min(left, TraceRequest::kBlockTokens);
      FillRandom(out, count, id);
      out += count;
      left -= count;
    }
  }
  return prompts;
}

/// Which tokens of each prompt an endless cache of whole pages would have, and where: prompt i
/// begins with `hits[i]`, and what follows, up to its last whole page, is stored as copy i.
struct StoragePlan {
  /// A part of a copy.
  struct Run {
    std::size_t copy;
    std::size_t offset;
    std::size_t count;
  };
  std::vector<std::vector<Run>> hits;
  std::vector<TokenSpan> misses;
  std::size_t missed_tokens = 0;
};

/// Makes the plan without a tree: by a hash of everything up to and with each page.
class StoragePlanner {
 public:
  explicit StoragePlanner(std::size_t page_size) noexcept : page_size_(page_size) {}

  StoragePlan Plan(const PromptSet& prompts) {
    StoragePlan plan;
    for (std::size_t i = 0; i < prompts.size(); ++i) Add(prompts[i], i, plan);
    return plan;
  }

 private:
  struct PagePlace {
    std::size_t copy;
    std::size_t offset;
  };

  void Add(TokenSpan prompt, std::size_t index, StoragePlan& plan) {
    const std::size_t end = prompt.size() - prompt.size() % page_size_;
    std::vector<StoragePlan::Run> hits;
    std::uint64_t hash = 0;
    std::size_t at = 0;
    for (; at < end; at += page_size_) {
      hash = Extend(hash, prompt.data() + at);
      const auto known = pages_.find(hash);
      if (known == pages_.end()) break;
      Append(hits, known->second);
    }
    plan.hits.push_back(std::move(hits));
    plan.misses.emplace_back(prompt.data() + at, end - at);
    plan.missed_tokens += end - at;
    for (std::size_t offset = 0; at + offset < end; offset += page_size_) {
      if (offset != 0) hash = Extend(hash, prompt.data() + at + offset);
      pages_.emplace(hash, PagePlace{index, offset});
    }
  }

  /// Adds a page to runs, to the last one if that goes on there.
  void Append(std::vector<StoragePlan::Run>& runs, const PagePlace& page) const {
    const bool goes_on = !runs.empty() && runs.back().copy == page.copy &&
                         runs.back().offset + runs.back().count == page.offset;
    if (!goes_on) runs.push_back({page.copy, page.offset, 0});
    runs.back().count += page_size_;
  }

  std::uint64_t Extend(std::uint64_t hash, const Token* page) const noexcept {
    for (std::size_t i = 0; i < page_size_; ++i) {
      hash = routing::SplitMix64Finalize((hash ^ page[i]) + routing::kSplitMix64Gamma);
    }
    return hash;
  }

  std::size_t page_size_;
  std::unordered_map<std::uint64_t, PagePlace> pages_;
};

}  // namespace pagedradix::bench
