// A history: what several threads asked of one tree, what it answered, and when each call began and
// ended. Prompts are short words over a page size of 1, so what a tenant owns fits a bit mask.
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "pagedradix/token_span.hpp"

namespace pagedradix::test {

inline constexpr std::size_t kHistoryThreads = 3;
inline constexpr std::size_t kMaxCalls = 5;  ///< of a thread
inline constexpr std::size_t kHistoryTenants = 2;

inline const char* HistoryTenant(std::size_t tenant) { return tenant == 0 ? "s" : "t"; }

/// A set of prefixes of the words below.
using PrefixSet = std::uint16_t;

/// Words that extend, split and leave each other, and all their prefixes by number.
class Words {
 public:
  static constexpr std::array<const char*, 6> kWords = {"a", "ab", "abcd", "abx", "ay", "b"};

  static const Words& Get() {
    static const Words kAll;
    return kAll;
  }

  const std::vector<Token>& Tokens(std::size_t word) const { return tokens_[word]; }

  /// The prefix of `depth` letters of a word, as a set of one.
  PrefixSet Prefix(std::size_t word, std::size_t depth) const {
    return static_cast<PrefixSet>(1U << path_[word][depth - 1]);
  }
  /// All prefixes of a word.
  PrefixSet Path(std::size_t word) const {
    PrefixSet path = 0;
    for (std::size_t depth = 1; depth <= Length(word); ++depth) path |= Prefix(word, depth);
    return path;
  }
  std::size_t Length(std::size_t word) const { return tokens_[word].size(); }

  /// How many letters of a word are prefixes in the set.
  std::size_t Matched(std::size_t word, PrefixSet set) const {
    std::size_t depth = 0;
    while (depth < Length(word) && (set & Prefix(word, depth + 1)) != 0) ++depth;
    return depth;
  }

  /// The prefixes in the set that are not a prefix of another one in it.
  PrefixSet Leaves(PrefixSet set) const {
    PrefixSet inner = 0;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if ((set & (1U << i)) != 0) inner |= parent_[i];
    }
    return static_cast<PrefixSet>(set & ~inner);
  }

  /// The number of the prefix that is spelled so.
  std::size_t NumberOf(const std::vector<Token>& prefix) const {
    const std::string name(prefix.begin(), prefix.end());
    return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
  }
  /// The prefixes in a set, as they are spelled.
  std::vector<std::string> Names(PrefixSet set) const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if ((set & (1U << i)) != 0) names.push_back(names_[i]);
    }
    return names;
  }
  /// How many prefixes there are.
  std::size_t Prefixes() const { return names_.size(); }

 private:
  Words() {
    for (const std::string word : kWords) {
      tokens_.emplace_back(word.begin(), word.end());
      path_.emplace_back();
      PrefixSet parent = 0;
      for (std::size_t depth = 1; depth <= word.size(); ++depth) {
        const std::string prefix = word.substr(0, depth);
        const auto found = std::find(names_.begin(), names_.end(), prefix);
        const auto number = static_cast<std::size_t>(found - names_.begin());
        if (found == names_.end()) {
          names_.push_back(prefix);
          parent_.push_back(parent);
        }
        path_.back().push_back(number);
        parent = static_cast<PrefixSet>(1U << number);
      }
    }
  }

  std::vector<std::vector<Token>> tokens_;
  std::vector<std::vector<std::size_t>> path_;
  std::vector<std::string> names_;
  std::vector<PrefixSet> parent_;
};

struct Call {
  enum class Kind : std::uint8_t {
    kMatch,
    kInsert,
    kMatchAndInsert,
    kMatchAndInsertWith,
    kEvict,
    kRemoveTenant,
    kClear,
  };

  Kind kind = Kind::kMatch;
  std::uint8_t word = 0;
  std::uint8_t tenant = 0;
  std::uint64_t invoked = 0;  ///< tickets: one order for all threads
  std::uint64_t responded = 0;
  std::size_t answer = 0;  ///< letters matched, tokens lost, or whether the tenant was known

  bool Matches() const {
    return kind == Kind::kMatch || kind == Kind::kMatchAndInsert ||
           kind == Kind::kMatchAndInsertWith;
  }
  bool Inserts() const {
    return kind == Kind::kInsert || kind == Kind::kMatchAndInsert ||
           kind == Kind::kMatchAndInsertWith;
  }

  bool HasWord() const { return Matches() || Inserts(); }
  bool HasTenant() const {
    return Inserts() || kind == Kind::kEvict || kind == Kind::kRemoveTenant;
  }

  static constexpr std::array<const char*, 7> kNames = {
      "match", "insert", "match_and_insert", "match_and_insert_with", "evict", "remove", "clear"};
  const char* Name() const { return kNames[static_cast<std::size_t>(kind)]; }
  static Kind KindOf(const std::string& name) {
    const auto* const found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end()) throw std::invalid_argument("no such call: " + name);
    return static_cast<Kind>(found - kNames.begin());
  }

  std::string Text() const {
    std::ostringstream text;
    text << Name() << "(";
    if (HasWord()) text << Words::kWords[word];
    if (Inserts()) text << ", ";
    if (HasTenant()) text << HistoryTenant(tenant);
    text << ")";
    if (Matches() || kind == Kind::kEvict || kind == Kind::kRemoveTenant) text << " = " << answer;
    return text.str();
  }
};

/// What each tenant owns, when nobody is inside.
struct AtRest {
  std::array<PrefixSet, kHistoryTenants> owned{};
  std::array<bool, kHistoryTenants> known{};

  friend bool operator==(const AtRest& a, const AtRest& b) {
    return a.owned == b.owned && a.known == b.known;
  }
};

struct History {
  AtRest before;
  std::array<std::vector<Call>, kHistoryThreads> calls;
  AtRest after;

  /// Whether calls of two threads were under way at the same time.
  bool Overlaps() const {
    for (std::size_t a = 0; a < kHistoryThreads; ++a) {
      for (std::size_t b = a + 1; b < kHistoryThreads; ++b) {
        for (const Call& x : calls[a]) {
          for (const Call& y : calls[b]) {
            if (x.invoked < y.responded && y.invoked < x.responded) return true;
          }
        }
      }
    }
    return false;
  }

  /// A timeline: a line for each call in the order in which they began, its span drawn to scale.
  std::string Text() const {
    std::vector<std::pair<const Call*, std::size_t>> all;
    std::uint64_t first = UINT64_MAX;
    for (std::size_t thread = 0; thread < kHistoryThreads; ++thread) {
      for (const Call& call : calls[thread]) {
        all.emplace_back(&call, thread);
        first = std::min(first, call.invoked);
      }
    }
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return a.first->invoked < b.first->invoked; });
    std::ostringstream text;
    text << "before: " << AtRestText(before) << '\n';
    for (const auto& [call, thread] : all) {
      text << "thread " << thread << ' ' << std::string(call->invoked - first, ' ')
           << std::string(call->responded - call->invoked + 1, '=') << ' ' << call->Text() << '\n';
    }
    text << "after:  " << AtRestText(after) << '\n';
    return text.str();
  }

 private:
  static std::string AtRestText(const AtRest& state) {
    std::ostringstream text;
    for (std::size_t tenant = 0; tenant < kHistoryTenants; ++tenant) {
      text << HistoryTenant(tenant) << (state.known[tenant] ? " owns" : " is unknown,") << " {";
      const Words& words = Words::Get();
      for (std::size_t word = 0; word < Words::kWords.size(); ++word) {
        const std::size_t depth = words.Matched(word, state.owned[tenant]);
        text << ' ' << std::string(Words::kWords[word]).substr(0, depth);
      }
      text << " } ";
    }
    return text.str();
  }
};

}  // namespace pagedradix::test
