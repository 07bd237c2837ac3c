// PrefixCache beside the naive cache, under any stream of calls, also when it is full.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fuzz_input.hpp"
#include "fuzz_target.hpp"
#include "prefix_cache_comparison.hpp"

namespace pagedradix::fuzz {
namespace {

class CacheCalls {
 public:
  explicit CacheCalls(FuzzInput& input)
      : input_(input), caches_(static_cast<std::int64_t>(input.Below(5)) - 1, Options(input)) {}

  void Run() {
    while (!input_.Empty()) {
      try {
        Step();
      } catch (const CapacityError&) {
        caches_.TryFree();
      }
    }
    caches_.CompareIds({-2, -1, 0, 1, 2, 3, 4, 5});
  }

 private:
  static PagedRadixTreeOptions Options(FuzzInput& input) {
    PagedRadixTreeOptions options;
    options.page_size = Pick<std::size_t>(input, {1, 3, 64});
    options.pages_per_block = Pick<std::size_t>(input, {1, 64});
    if (input.Below(4) == 0) options.max_tokens = options.page_size * (1 + input.Below(40));
    return options;
  }

  std::int64_t Id() { return static_cast<std::int64_t>(input_.Below(8)) - 2; }

  void Step() {
    switch (input_.Below(8)) {
      case 0:
      case 1:
        return Insert();
      case 2:
      case 3: {
        const std::int64_t id = Id();
        return caches_.Extend(id, input_.Tokens<std::int32_t>(40));
      }
      case 4:
        return caches_.Commit();
      case 5: {
        const std::int64_t id = Id();
        return caches_.RollBack(id, input_.Below(40));
      }
      case 6: {
        const std::int64_t id = Id();
        return caches_.Recycle(id, input_.Below(8) != 0);
      }
      default:
        if (input_.Below(16) == 0) return caches_.Reset();
        caches_.TryFree();
    }
  }

  void Insert() {
    const std::int64_t id = Id();
    const auto prompt = input_.Tokens<std::int32_t>(60);
    const int window = Pick<int>(input_, {-1, -1, -1, 4, 0, -2});
    const int sink = Pick<int>(input_, {0, 0, 1, -1});
    caches_.Insert(id, prompt, window, sink);
  }

  FuzzInput& input_;
  test::PrefixCacheComparison caches_;
};

}  // namespace

void RunTarget(const std::uint8_t* data, std::size_t size) {
  FuzzInput input(data, size);
  CacheCalls(input).Run();
}

}  // namespace pagedradix::fuzz
