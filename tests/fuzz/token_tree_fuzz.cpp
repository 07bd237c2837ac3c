// TokenTree beside the naive tree, under any stream of calls, one after the other.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "fuzz_target.hpp"
#include "tree_comparison.hpp"

namespace pagedradix::fuzz {
namespace {

class TokenTreeCalls {
 public:
  explicit TokenTreeCalls(FuzzInput& input) : input_(input), trees_(Options(input)) {}

  void Run() {
    while (!input_.Empty()) Step();
    trees_.CompareAll();
  }

 private:
  static TokenTreeOptions Options(FuzzInput& input) {
    TokenTreeOptions options;
    options.page_size = Pick<std::size_t>(input, {1, 2, 3, 16});
    options.policy = static_cast<EvictionPolicy>(input.Below(6));
    options.recount_hits = input.Below(8) == 0;
    return options;
  }

  std::vector<Token> Prompt() { return input_.Tokens<Token>(60); }
  std::string Tenant() { return std::string(1, static_cast<char>('a' + input_.Below(4))); }
  std::int32_t Priority() { return static_cast<std::int32_t>(input_.Below(4)) - 1; }

  void Step() {
    switch (input_.Below(12)) {
      case 0:
      case 1:
      case 2:
        return trees_.Insert(Prompt(), Tenant(), Priority());
      case 3:
        return trees_.Match(Prompt());
      case 4:
        return trees_.MatchAndInsert(Prompt(), Tenant(), Priority());
      case 5: {
        const std::vector<Token> prompt = Prompt();
        std::optional<std::string> chosen;
        if (input_.Flag()) chosen = Tenant();
        return trees_.MatchAndInsertWith(prompt, [&chosen] { return chosen; }, Priority());
      }
      case 6:
        return trees_.MatchTenants(Prompt());
      case 7:
        return trees_.Evict(Tenant(), input_.Below(64));
      case 8:
        return trees_.EvictBySize(input_.Below(64));
      case 9:
        return trees_.Remove(Tenant());
      case 10:
        return RarerStep();
      default:
        return trees_.RoundTrip();
    }
  }

  void RarerStep() {
    switch (input_.Below(8)) {
      case 0:
        return trees_.Clear();
      case 1:
        return trees_.MatchLegacy(Prompt());
      case 2:
        return trees_.MatchNamesLatestOwner(Prompt());
      case 3:
        return trees_.MatchTenants(Prompt(), {Tenant(), "nobody", Tenant()});
      case 4:
        return trees_.MatchBatch(Prompts());
      case 5: {
        const std::vector<std::vector<Token>> prompts = Prompts();
        std::vector<std::string> tenants;
        while (tenants.size() < prompts.size()) tenants.push_back(Tenant());
        return trees_.InsertBatch(prompts, tenants, Priority());
      }
      case 6:
        return trees_.Tree().Reserve(input_.Byte());
      default:
        return trees_.CompareAll();
    }
  }

  std::vector<std::vector<Token>> Prompts() {
    std::vector<std::vector<Token>> prompts(input_.Below(4));
    for (std::vector<Token>& prompt : prompts) prompt = Prompt();
    return prompts;
  }

  FuzzInput& input_;
  test::TreeComparison trees_;
};

}  // namespace

void RunTarget(const std::uint8_t* data, std::size_t size) {
  FuzzInput input(data, size);
  TokenTreeCalls(input).Run();
}

}  // namespace pagedradix::fuzz
