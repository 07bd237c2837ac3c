// Trees in which one prompt's path has a given shape.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>

#include "pagedradix/token_tree.hpp"
#include "prompts.hpp"

namespace pagedradix::bench {

/// What the path of a prompt looks like.
struct PathShape {
  std::size_t node_tokens;  ///< tokens of each node; 0: one node for all
  bool forks = false;       ///< whether each node but the last has a second child
};

inline constexpr PathShape kOneEdge{0};
inline constexpr PathShape kNodes256{256};
inline constexpr PathShape kNodes16{16};
inline constexpr PathShape kForks256{256, true};
inline constexpr PathShape kForks16{16, true};

/// How many nodes a prompt of so many tokens has.
inline std::size_t NodesOf(PathShape shape, std::size_t tokens) noexcept {
  return shape.node_tokens == 0 ? 1 : (tokens + shape.node_tokens - 1) / shape.node_tokens;
}

/// Grows `prompt` turn by turn, as a chat does. Takes time by the square of the number of turns.
inline void InsertTurns(TokenTree& tree, TokenSpan prompt, PathShape shape,
                        std::string_view tenant) {
  const std::size_t turn = shape.node_tokens == 0 ? prompt.size() : shape.node_tokens;
  for (std::size_t end = turn; end < prompt.size(); end += turn) {
    tree.InsertTokens(prompt.First(end), tenant);
  }
  tree.InsertTokens(prompt, tenant);
}

/// Inserts prompts that leave `prompt` after each turn.
inline void InsertForks(TokenTree& tree, TokenSpan prompt, PathShape shape,
                        std::string_view tenant) {
  TokenBuffer fork = TokenBuffer::CopyOf(prompt);
  for (std::size_t end = shape.node_tokens; end < prompt.size(); end += shape.node_tokens) {
    fork.data()[end] = ~prompt[end];
    tree.InsertTokens(fork.Span().First(end + tree.PageSize()), tenant);
    fork.data()[end] = prompt[end];
  }
}

/// Gives `prompt` a path of this shape.
inline void InsertPath(TokenTree& tree, TokenSpan prompt, PathShape shape,
                       std::string_view tenant) {
  InsertTurns(tree, prompt, shape, tenant);
  if (shape.forks) InsertForks(tree, prompt, shape, tenant);
}

inline std::unique_ptr<TokenTree> TreeWithPath(TokenSpan prompt, PathShape shape,
                                               std::string_view tenant) {
  auto tree = std::make_unique<TokenTree>();
  InsertPath(*tree, prompt, shape, tenant);
  return tree;
}

}  // namespace pagedradix::bench
