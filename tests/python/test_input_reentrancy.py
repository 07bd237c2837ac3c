"""Arguments whose code uses the very tree that they are given to.

All arguments are read before a call does anything: it answers as if their code had run before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from pagedradix import PagedRadixError, PagedRadixTree, PrefixCache, TokenTree
from token_holders import Token
from tree_contents import entries

if TYPE_CHECKING:
    from collections.abc import Callable

    # An argument's value in, the argument out.
    Wrap = Callable[[int], Any]


def outcome(call: Callable[[], object]) -> object:
    """What a call returns, or what it says when it refuses."""
    try:
        return call()
    except PagedRadixError as error:
        return type(error), str(error)


@dataclass(frozen=True)
class Subject:
    """A class, and how to make one, to see what it holds, to call it and to meddle with it."""

    make: Callable[[], Any]
    state: Callable[[Any], object]
    calls: dict[str, Callable[[Any, Wrap], object]]
    actions: dict[str, Callable[[Any], object]]


# --- TokenTree -----------------------------------------------------------------------------------

TOKEN_TREE_CALLS: dict[str, Callable[[TokenTree, Wrap], object]] = {
    "insert_tokens, tokens": lambda tree, wrap: tree.insert_tokens([1, wrap(2), 4], "v"),
    "insert_tokens, priority": lambda tree, wrap: tree.insert_tokens([1, 2, 4], "v", wrap(1)),
    "match_prefix_with_counts": lambda tree, wrap: tree.match_prefix_with_counts([1, wrap(2)]),
    "match_and_insert, tokens": lambda tree, wrap: tree.match_and_insert([1, wrap(2), 4], "v"),
    "match_and_insert, priority": lambda tree, wrap: tree.match_and_insert([1, 4], "v", wrap(1)),
    "match_and_insert_with, tokens": lambda tree, wrap: tree.match_and_insert_with(
        [1, wrap(2), 4], lambda _: "v"
    ),
    "match_and_insert_with, priority": lambda tree, wrap: tree.match_and_insert_with(
        [1, 4], lambda _: "v", wrap(1)
    ),
    "prefix_match_legacy": lambda tree, wrap: tree.prefix_match_legacy((1, wrap(2))),
    "match_tenants": lambda tree, wrap: tree.match_tenants(iter([1, wrap(2)])),
    "match_tenants among candidates": lambda tree, wrap: tree.match_tenants([1, wrap(2)], ["w"]),
    "match_batch, tokens": lambda tree, wrap: list(tree.match_batch([wrap(1)], [0, 1])[0]),
    "match_batch, offsets": lambda tree, wrap: list(tree.match_batch([1, 2], [0, wrap(2)])[0]),
    "insert_batch, tokens": lambda tree, wrap: tree.insert_batch([1, wrap(4)], [0, 2], "v"),
    "insert_batch, offsets": lambda tree, wrap: tree.insert_batch([1, 4], [0, wrap(2)], ["v"]),
    "insert_batch, priority": lambda tree, wrap: tree.insert_batch([1, 4], [0, 2], "v", wrap(1)),
    "evict_tenant": lambda tree, wrap: tree.evict_tenant("w", wrap(0)),
    "evict_tenant_by_size": lambda tree, wrap: tree.evict_tenant_by_size(wrap(1)),
    "reserve": lambda tree, wrap: tree.reserve(wrap(100)),
}

TOKEN_TREE_ACTIONS: dict[str, Callable[[TokenTree], object]] = {
    "clear": lambda tree: tree.clear(),
    "insert": lambda tree: tree.insert_tokens([1, 2, 5], "u"),
    "remove": lambda tree: tree.remove_tenant("w"),
    "evict": lambda tree: tree.evict_tenant("w", 0),
    "match": lambda tree: tree.match_prefix_with_counts([1, 2, 3]),
    "walk": lambda tree: [prefix.tolist() for prefix, _ in tree.iter_entries()],
    "snapshot": lambda tree: len(tree.__getstate__()),
}


def make_token_tree() -> TokenTree:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1, 2, 3], "w")
    return tree


def state_of_token_tree(tree: TokenTree) -> object:
    tree.check_invariants()
    return entries(tree), tree.get_tenant_token_counts()


# --- PagedRadixTree ------------------------------------------------------------------------------

PAGED_TREE_CALLS: dict[str, Callable[[PagedRadixTree, Wrap], object]] = {
    "has_sequence": lambda tree, wrap: tree.has_sequence(wrap(1)),
    "__contains__": lambda tree, wrap: wrap(1) in tree,
    "get_sequence": lambda tree, wrap: tree.get_sequence(wrap(1)).tolist(),
    "get_sequence_length": lambda tree, wrap: tree.get_sequence_length(wrap(1)),
    "match_prefix": lambda tree, wrap: tree.match_prefix([1, wrap(2), 3]),
    "add_sequence": lambda tree, wrap: tree.add_sequence(wrap(2)),
    "extend_sequence, seq_id": lambda tree, wrap: tree.extend_sequence(wrap(1), [5]),
    "extend_sequence, tokens": lambda tree, wrap: tree.extend_sequence(1, [5, wrap(6)]),
    "fork_sequence, seq_id": lambda tree, wrap: tree.fork_sequence(wrap(2), 1, 3),
    "fork_sequence, parent_seq_id": lambda tree, wrap: tree.fork_sequence(2, wrap(1), 3),
    "fork_sequence, forked_offset": lambda tree, wrap: tree.fork_sequence(2, 1, wrap(3)),
    "roll_back_sequence, seq_id": lambda tree, wrap: tree.roll_back_sequence(wrap(1), 3),
    "roll_back_sequence, num_tokens": lambda tree, wrap: tree.roll_back_sequence(1, wrap(3)),
    "remove_sequence": lambda tree, wrap: tree.remove_sequence(wrap(1)),
}

PAGED_TREE_ACTIONS: dict[str, Callable[[PagedRadixTree], object]] = {
    "reset": lambda tree: tree.reset(),
    "add": lambda tree: tree.add_sequence(2),
    "extend": lambda tree: tree.extend_sequence(1, [4, 5]),
    "fork": lambda tree: tree.fork_sequence(2, 1, 2),
    "roll back": lambda tree: tree.roll_back_sequence(1, 2),
    "remove": lambda tree: tree.remove_sequence(1),
    "walk": list,
}


def make_paged_tree() -> PagedRadixTree:
    tree = PagedRadixTree(page_size=2, pages_per_block=1)
    tree.add_sequence(1)
    tree.extend_sequence(1, [1, 2, 3])
    return tree


def state_of_paged_tree(tree: PagedRadixTree) -> object:
    tree.check_invariants()
    return {seq_id: tree.get_sequence(seq_id).tolist() for seq_id in tree}


# --- PrefixCache ---------------------------------------------------------------------------------

CACHE_CALLS: dict[str, Callable[[PrefixCache, Wrap], object]] = {
    "insert_sequence, seq_id": lambda cache, wrap: cache.insert_sequence(wrap(2), [1, 2, 3]),
    "insert_sequence, tokens": lambda cache, wrap: cache.insert_sequence(2, [1, wrap(2), 3]),
    "insert_sequence, window": lambda cache, wrap: cache.insert_sequence(2, [1, 2, 3], wrap(4)),
    "insert_sequence, sink": lambda cache, wrap: cache.insert_sequence(2, [1, 2, 3], -1, wrap(1)),
    "extend_sequence, seq_id": lambda cache, wrap: cache.extend_sequence(wrap(1), [4]),
    "extend_sequence, tokens": lambda cache, wrap: cache.extend_sequence(1, [4, wrap(5)]),
    "roll_back_sequence, seq_id": lambda cache, wrap: cache.roll_back_sequence(wrap(1), 1),
    "roll_back_sequence, num_tokens": lambda cache, wrap: cache.roll_back_sequence(1, wrap(1)),
    "recycle_sequence": lambda cache, wrap: cache.recycle_sequence(wrap(1)),
    "has_sequence": lambda cache, wrap: cache.has_sequence(wrap(1)),
    "__contains__": lambda cache, wrap: wrap(1) in cache,
}

CACHE_ACTIONS: dict[str, Callable[[PrefixCache], object]] = {
    "reset": lambda cache: cache.reset(),
    "insert": lambda cache: cache.insert_sequence(2, [1, 2]),
    "extend": lambda cache: cache.extend_sequence(1, [4]),
    "commit": lambda cache: cache.commit_sequence_extension(),
    "roll back": lambda cache: cache.roll_back_sequence(1, 1),
    "recycle": lambda cache: cache.recycle_sequence(1),
    "remove": lambda cache: cache.recycle_sequence(1, lazy=False),
}


def make_cache() -> PrefixCache:
    cache = PrefixCache(page_size=2, pages_per_block=1)
    cache.insert_sequence(1, [1, 2, 3])
    cache.extend_sequence(1, [1, 2, 3])
    return cache


def state_of_cache(cache: PrefixCache) -> object:
    """What a cache holds is seen in what it answers to a new prompt."""
    held = [seq_id for seq_id in range(5) if seq_id in cache]
    return held, outcome(lambda: cache.insert_sequence(9, [1, 2, 3, 4, 5, 6]))


# --- All of them ---------------------------------------------------------------------------------

SUBJECTS = {
    "TokenTree": Subject(
        make_token_tree, state_of_token_tree, TOKEN_TREE_CALLS, TOKEN_TREE_ACTIONS
    ),
    "PagedRadixTree": Subject(
        make_paged_tree, state_of_paged_tree, PAGED_TREE_CALLS, PAGED_TREE_ACTIONS
    ),
    "PrefixCache": Subject(make_cache, state_of_cache, CACHE_CALLS, CACHE_ACTIONS),
}


@pytest.mark.parametrize(
    ("kind", "call", "action"),
    [
        (kind, call, action)
        for kind, subject in SUBJECTS.items()
        for call in subject.calls
        for action in subject.actions
    ],
)
def test_code_in_an_argument_runs_before_the_call(kind: str, call: str, action: str) -> None:
    subject = SUBJECTS[kind]
    use, act = subject.calls[call], subject.actions[action]
    entered, plain = subject.make(), subject.make()
    ran: list[object] = []

    def act_once() -> None:
        if not ran:
            ran.append(outcome(lambda: act(entered)))

    answer = outcome(lambda: use(entered, lambda value: Token(value, act_once)))
    assert ran == [outcome(lambda: act(plain))]
    assert answer == outcome(lambda: use(plain, lambda value: value))
    assert subject.state(entered) == subject.state(plain)


@pytest.mark.parametrize(
    ("kind", "call"), [(kind, call) for kind, subject in SUBJECTS.items() for call in subject.calls]
)
def test_an_error_in_an_argument_goes_through_and_changes_nothing(kind: str, call: str) -> None:
    def fail() -> None:
        raise KeyError("mine")

    subject = SUBJECTS[kind]
    entered = subject.make()
    with pytest.raises(KeyError, match="mine"):
        subject.calls[call](entered, lambda value: Token(value, fail))
    assert subject.state(entered) == subject.state(subject.make())
