// Small words for tests of PagedRadixTree and PrefixCache.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pagedradix/paged_radix_tree.hpp"
#include "reference/naive_sequence_store.hpp"

namespace pagedradix::test {

using reference::SequenceTokens;
using SequenceMap = std::map<std::int64_t, SequenceTokens>;

inline PagedRadixTreeOptions WithPages(
    std::size_t page_size, std::size_t pages_per_block = 64,
    std::size_t max_tokens = std::numeric_limits<std::size_t>::max()) {
  PagedRadixTreeOptions options;
  options.page_size = page_size;
  options.pages_per_block = pages_per_block;
  options.max_tokens = max_tokens;
  return options;
}

/// `count` tokens, all different.
inline SequenceTokens TokenRun(std::int32_t first, std::size_t count) {
  SequenceTokens tokens(count);
  for (std::size_t i = 0; i < count; ++i) tokens[i] = first + static_cast<std::int32_t>(i);
  return tokens;
}

inline SequenceTokens FirstOf(SequenceTokens tokens, std::size_t count) {
  tokens.resize(count);
  return tokens;
}

inline SequenceTokens Joined(SequenceTokens tokens, const SequenceTokens& more) {
  tokens.insert(tokens.end(), more.begin(), more.end());
  return tokens;
}

/// A new sequence of these tokens.
inline void Store(const PagedRadixTree& tree, std::int64_t id, const SequenceTokens& tokens) {
  tree->AddSequence(id);
  tree->ExtendSequence(id, tokens);
}

inline SequenceMap SequencesOf(const PagedRadixTree& tree) {
  SequenceMap sequences;
  for (const std::int64_t id : tree->SequenceIds()) {
    EXPECT_TRUE(sequences.emplace(id, tree->GetSequenceTokens(id)).second) << id << " listed twice";
  }
  return sequences;
}

using SequenceMatch = std::pair<std::size_t, std::vector<std::int64_t>>;

/// MatchPrefix, the ids in order.
inline SequenceMatch MatchOf(const PagedRadixTree& tree, const SequenceTokens& tokens) {
  SequenceMatch match = tree->MatchPrefix(tokens);
  std::sort(match.second.begin(), match.second.end());
  return match;
}

/// All that can be seen of a tree, but for the bytes: what a failed call reserved may be kept for
/// the next one.
struct SequenceDump {
  explicit SequenceDump(const PagedRadixTree& tree)
      : sequences(SequencesOf(tree)), free_capacity(tree->FreeCapacity()), stats(tree->Stats()) {
    for (const auto& entry : sequences) {
      lengths.push_back(tree->GetSequenceLength(entry.first));
      matches.push_back(MatchOf(tree, entry.second));
    }
  }

  friend bool operator==(const SequenceDump& a, const SequenceDump& b) {
    return a.sequences == b.sequences && a.lengths == b.lengths && a.matches == b.matches &&
           a.free_capacity == b.free_capacity && a.stats.sequences == b.stats.sequences &&
           a.stats.nodes == b.stats.nodes && a.stats.tokens == b.stats.tokens &&
           a.stats.pages_used == b.stats.pages_used &&
           a.stats.pages_allocated == b.stats.pages_allocated;
  }

  friend void PrintTo(const SequenceDump& dump, std::ostream* out) {
    *out << ::testing::PrintToString(dump.sequences) << " lengths "
         << ::testing::PrintToString(dump.lengths) << " matches "
         << ::testing::PrintToString(dump.matches) << " free capacity " << dump.free_capacity
         << " sequences " << dump.stats.sequences << " nodes " << dump.stats.nodes << " tokens "
         << dump.stats.tokens << " pages " << dump.stats.pages_used << " of "
         << dump.stats.pages_allocated;
  }

  SequenceMap sequences;
  std::vector<std::size_t> lengths;
  std::vector<SequenceMatch> matches;
  std::size_t free_capacity;
  PagedRadixTreeStats stats;
};

/// How a call ended. What naive references know nothing of (CapacityError, std::bad_alloc) goes on
/// to the caller.
enum class SequenceOutcome { kDone, kSequenceError, kInvalidArgument };

template <typename Call>
SequenceOutcome OutcomeOf(Call call) {
  try {
    call();
    return SequenceOutcome::kDone;
  } catch (const SequenceError&) {
    return SequenceOutcome::kSequenceError;
  } catch (const InvalidArgumentError&) {
    return SequenceOutcome::kInvalidArgument;
  }
}

/// What the call throws as an `Error` says; a failure if it throws nothing or something else.
template <typename Error, typename Call>
std::string MessageOf(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "threw something else: " << error.what();
    return "";
  }
  ADD_FAILURE() << "threw nothing";
  return "";
}

/// Whether a message names a number, and not just one that contains its digits.
inline bool Names(const std::string& message, const std::string& number) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t at = message.find(number); at != std::string::npos;
       at = message.find(number, at + 1)) {
    const std::size_t end = at + number.size();
    const bool begins = at == 0 || (!is_digit(message[at - 1]) && message[at - 1] != '-');
    if (begins && (end == message.size() || !is_digit(message[end]))) return true;
  }
  return false;
}

}  // namespace pagedradix::test
