// What is done with a tree, whoever made it, and what is measured then.
//
// A Peer has Insert(tokens, tenant), Match(tokens) and Route(tokens, router), which return the
// tokens matched, and Evict(tenant, tokens).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "machine.hpp"
#include "measure.hpp"
#include "router.hpp"
#include "workload_file.hpp"

namespace pagedradix::peers {

using Values = std::vector<std::pair<std::string, double>>;

/// Matches one prompt again and again, after it grew by `node_tokens` at a time (0: in one piece).
template <typename Peer>
Values MeasurePath(const WorkloadFile& prompts, std::size_t node_tokens) {
  const Router tenants;
  const TokenSpan prompt = prompts[0];
  Peer peer;
  for (std::size_t end = node_tokens; end != 0 && end < prompt.size(); end += node_tokens) {
    peer.Insert(prompt.First(end), tenants.TakeTurns(0));
  }
  peer.Insert(prompt, tenants.TakeTurns(0));
  const double nanoseconds = MedianNanoseconds([&] { Keep(peer.Match(prompt)); });
  return {{"match_ns", nanoseconds}, {"matched_tokens", static_cast<double>(peer.Match(prompt))}};
}

/// Fills a tree, matches what is in it in random order, and takes `evicted` tokens from a tenant.
template <typename Peer>
Values MeasureShortPrompts(const WorkloadFile& prompts, std::size_t evicted) {
  const Router tenants;
  const auto count = static_cast<double>(prompts.size());
  const std::size_t resident_before = bench::ResidentBytes();
  Peer peer;
  const double insert = NanosecondsOf([&] {
    for (std::size_t i = 0; i < prompts.size(); ++i) peer.Insert(prompts[i], tenants.TakeTurns(i));
  });
  const std::size_t resident = bench::ResidentBytes() - resident_before;
  std::size_t matched = 0;
  const double match = NanosecondsOf([&] {
    for (const std::uint64_t i : prompts.Order()) matched += peer.Match(prompts[i]);
  });
  Values values = {{"insert_ns", insert / count},
                   {"resident_bytes", static_cast<double>(resident)},
                   {"match_ns", match / count},
                   {"matched_tokens", static_cast<double>(matched)}};
  if constexpr (Peer::kEvicts) {
    const double evict = NanosecondsOf([&] { peer.Evict(tenants.TakeTurns(0), evicted); });
    values.emplace_back("evict_ns", evict);
  }
  return values;
}

/// Routes the prompts, each of which is matched and then inserted for whoever got it.
template <typename Peer>
Values MeasureTrace(const WorkloadFile& prompts) {
  Router router;
  Peer peer;
  std::vector<double> latencies(prompts.size());
  std::size_t matched = 0;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    latencies[i] = NanosecondsOf([&] { matched += peer.Route(prompts[i], router); });
  }
  const double total = std::accumulate(latencies.begin(), latencies.end(), 0.0);
  return {{"requests_a_second", static_cast<double>(prompts.size()) * 1e9 / total},
          {"p99_ns", Percentile99(std::move(latencies))},
          {"matched_tokens", static_cast<double>(matched)}};
}

/// Runs `PROGRAM FILE SCENARIO ARGUMENT` and prints the values as JSON.
template <typename Peer, typename Extra>
int RunScenario(int argc, char** argv, Extra extra) {
  try {
    const std::vector<std::string> arguments(argv, argv + argc);
    const WorkloadFile prompts(arguments.at(1));
    const std::string& scenario = arguments.at(2);
    const std::size_t argument = std::stoull(arguments.at(3));
    Values values;
    if (scenario == "path") {
      values = MeasurePath<Peer>(prompts, argument);
      extra(prompts, values);
    } else if (scenario == "short_prompts") {
      values = MeasureShortPrompts<Peer>(prompts, argument);
    } else {
      values = MeasureTrace<Peer>(prompts);
    }
    const char* before = "{";
    for (const auto& [name, value] : values) {
      std::printf("%s\"%s\": %.17g", before, name.c_str(), value);
      before = ", ";
    }
    std::puts("}");
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}

}  // namespace pagedradix::peers
