"""Names of tenants, what is counted for them, and how they go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pagedradix import InvalidArgumentError, TokenTree
from tree_contents import Untyped, entries

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    "tenant",
    ["http://10.0.0.1:8000", "a\0b", "wörker-é-\U0001f600", "x" * 2**20, " "],
    ids=["url", "NUL", "not ASCII", "1 MB", "space"],
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
@pytest.mark.parametrize("tenant", [3, b"w", bytearray(b"w"), 1.0, True, object()])
def test_a_tenant_of_another_type_is_rejected(
    insert: Callable[[TokenTree, Any], object], tenant: object
) -> None:
    tree = TokenTree(page_size=1)
    with pytest.raises(TypeError):
        insert(tree, tenant)
    assert entries(tree) == []


class OddName(str):
    """What a subclass of str may say of itself, whatever it holds."""

    __slots__ = ()

    def __str__(self) -> str:
        return "other"

    def __repr__(self) -> str:
        return "\udc80"

    def __len__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        raise KeyError("mine")

    def __hash__(self) -> int:
        raise KeyError("mine")


@pytest.mark.parametrize("insert", INSERTS)
def test_a_subclass_of_str_is_the_name_that_it_holds(
    insert: Callable[[TokenTree, Any], object],
) -> None:
    tree = TokenTree(page_size=1)
    insert(tree, OddName("odd"))
    assert tree.tenant_token_size("odd") == tree.tenant_token_size(OddName("odd")) == 1
    assert type(max(tree.get_tenant_token_counts())) is str
    with pytest.raises(KeyError, match="mine"):  # It is a key of the answer.
        tree.match_tenants([1], [OddName("odd")])
    assert tree.remove_tenant(OddName("odd"))
    tree.check_invariants()


@pytest.mark.parametrize("insert", INSERTS)
def test_a_subclass_of_str_is_quoted_as_what_it_holds(
    insert: Callable[[TokenTree, Any], object],
) -> None:
    tree = TokenTree(page_size=1)
    with pytest.raises(InvalidArgumentError, match=r"lone surrogate: 'a\\udc80'"):
        insert(tree, OddName("a\udc80"))
    assert entries(tree) == []


def test_a_subclass_of_str_that_names_a_policy_is_quoted_as_what_it_holds() -> None:
    with pytest.raises(InvalidArgumentError, match="not 'random'"):
        TokenTree(policy=OddName("random"))  # type: ignore[arg-type]


LOOKUPS: list[Callable[[TokenTree, Any], object]] = [
    lambda tree, name: tree.tenant_token_size(name),
    lambda tree, name: tree.evict_tenant(name, 0),
    lambda tree, name: tree.remove_tenant(name),
    lambda tree, name: tree.match_tenants([1], [name]),
    lambda tree, name: tree.match_tenants([1], ["w", name]),
]


@pytest.mark.parametrize("look_up", LOOKUPS)
def test_looking_up_what_is_no_unicode_is_an_error(
    look_up: Callable[[TokenTree, Any], object],
) -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1], "w")
    with pytest.raises(InvalidArgumentError, match=r"lone surrogate: 'w\\udc80'"):
        look_up(tree, "w\udc80")
    assert entries(tree) == [([1], ["w"])]


@pytest.mark.parametrize("name", ["", "empty", "nobody", "w\0", "\0", "w" * 2**20])
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
    for look_up in LOOKUPS:
        with pytest.raises(TypeError, match=r"^(tenant|candidates\[[01]\]) must be a str, not"):
            look_up(tree, tenant)


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
