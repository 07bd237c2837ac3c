// pagedradix's TokenTree, and memcmp beside it.
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "measure.hpp"
#include "pagedradix/token_tree.hpp"
#include "router.hpp"
#include "scenarios.hpp"
#include "workload_file.hpp"

namespace pagedradix::peers {
namespace {

class TokenTreePeer {
 public:
  static constexpr bool kEvicts = true;

  void Insert(TokenSpan tokens, std::string_view tenant) { tree_.InsertTokens(tokens, tenant); }

  std::size_t Match(TokenSpan tokens) {
    return tree_.MatchPrefixWithCounts(tokens).matched_token_count;
  }

  std::size_t Route(TokenSpan tokens, Router& router) {
    const auto select = [&router](const PrefixMatchResult& match) -> const std::string& {
      return router.Choose(match.input_token_count, match.matched_token_count, match.tenant);
    };
    return tree_.MatchAndInsertWith(tokens, select).matched_token_count;
  }

  void Evict(std::string_view tenant, std::size_t tokens) {
    tree_.EvictTenant(tenant, tree_.TenantTokenSize(tenant) - tokens);
  }

 private:
  TokenTree tree_;
};

void AddMemcmp(const WorkloadFile& prompts, Values& values) {
  const TokenSpan prompt = prompts[0];
  const std::vector<Token> copy(prompt.begin(), prompt.end());
  values.emplace_back("memcmp_ns", MedianNanoseconds([&] {
                        Keep(std::memcmp(prompt.data(), copy.data(), copy.size() * sizeof(Token)));
                      }));
}

}  // namespace
}  // namespace pagedradix::peers

int main(int argc, char** argv) {
  using namespace pagedradix::peers;
  return RunScenario<TokenTreePeer>(argc, argv, AddMemcmp);
}
