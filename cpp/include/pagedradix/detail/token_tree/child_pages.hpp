// The children of a node in lexicographic order of their first pages.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "pagedradix/detail/token_tree/node.hpp"

namespace pagedradix::detail {

/// The first pages of the node's children, page after page, sorted, each once. Lock-free; the
/// caller is pinned. O(children log children).
inline std::vector<Token> SortedChildPages(Node& node, std::size_t page_size) {
  std::vector<Token> pages;
  bool again = true;
  while (again) {
    again = false;
    pages.clear();
    node.ForEachChild([&](Node* child) {
      const Edge* const edge = child->LoadEdge();
      if (edge->start_depth > node.end_depth) {
        again = true;  // R1
        return;
      }
      ForEachRun(*edge, node.end_depth - edge->start_depth, page_size,
                 [&pages](const Token* run, std::size_t count) {
                   pages.insert(pages.end(), run, run + count);
                 });
    });
  }

  const auto page = [&pages, page_size](std::size_t i) {
    return pages.begin() + static_cast<std::ptrdiff_t>(i * page_size);
  };
  std::vector<std::size_t> order(pages.size() / page_size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::lexicographical_compare(page(a), page(a + 1), page(b), page(b + 1));
  });
  // A child that was removed and came back during the scan is met twice.
  order.erase(std::unique(order.begin(), order.end(),
                          [&](std::size_t a, std::size_t b) {
                            return std::equal(page(a), page(a + 1), page(b));
                          }),
              order.end());
  std::vector<Token> sorted;
  sorted.reserve(order.size() * page_size);
  for (const std::size_t i : order) sorted.insert(sorted.end(), page(i), page(i + 1));
  return sorted;
}

}  // namespace pagedradix::detail
