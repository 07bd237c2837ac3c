// Is there an order in which one thread could have made the calls of a history, with these answers?
//
// The search goes depth first over all orders that respect who had answered before whom began, and
// remembers what it has seen. The sequential tree that it compares with is no more than: what each
// tenant owns. What docs/concurrency.md promises less of than one instant a call is here as steps:
//
//   match                 one instant; the answer is the longest prefix that anybody owns then
//   insert                from one prefix to the next, top-down; it answers at an instant at which
//                         the tenant owns the whole word, and makes the tenant known then
//   match_and_insert      a match, and later an insert; so too with select in between
//   evict(tenant, 0)      leaves go one by one; it may answer when it has taken as much as there
//                         was at some instant, or nothing is left, or only inserts in progress
//                         have what is left; the answer is what it took
//   remove_tenant         takes the name at one instant, if it is known; then leaves go one by one
//   clear                 one instant
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string_view>
#include <type_traits>
#include <unordered_set>

#include "history.hpp"

namespace pagedradix::test {

class Linearizer {
 public:
  /// kUnknown: the search was given up; so few histories need that many states that it is no loss.
  enum class Verdict { kLegal, kIllegal, kUnknown };

  explicit Linearizer(const History& history) : history_(history) {}

  Verdict Judge() {
    State state;
    for (std::size_t tenant = 0; tenant < kHistoryTenants; ++tenant) {
      // A tenant is in the tree from its first insert on, known from the end of it.
      if (!history_.before.known[tenant] && history_.before.owned[tenant] == 0) continue;
      state.current[tenant] = static_cast<std::int8_t>(tenant);
      state.used |= static_cast<std::uint8_t>(1U << tenant);
      state.owned[tenant] = history_.before.owned[tenant];
      if (history_.before.known[tenant]) state.known |= static_cast<std::uint8_t>(1U << tenant);
    }
    if (Search(state)) return Verdict::kLegal;
    return seen_.size() < kMostStates ? Verdict::kIllegal : Verdict::kUnknown;
  }

 private:
  static constexpr std::size_t kMostStates = 20'000;
  static constexpr std::size_t kIdentities = 8;
  static constexpr std::int8_t kNone = -1;

  /// Where a thread is: its call, and how far in it.
  struct Progress {
    std::uint8_t call = 0;
    std::uint8_t stage = 0;        ///< 0: the match or the beginning is still to come
    std::int8_t identity = kNone;  ///< whom it works for
    std::uint8_t taken = 0;
    std::uint16_t to_take = 0;  ///< evict: what there was when it began
  };

  /// A tenant that was removed and one that came after it by the same name are two identities.
  struct State {
    std::array<PrefixSet, kIdentities> owned{};
    std::array<std::int8_t, kHistoryTenants> current{kNone, kNone};
    std::uint8_t used = 0;   ///< identities that somebody may still mean
    std::uint8_t known = 0;  ///< identities that have ended an insert
    std::array<Progress, kHistoryThreads> threads{};
  };
  static_assert(std::has_unique_object_representations_v<State>, "its bytes are its key");

  struct Key {
    std::array<char, sizeof(State)> bytes;
    friend bool operator==(const Key& a, const Key& b) { return a.bytes == b.bytes; }
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return std::hash<std::string_view>()({key.bytes.data(), key.bytes.size()});
    }
  };

  const Call* NextCall(const State& state, std::size_t thread) const {
    const std::vector<Call>& calls = history_.calls[thread];
    const std::size_t at = state.threads[thread].call;
    return at < calls.size() ? &calls[at] : nullptr;
  }

  /// Nobody may go before a call that had answered when theirs began.
  bool MayStep(const State& state, std::size_t thread) const {
    const Call& call = *NextCall(state, thread);
    for (std::size_t other = 0; other < kHistoryThreads; ++other) {
      const Call* const open = other == thread ? nullptr : NextCall(state, other);
      if (open != nullptr && open->responded < call.invoked) return false;
    }
    return true;
  }

  bool Search(const State& state) {
    Key key;
    std::memcpy(key.bytes.data(), &state, sizeof state);
    if (seen_.size() >= kMostStates || !seen_.insert(key).second) return false;
    // Who answered first goes first: nearly always that order is legal.
    std::array<std::size_t, kHistoryThreads> threads{};
    std::size_t open = 0;
    for (std::size_t thread = 0; thread < kHistoryThreads; ++thread) {
      const Call* const call = NextCall(state, thread);
      if (call == nullptr) continue;
      std::size_t place = open++;
      for (; place != 0; --place) {
        if (NextCall(state, threads[place - 1])->responded < call->responded) break;
        threads[place] = threads[place - 1];
      }
      threads[place] = thread;
    }
    if (open == 0) return IsLegalEnd(state);
    for (const bool whole : {true, false}) {
      for (std::size_t i = 0; i < open; ++i) {
        if (!MayStep(state, threads[i])) continue;
        if (whole ? WholeCall(state, threads[i]) : Step(state, threads[i])) return true;
      }
    }
    return false;
  }

  /// What is left of a call, at one instant.
  bool WholeCall(State state, std::size_t thread) {
    const Call& call = *NextCall(state, thread);
    Progress& mine = state.threads[thread];
    if (call.Matches() && mine.stage == 0 && Matched(state, call) != call.answer) return false;
    if (call.Inserts()) {
      if (mine.identity == kNone) Bind(state, thread, call);
      state.owned[Index(mine.identity)] |= Words::Get().Path(call.word);
      state.known |= Bit(mine.identity);
    } else if (call.kind == Call::Kind::kEvict || call.kind == Call::Kind::kRemoveTenant) {
      const bool begun = mine.stage != 0;
      const std::int8_t identity = begun ? mine.identity : state.current[call.tenant];
      const bool exists = identity != kNone;
      const std::size_t left = exists ? Size(state.owned[Index(identity)]) : 0U;
      if (call.kind == Call::Kind::kEvict) {
        if (mine.taken + left != call.answer) return false;
      } else if (!begun) {
        const bool known = exists && IsIn(state.known, identity);
        if (known != (call.answer != 0)) return false;
        if (!known) return Finish(state, thread);
        state.current[call.tenant] = kNone;
      }
      if (call.kind == Call::Kind::kRemoveTenant && IsInsertingFor(state, identity)) return false;
      if (exists) state.owned[Index(identity)] = 0;
    } else if (call.kind == Call::Kind::kClear) {
      return StepClear(state, thread);
    }
    return Finish(state, thread);
  }

  bool IsLegalEnd(const State& state) const {
    AtRest end;
    for (std::size_t tenant = 0; tenant < kHistoryTenants; ++tenant) {
      const std::int8_t identity = state.current[tenant];
      if (identity == kNone) continue;
      end.owned[tenant] = state.owned[Index(identity)];
      end.known[tenant] = IsIn(state.known, identity);
    }
    return end == history_.after;
  }

  /// The steps by which a call can do less than all of it.
  bool Step(const State& state, std::size_t thread) {
    const Call& call = *NextCall(state, thread);
    if (call.Matches() && state.threads[thread].stage == 0) return StepMatch(state, thread, call);
    if (call.Inserts()) return StepInsert(state, thread, call);
    switch (call.kind) {
      case Call::Kind::kEvict:
        return StepEvict(state, thread, call);
      case Call::Kind::kRemoveTenant:
        return StepRemove(state, thread, call);
      default:
        return false;
    }
  }

  bool StepMatch(State state, std::size_t thread, const Call& call) {
    if (!call.Inserts() || Matched(state, call) != call.answer) return false;
    state.threads[thread].stage = 1;
    return Search(state);
  }

  bool StepInsert(State state, std::size_t thread, const Call& call) {
    Progress& mine = state.threads[thread];
    // The tenant that it was inserting for may have been removed: then it turns to the next one.
    if (mine.identity == kNone || state.current[call.tenant] != mine.identity) {
      if (mine.identity != kNone && Grow(state, thread, call)) return true;
      Bind(state, thread, call);
      return Search(state);
    }
    return Grow(state, thread, call);
  }

  static void Bind(State& state, std::size_t thread, const Call& call) {
    std::int8_t& current = state.current[call.tenant];
    if (current == kNone) current = Unused(state);
    state.threads[thread].identity = current;
    state.used |= Bit(current);
  }

  /// One prefix more.
  bool Grow(State state, std::size_t thread, const Call& call) {
    PrefixSet& owned = state.owned[Index(state.threads[thread].identity)];
    const Words& words = Words::Get();
    const std::size_t depth = words.Matched(call.word, owned);
    if (depth == words.Length(call.word)) return false;
    owned |= words.Prefix(call.word, depth + 1);
    return Search(state);
  }

  static std::size_t Matched(const State& state, const Call& call) {
    PrefixSet owned = 0;
    for (const PrefixSet set : state.owned) owned |= set;
    return Words::Get().Matched(call.word, owned);
  }

  bool StepEvict(State state, std::size_t thread, const Call& call) {
    Progress& mine = state.threads[thread];
    if (mine.stage == 0) {
      if (state.current[call.tenant] == kNone) return false;
      mine.stage = 1;
      mine.identity = state.current[call.tenant];
      mine.to_take = Size(state.owned[Index(mine.identity)]);
      return Search(state);
    }
    const PrefixSet owned = state.owned[Index(mine.identity)];
    const bool may_end =
        mine.taken >= mine.to_take || owned == 0 || IsInsertingFor(state, mine.identity);
    if (mine.taken == call.answer && may_end && Finish(state, thread)) return true;
    return mine.taken < call.answer && TakeOneLeaf(state, thread);
  }

  bool StepRemove(State state, std::size_t thread, const Call& call) {
    Progress& mine = state.threads[thread];
    if (mine.stage == 0) {
      const std::int8_t identity = state.current[call.tenant];
      const bool known = identity != kNone && IsIn(state.known, identity);
      if (!known || call.answer == 0) return false;
      mine.stage = 1;
      mine.identity = identity;
      state.current[call.tenant] = kNone;
      return Search(state);
    }
    return state.owned[Index(mine.identity)] != 0 && TakeOneLeaf(state, thread);
  }

  bool StepClear(State state, std::size_t thread) {
    // Who is inside the old tree is ordered before; no eviction can be.
    for (std::size_t other = 0; other < kHistoryThreads; ++other) {
      if (other != thread && state.threads[other].identity != kNone) return false;
    }
    state.owned.fill(0);
    state.current.fill(kNone);
    state.known = 0;
    return Finish(state, thread);
  }

  bool TakeOneLeaf(const State& state, std::size_t thread) {
    const std::size_t identity = Index(state.threads[thread].identity);
    const PrefixSet leaves = Words::Get().Leaves(state.owned[identity]);
    for (unsigned bit = 0; bit < 16; ++bit) {
      if ((leaves & (1U << bit)) == 0) continue;
      State next = state;
      next.owned[identity] = static_cast<PrefixSet>(next.owned[identity] & ~(1U << bit));
      ++next.threads[thread].taken;
      if (Search(next)) return true;
    }
    return false;
  }

  bool Finish(State state, std::size_t thread) {
    Progress& mine = state.threads[thread];
    mine = Progress{static_cast<std::uint8_t>(mine.call + 1)};
    ForgetUnused(state);
    return Search(state);
  }

  /// Identities that nobody means any more may be given again: fewer states to tell apart.
  static void ForgetUnused(State& state) {
    std::uint8_t meant = 0;
    for (const std::int8_t identity : state.current) meant |= Bit(identity);
    for (const Progress& progress : state.threads) meant |= Bit(progress.identity);
    for (std::size_t i = 0; i < kIdentities; ++i) {
      if (state.owned[i] != 0) meant |= static_cast<std::uint8_t>(1U << i);
    }
    state.used = meant;
    state.known &= meant;
  }

  bool IsInsertingFor(const State& state, std::int8_t identity) const {
    for (std::size_t thread = 0; thread < kHistoryThreads; ++thread) {
      const Call* const call = NextCall(state, thread);
      if (call != nullptr && call->Inserts() && state.threads[thread].identity == identity) {
        return true;
      }
    }
    return false;
  }

  static std::int8_t Unused(const State& state) {
    for (std::int8_t i = 0; i < static_cast<std::int8_t>(kIdentities); ++i) {
      if (!IsIn(state.used, i)) return i;
    }
    return static_cast<std::int8_t>(kIdentities - 1);
  }
  static std::size_t Index(std::int8_t identity) { return static_cast<std::size_t>(identity); }
  static std::uint8_t Bit(std::int8_t identity) {
    return identity == kNone ? std::uint8_t{0} : static_cast<std::uint8_t>(1U << identity);
  }
  static bool IsIn(std::uint8_t set, std::int8_t identity) { return (set & Bit(identity)) != 0; }
  static std::uint16_t Size(PrefixSet set) {
    return static_cast<std::uint16_t>(std::bitset<16>(set).count());
  }

  const History& history_;
  std::unordered_set<Key, KeyHash> seen_;
};

}  // namespace pagedradix::test
