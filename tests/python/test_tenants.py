"""Names of tenants, what is counted for them, and how they go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pagedradix import InvalidArgumentError, TokenTree
from tree_contents import Untyped, entries

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    "tenant", ["http://10.0.0.1:8000", "a\0b", "wörker-é-\U0001f600", "x" * 5000, " "]
)
def test_a_tenant_may_be_any_string(tenant: str) -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1], tenant)
    assert tree.match_prefix_with_counts([1]).tenant == tenant
    assert tree.get_tenant_token_counts() == {tenant: 1}
    assert tree.tenant_token_size(tenant) == 1
    assert tree.match_tenants([1], [tenant]) == {tenant: 1}


INSERTS: list[Callable[[TokenTree, Any], object]] = [
    lambda tree, tenant: tree.insert_tokens([1], tenant),
    lambda tree, tenant: tree.match_and_insert([1], tenant),
    lambda tree, tenant: tree.match_and_insert_with([1], lambda _: tenant),
    lambda tree, tenant: tree.insert_batch([1], [0, 1], tenant),
    lambda tree, tenant: tree.insert_batch([1, 2], [0, 1, 2], ["w", tenant]),
]


@pytest.mark.parametrize("insert", INSERTS)
@pytest.mark.parametrize(
    ("tenant", "message"),
    [("", "must not be an empty"), ("empty", "stands for nobody"), ("a\udc80", "lone surrogate")],
)
def test_a_name_that_cannot_be_a_tenant_is_rejected(
    insert: Callable[[TokenTree, Any], object], tenant: str, message: str
) -> None:
    tree = TokenTree(page_size=1)
    with pytest.raises(InvalidArgumentError, match=message):
        insert(tree, tenant)
    assert entries(tree) == []


@pytest.mark.parametrize("insert", INSERTS)
@pytest.mark.parametrize("tenant", [3, b"w", 1.0])
def test_a_tenant_of_another_type_is_rejected(
    insert: Callable[[TokenTree, Any], object], tenant: object
) -> None:
    tree = TokenTree(page_size=1)
    with pytest.raises(TypeError):
        insert(tree, tenant)
    assert entries(tree) == []


@pytest.mark.parametrize("name", ["", "empty", "nobody"])
def test_looking_up_a_name_that_nobody_has_finds_nothing(name: str) -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1], "w")
    assert tree.tenant_token_size(name) == 0
    assert tree.match_tenants([1], [name]) == {name: 0}
    assert tree.evict_tenant(name, 0) == 0
    assert tree.remove_tenant(name) is False
    assert entries(tree) == [([1], ["w"])]


@pytest.mark.parametrize("tenant", [None, 3, b"w"])
def test_looking_up_something_that_is_no_name_is_an_error(tenant: Untyped) -> None:
    tree = TokenTree()
    for call in (
        tree.tenant_token_size,
        tree.remove_tenant,
        lambda name: tree.evict_tenant(name, 0),
    ):
        with pytest.raises(TypeError, match="tenant must be a str"):
            call(tenant)


# --- Counts and removal --------------------------------------------------------------------------


def test_counts_are_the_tokens_held_however_often_inserted() -> None:
    tree = TokenTree(page_size=1)
    for _ in range(3):
        tree.insert_tokens([1, 2, 3], "b")
        tree.insert_tokens([1, 2], "a")
    assert tree.get_tenant_token_counts() == {"a": 2, "b": 3}
    assert list(tree.get_tenant_token_counts()) == ["a", "b"]
    assert tree.tenant_token_size("b") == 3


def test_recount_hits_counts_a_path_again_as_the_reference_does() -> None:
    tree = TokenTree(page_size=1, recount_hits=True)
    for _ in range(3):
        tree.insert_tokens([1, 2], "w")
    assert tree.recount_hits is True
    assert tree.tenant_token_size("w") == 6


def test_a_removed_tenant_is_gone_and_can_come_back_clean() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1, 2], "a")
    tree.insert_tokens([1], "b")
    assert tree.remove_tenant("a") is True
    assert tree.remove_tenant("a") is False
    assert tree.get_tenant_token_counts() == {"b": 1}
    assert tree.match_tenants([1, 2]) == {"b": 1}
    tree.insert_tokens([1, 2], "a")
    assert tree.get_tenant_token_counts() == {"a": 2, "b": 1}
    tree.check_invariants()
