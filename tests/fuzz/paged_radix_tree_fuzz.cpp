// PagedRadixTree beside the naive store, under any stream of calls, also at its limit.
#include <cstddef>
#include <cstdint>

#include "fuzz_input.hpp"
#include "fuzz_target.hpp"
#include "sequence_comparison.hpp"

namespace pagedradix::fuzz {
namespace {

class SequenceCalls {
 public:
  explicit SequenceCalls(FuzzInput& input) : input_(input), trees_(Options(input)) {}

  void Run() {
    while (!input_.Empty()) {
      try {
        Step();
      } catch (const CapacityError&) {
        trees_.CompareAll();
      }
    }
    trees_.CompareAll();
  }

 private:
  static PagedRadixTreeOptions Options(FuzzInput& input) {
    PagedRadixTreeOptions options;
    options.page_size = Pick<std::size_t>(input, {1, 2, 7, 64});
    options.pages_per_block = Pick<std::size_t>(input, {1, 3, 64});
    if (input.Flag()) options.max_tokens = options.page_size * (1 + input.Below(40));
    return options;
  }

  std::int64_t Id() { return static_cast<std::int64_t>(input_.Below(8)) - 2; }
  std::size_t Count() { return input_.Below(80); }

  void Step() {
    switch (input_.Below(10)) {
      case 0:
        return trees_.Add(Id());
      case 1:
      case 2:
      case 3:
        return Extend();
      case 4:
        return Fork();
      case 5:
        return RollBack();
      case 6:
        return trees_.Remove(Id());
      case 7:
        return trees_.Match(input_.Tokens<std::int32_t>(90));
      case 8:
        return trees_.Get(Id());
      default:
        if (input_.Below(8) == 0) trees_.Reset();
        return trees_.CompareAll();
    }
  }

  void Extend() {
    const std::int64_t id = Id();
    trees_.Extend(id, input_.Tokens<std::int32_t>(90));
  }
  void Fork() {
    const std::int64_t id = Id();
    const std::int64_t parent = Id();
    trees_.Fork(id, parent, Count());
  }
  void RollBack() {
    const std::int64_t id = Id();
    trees_.RollBack(id, Count());
  }

  FuzzInput& input_;
  test::SequenceComparison trees_;
};

}  // namespace

void RunTarget(const std::uint8_t* data, std::size_t size) {
  FuzzInput input(data, size);
  SequenceCalls(input).Run();
}

}  // namespace pagedradix::fuzz
