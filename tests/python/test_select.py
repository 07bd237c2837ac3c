"""match_and_insert_with: a function of the caller's chooses the tenant between match and insert."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pagedradix import PrefixMatchResult, TokenTree
from tree_contents import Untyped, entries

if TYPE_CHECKING:
    from collections.abc import Callable


def test_select_is_asked_once_and_its_tenant_owns_the_prompt() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1, 2], "a")
    asked = []

    def select(result: PrefixMatchResult) -> str:
        asked.append(result)
        return "b"

    result = tree.match_and_insert_with([1, 2, 3], select)
    assert result == PrefixMatchResult("a", 2, 3)
    assert asked == [result]
    assert tree.match_tenants([1, 2, 3]) == {"a": 2, "b": 3}


def test_select_that_returns_none_inserts_nothing() -> None:
    tree = TokenTree(page_size=1)
    assert not tree.match_and_insert_with([1], lambda _: None).matched
    assert entries(tree) == []


def test_select_is_asked_for_a_short_prompt_too() -> None:
    tree = TokenTree(page_size=4)
    asked = []

    def select(result: PrefixMatchResult) -> str:
        asked.append(result.input_token_count)
        return "w"

    tree.match_and_insert_with([1], select)
    assert asked == [1]
    assert tree.get_tenant_token_counts() == {}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, StopIteration, SystemExit])
def test_an_exception_in_select_goes_through_and_inserts_nothing(
    error: type[BaseException],
) -> None:
    tree = TokenTree(page_size=1)

    def select(_: object) -> str:
        raise error("mine")

    with pytest.raises(error, match="mine"):
        tree.match_and_insert_with([1], select)
    assert entries(tree) == []
    tree.check_invariants()


@pytest.mark.parametrize("tenant", [3, b"w", ["w"]])
def test_select_must_return_a_name_or_none(tenant: Untyped) -> None:
    tree = TokenTree(page_size=1)
    with pytest.raises(TypeError, match="the tenant that select returns must be a str"):
        tree.match_and_insert_with([1], lambda _: tenant)
    assert entries(tree) == []


@pytest.mark.parametrize("select", [None, "w", 3])
def test_select_must_be_callable(select: Untyped) -> None:
    tree = TokenTree(page_size=1)
    with pytest.raises(TypeError, match="select must be callable"):
        tree.match_and_insert_with([1], select)
    assert tree.stats().matches == 0


REENTRANT: dict[str, tuple[Callable[[TokenTree], object], dict[str, int]]] = {
    "insert": (lambda tree: tree.insert_tokens([1, 2, 3, 4, 5], "c"), {"a": 2, "c": 5, "b": 4}),
    "split": (lambda tree: tree.insert_tokens([1, 9], "c"), {"a": 2, "c": 2, "b": 4}),
    "evict": (lambda tree: tree.evict_tenant("a", 0), {"a": 0, "b": 4}),
    "remove": (lambda tree: tree.remove_tenant("a"), {"b": 4}),
    "clear": (lambda tree: tree.clear(), {"b": 4}),
    "match": (lambda tree: tree.match_prefix_with_counts([1, 2]), {"a": 2, "b": 4}),
    "walk": (lambda tree: list(tree.iter_entries()), {"a": 2, "b": 4}),
    "stats": (lambda tree: (tree.stats(), repr(tree)), {"a": 2, "b": 4}),
    "snapshot": (lambda tree: tree.__getstate__(), {"a": 2, "b": 4}),
    "batch": (lambda tree: tree.insert_batch([7, 8], [0, 1, 2], "c"), {"a": 2, "c": 2, "b": 4}),
    "select": (
        lambda tree: tree.match_and_insert_with([1, 2, 3], lambda _: "c"),
        {"a": 2, "c": 3, "b": 4},
    ),
}


@pytest.mark.parametrize("action", REENTRANT)
def test_select_may_call_back_into_the_tree(action: str) -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1, 2], "a")
    call, counts = REENTRANT[action]

    def select(_: object) -> str:
        call(tree)
        return "b"

    tree.match_and_insert_with([1, 2, 3, 4], select)
    assert tree.get_tenant_token_counts() == counts
    assert tree.match_tenants([1, 2, 3, 4], ["b"]) == {"b": 4}
    tree.check_invariants()


def test_select_may_nest_deeply() -> None:
    tree = TokenTree(page_size=1)

    def select_at(depth: int) -> str:
        if depth < 50:
            tree.match_and_insert_with(list(range(depth + 1)), lambda _: select_at(depth + 1))
        return f"w{depth}"

    select_at(0)
    assert len(tree.get_tenant_token_counts()) == 50
    tree.check_invariants()


def test_select_may_drop_the_last_reference_to_the_tree() -> None:
    trees = [TokenTree(page_size=1)]

    def select(_: object) -> str:
        trees.clear()
        return "w"

    assert trees[0].match_and_insert_with([1], select) == PrefixMatchResult("empty", 0, 1)
