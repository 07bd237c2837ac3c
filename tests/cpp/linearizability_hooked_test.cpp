// Small random histories of a real tree, each searched for a legal sequential order.
//
// Three threads make up to five calls each; hooks inside the tree stop them at random between the
// steps that matter. docs/concurrency.md says what counts as legal for each call, linearizer.hpp
// how it is searched.
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "concurrency_support.hpp"
#include "history.hpp"
#include "linearizer.hpp"
#include "pagedradix/detail/threads/sync_point.hpp"
#include "saved_history.hpp"

namespace pagedradix::test {
namespace {

/// Stops the thread that gets to a sync point: mostly not at all, at times for long enough that
/// others get in between.
void StopAtRandom(detail::SyncPoint) {
  thread_local TestRandom random(std::hash<std::thread::id>()(std::this_thread::get_id()));
  const std::size_t dice = random.Below(64);
  if (dice == 0) {
    std::this_thread::yield();
  } else if (dice < 8) {
    for (volatile std::size_t left = random.Below(400); left != 0; left = left - 1) {
    }
  }
}

AtRest Observe(const TokenTree& tree) {
  AtRest state;
  for (const auto& [prefix, owners] : ListingOf(tree)) {
    // An entry is a node: the prefixes between its parent's end and its own are owned too.
    for (std::size_t length = 1; length <= prefix.size(); ++length) {
      const std::size_t number =
          Words::Get().NumberOf(Prompt(prefix.begin(), prefix.begin() + static_cast<long>(length)));
      for (const std::string& owner : owners) {
        const std::size_t tenant = owner == HistoryTenant(0) ? 0 : 1;
        state.owned[tenant] = static_cast<PrefixSet>(state.owned[tenant] | (1U << number));
      }
    }
  }
  for (const auto& [name, count] : CountsOf(tree)) {
    const std::size_t tenant = name == HistoryTenant(0) ? 0 : 1;
    state.known[tenant] = true;
    EXPECT_EQ(count, std::bitset<16>(state.owned[tenant]).count()) << name;
  }
  return state;
}

class HistoryRunner {
 public:
  explicit HistoryRunner(std::uint64_t seed) : random_(seed), tree_(WithPageSize(1)) {
    detail::sync_point::hook = StopAtRandom;
    for (std::size_t self = 1; self < kHistoryThreads; ++self) {
      threads_.emplace_back([this, self] { Work(self); });
    }
  }
  ~HistoryRunner() {
    done_ = true;
    start_.Arrive();
    for (std::thread& thread : threads_) thread.join();
    detail::sync_point::hook = nullptr;
  }
  HistoryRunner(const HistoryRunner&) = delete;
  HistoryRunner& operator=(const HistoryRunner&) = delete;

  /// Random calls on the tree as the last ones have left it.
  const History& RunOne() {
    history_.before = history_.after;
    for (std::vector<Call>& calls : history_.calls) Plan(calls);
    return Run();
  }

  /// The calls of `saved`, on a tree with what it had before.
  const History& RunSaved(const History& saved) {
    history_ = saved;
    for (std::size_t tenant = 0; tenant < kHistoryTenants; ++tenant) {
      tree_.RemoveTenant(HistoryTenant(tenant));
    }
    for (std::size_t tenant = 0; tenant < kHistoryTenants; ++tenant) {
      const Words& words = Words::Get();
      for (const std::string& leaf : words.Names(words.Leaves(saved.before.owned[tenant]))) {
        tree_.InsertTokens(Prompt(leaf.begin(), leaf.end()), HistoryTenant(tenant));
      }
    }
    return Run();
  }

 private:
  const History& Run() {
    start_.Arrive();
    MakeCalls(0);
    end_.Arrive();
    history_.after = Observe(tree_);
    EXPECT_EQ(tree_.CheckInvariants(), "");
    return history_;
  }

  void Plan(std::vector<Call>& calls) {
    calls.resize(1 + random_.Below(kMaxCalls));
    for (Call& call : calls) {
      call = Call();
      call.word = static_cast<std::uint8_t>(random_.Below(Words::kWords.size()));
      call.tenant = static_cast<std::uint8_t>(random_.Below(kHistoryTenants));
      const std::size_t dice = random_.Below(100);
      call.kind = dice < 30   ? Call::Kind::kMatch
                  : dice < 60 ? Call::Kind::kInsert
                  : dice < 70 ? Call::Kind::kMatchAndInsert
                  : dice < 80 ? Call::Kind::kMatchAndInsertWith
                  : dice < 94 ? Call::Kind::kEvict
                  : dice < 98 ? Call::Kind::kRemoveTenant
                              : Call::Kind::kClear;
    }
  }

  void Work(std::size_t self) {
    for (;;) {
      start_.Arrive();
      if (done_) return;
      MakeCalls(self);
      end_.Arrive();
    }
  }

  void MakeCalls(std::size_t self) {
    for (Call& call : history_.calls[self]) {
      call.invoked = ticket_.fetch_add(1);
      call.answer = Answer(call);
      call.responded = ticket_.fetch_add(1);
    }
  }

  std::size_t Answer(const Call& call) {
    const Prompt& prompt = Words::Get().Tokens(call.word);
    const std::string_view tenant = HistoryTenant(call.tenant);
    switch (call.kind) {
      case Call::Kind::kMatch:
        return tree_.MatchPrefixWithCounts(prompt).matched_token_count;
      case Call::Kind::kInsert:
        tree_.InsertTokens(prompt, tenant);
        return 0;
      case Call::Kind::kMatchAndInsert:
        return tree_.MatchAndInsert(prompt, tenant).matched_token_count;
      case Call::Kind::kMatchAndInsertWith:
        return tree_
            .MatchAndInsertWith(
                prompt,
                [tenant](const PrefixMatchResult&) -> std::optional<std::string_view> {
                  return tenant;
                })
            .matched_token_count;
      case Call::Kind::kEvict:
        return tree_.EvictTenant(tenant, 0);
      case Call::Kind::kRemoveTenant:
        return tree_.RemoveTenant(tenant) ? 1 : 0;
      case Call::Kind::kClear:
        tree_.Clear();
        return 0;
    }
    return 0;
  }

  TestRandom random_;
  TokenTree tree_;
  History history_;
  std::atomic<std::uint64_t> ticket_{0};
  std::atomic<bool> done_{false};
  Meeting start_{kHistoryThreads};
  Meeting end_{kHistoryThreads};
  std::vector<std::thread> threads_;
};

/// Writes a history without a legal order to a file, and says where.
std::string Saved(const History& history, std::uint64_t seed, std::size_t number) {
  const std::string name =
      "history-" + std::to_string(seed) + "-" + std::to_string(number) + ".txt";
  std::istringstream timeline(history.Text());
  std::ofstream file(name);
  for (std::string line; std::getline(timeline, line);) file << "# " << line << '\n';
  file << SavedText(history);
  return history.Text() +
         "saved for tests/data/histories: " + std::filesystem::absolute(name).string();
}

TEST(LinearizabilityTest, RandomHistoriesHaveALegalOrder) {
  const std::size_t histories = SizeFor(10'000, 1'000, 1'000);
  const std::uint64_t seed = PrintedSeed();
  HistoryRunner runner(seed);
  std::size_t overlapping = 0;
  std::size_t unknown = 0;
  for (std::size_t i = 0; i < histories && !HasFailure(); ++i) {
    const History& history = runner.RunOne();
    const Linearizer::Verdict verdict = Linearizer(history).Judge();
    ASSERT_NE(verdict, Linearizer::Verdict::kIllegal) << Saved(history, seed, i);
    overlapping += history.Overlaps() ? 1U : 0U;
    unknown += verdict == Linearizer::Verdict::kUnknown ? 1U : 0U;
  }
  std::cout << histories << " histories, " << overlapping << " with calls that overlap, " << unknown
            << " given up\n";
  EXPECT_LE(unknown * 100, histories);
}

// Without the protection that its first line names, each soon runs into an order that is not legal.
TEST(LinearizabilityTest, SavedHistoriesHaveALegalOrder) {
  const std::size_t runs = SizeFor(1'000, 300, 300);
  std::size_t files = 0;
  const std::filesystem::path directory =
      std::filesystem::path(PAGEDRADIX_TEST_DATA_DIR) / "histories";
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    ++files;
    std::ifstream file(entry.path());
    const History saved = SavedHistoryReader::Read(file);
    HistoryRunner runner(1);
    for (std::size_t run = 0; run < runs; ++run) {
      const History& history = runner.RunSaved(saved);
      ASSERT_NE(Linearizer(history).Judge(), Linearizer::Verdict::kIllegal)
          << entry.path() << ", run " << run << ":\n"
          << history.Text();
    }
  }
  EXPECT_GT(files, 0U);
}

TEST(SavedHistoryTest, IsReadAsItWasWritten) {
  const std::string text =
      "s owns abcd\n"
      "t owns b\n"
      "0 match ab\n"
      "0 evict s\n"
      "1 insert abx t\n"
      "1 clear\n"
      "2 match_and_insert_with ay s\n";
  std::istringstream input("# what it showed\n\n" + text);
  EXPECT_EQ(SavedText(SavedHistoryReader::Read(input)), text);
}

TEST(SavedHistoryTest, NamesTheLineThatItCannotRead) {
  for (const char* const line : {"3 match ab", "0 look ab", "0 match zz", "0 insert ab u",
                                 "u owns ab", "s owns zz", "0 evict"}) {
    std::istringstream input(line);
    EXPECT_THROW(SavedHistoryReader::Read(input), std::invalid_argument) << line;
  }
}

}  // namespace
}  // namespace pagedradix::test
