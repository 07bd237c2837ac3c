"""Every method that takes tokens, each on a tree or a cache of its own that holds some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pagedradix import PagedRadixTree, PrefixCache, TokenTree
from token_holders import SMALL
from tree_contents import Untyped, entries

if TYPE_CHECKING:
    from collections.abc import Callable

HELD = SMALL[:5]


@dataclass(frozen=True)
class Taker:
    """A method, and what there is to see of what it works on."""

    take: Callable[[Untyped], object]
    state: Callable[[], object]
    """Checks the invariants; may be called once."""


def of_token_tree(take: Callable[[TokenTree, Untyped], object]) -> Callable[[], Taker]:
    def make() -> Taker:
        tree = TokenTree(page_size=1)
        tree.insert_tokens(HELD, "w")

        def state() -> object:
            tree.check_invariants()
            return entries(tree), tree.get_tenant_token_counts(), tree.stats().matches

        return Taker(lambda tokens: take(tree, tokens), state)

    return make


def of_paged_tree(take: Callable[[PagedRadixTree, Untyped], object]) -> Callable[[], Taker]:
    def make() -> Taker:
        tree = PagedRadixTree(page_size=4, pages_per_block=1)
        for seq_id in (1, 2):
            tree.add_sequence(seq_id)
        tree.extend_sequence(1, HELD)

        def state() -> object:
            tree.check_invariants()
            return {seq_id: tree.get_sequence(seq_id).tolist() for seq_id in tree}

        return Taker(lambda tokens: take(tree, tokens), state)

    return make


def of_cache(take: Callable[[PrefixCache, Untyped], object]) -> Callable[[], Taker]:
    def make() -> Taker:
        cache = PrefixCache(page_size=4, pages_per_block=1)
        cache.insert_sequence(1, HELD)
        cache.extend_sequence(1, HELD)

        def state() -> object:
            """What a cache holds is seen in what it answers to new prompts."""
            held = [seq_id for seq_id in range(10) if seq_id in cache]
            return held, cache.insert_sequence(10, [*HELD, *SMALL, 0])

        return Taker(lambda tokens: take(cache, tokens), state)

    return make


TAKERS: dict[str, Callable[[], Taker]] = {
    "insert_tokens": of_token_tree(lambda tree, tokens: tree.insert_tokens(tokens, "v")),
    "match_prefix_with_counts": of_token_tree(
        lambda tree, tokens: tree.match_prefix_with_counts(tokens)
    ),
    "match_and_insert": of_token_tree(lambda tree, tokens: tree.match_and_insert(tokens, "v")),
    "match_and_insert_with": of_token_tree(
        lambda tree, tokens: tree.match_and_insert_with(tokens, lambda _: "v")
    ),
    "prefix_match_legacy": of_token_tree(lambda tree, tokens: tree.prefix_match_legacy(tokens)),
    "match_tenants": of_token_tree(lambda tree, tokens: tree.match_tenants(tokens)),
    "match_tenants among candidates": of_token_tree(
        lambda tree, tokens: tree.match_tenants(tokens, ["w", "v"])
    ),
    "match_batch": of_token_tree(
        lambda tree, tokens: [list(column) for column in tree.match_batch(tokens, [0, 1, 1])]
    ),
    "insert_batch": of_token_tree(lambda tree, tokens: tree.insert_batch(tokens, [0, 1, 1], "v")),
    "PagedRadixTree.match_prefix": of_paged_tree(lambda tree, tokens: tree.match_prefix(tokens)),
    "PagedRadixTree.extend_sequence, first": of_paged_tree(
        lambda tree, tokens: tree.extend_sequence(2, tokens)
    ),
    "PagedRadixTree.extend_sequence, more": of_paged_tree(
        lambda tree, tokens: tree.extend_sequence(1, tokens)
    ),
    "PrefixCache.insert_sequence": of_cache(lambda cache, tokens: cache.insert_sequence(2, tokens)),
    "PrefixCache.extend_sequence": of_cache(lambda cache, tokens: cache.extend_sequence(1, tokens)),
}
