// The calls of a history as text, so that one that had no legal order can be kept and run again.
//
//   # what it showed
//   s owns abcd          what tenants own in the beginning: a line for each prompt
//   0 match ab           the calls of thread 0, in their order
//   1 insert abx t       likewise of thread 1
//
// Which calls overlapped, and where, is up to the schedule: a saved history is run many times.
#pragma once

#include <cstddef>
#include <istream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "history.hpp"

namespace pagedradix::test {

inline std::string SavedText(const History& history) {
  std::ostringstream text;
  const Words& words = Words::Get();
  for (std::size_t tenant = 0; tenant < kHistoryTenants; ++tenant) {
    for (const std::string& leaf : words.Names(words.Leaves(history.before.owned[tenant]))) {
      text << HistoryTenant(tenant) << " owns " << leaf << '\n';
    }
  }
  for (std::size_t thread = 0; thread < kHistoryThreads; ++thread) {
    for (const Call& call : history.calls[thread]) {
      text << thread << ' ' << call.Name();
      if (call.HasWord()) text << ' ' << Words::kWords[call.word];
      if (call.HasTenant()) text << ' ' << HistoryTenant(call.tenant);
      text << '\n';
    }
  }
  return text.str();
}

/// Reads what SavedText wrote. Throws std::invalid_argument that names the line.
class SavedHistoryReader {
 public:
  static History Read(std::istream& input) {
    History history;
    for (std::string line; std::getline(input, line);) {
      if (line.empty() || line.front() == '#') continue;
      ReadLine(line, history);
    }
    return history;
  }

 private:
  static void ReadLine(const std::string& line, History& history) {
    std::istringstream fields(line);
    std::string first;
    std::string second;
    std::string word;
    fields >> first >> second;
    if (second == "owns") {
      fields >> word;
      const std::size_t tenant = TenantOf(first, line);
      history.before.known[tenant] = true;
      for (std::size_t depth = 1; depth <= word.size(); ++depth) {
        history.before.owned[tenant] = static_cast<PrefixSet>(
            history.before.owned[tenant] | 1U << NumberOf(word.substr(0, depth), line));
      }
      return;
    }
    if (first.size() != 1 || first[0] < '0' || first[0] >= '0' + static_cast<int>(kHistoryThreads))
      throw std::invalid_argument("no thread: " + line);
    Call call;
    call.kind = Call::KindOf(second);
    if (call.HasWord()) {
      fields >> word;
      while (call.word < Words::kWords.size() && word != Words::kWords[call.word]) ++call.word;
      if (call.word == Words::kWords.size()) throw std::invalid_argument("no such word: " + line);
    }
    if (call.HasTenant()) {
      std::string tenant;
      fields >> tenant;
      call.tenant = static_cast<std::uint8_t>(TenantOf(tenant, line));
    }
    history.calls[static_cast<std::size_t>(first[0] - '0')].push_back(call);
  }

  static std::size_t TenantOf(const std::string& name, const std::string& line) {
    for (std::size_t tenant = 0; tenant < kHistoryTenants; ++tenant) {
      if (name == HistoryTenant(tenant)) return tenant;
    }
    throw std::invalid_argument("no such tenant: " + line);
  }

  static std::size_t NumberOf(const std::string& prefix, const std::string& line) {
    const std::size_t number = Words::Get().NumberOf({prefix.begin(), prefix.end()});
    if (number >= Words::Get().Prefixes()) throw std::invalid_argument("no such prefix: " + line);
    return number;
  }
};

}  // namespace pagedradix::test
