"""What eviction takes, how much of it, and how priorities change that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pagedradix import InvalidArgumentError, TokenTree
from tree_contents import Untyped, entries, matched, prompt

if TYPE_CHECKING:
    from collections.abc import Callable


# After a, b and c were inserted in this order and a was matched twice.
FIRST_TO_GO = {"lru": "b", "lfu": "b", "fifo": "a", "mru": "a", "filo": "c", "priority": "c"}


@pytest.mark.parametrize("policy", FIRST_TO_GO)
def test_each_policy_evicts_in_its_own_order(policy: Untyped) -> None:
    tree = TokenTree(page_size=1, policy=policy)
    prompts = {name: prompt(first) for first, name in enumerate("abc", start=1)}
    for name, priority in (("a", 1), ("b", 5), ("c", 0)):
        tree.insert_tokens(prompts[name], "w", priority)
    for _ in range(2):
        tree.match_prefix_with_counts(prompts["a"])
    assert tree.evict_tenant("w", 11) == 4
    gone = [name for name in "abc" if not matched(tree, prompts[name])]
    assert gone == [FIRST_TO_GO[policy]]
    tree.check_invariants()


def test_eviction_takes_whole_leaves_until_the_budget_is_met() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1, 2, 3], "w")
    tree.insert_tokens([1, 2, 3, 4, 5], "w")
    assert tree.evict_tenant("w", 5) == 0
    assert tree.evict_tenant("w", 4) == 2
    assert entries(tree) == [([1, 2, 3], ["w"])]
    assert tree.evict_tenant("w", 0) == 3
    assert tree.get_tenant_token_counts() == {"w": 0}
    assert tree.evict_tenant("w", 0) == 0


def test_eviction_leaves_other_owners_alone() -> None:
    tree = TokenTree(page_size=1)
    for tenant in ("a", "b"):
        tree.insert_tokens([1, 2], tenant)
    assert tree.evict_tenant("a", 0) == 2
    assert entries(tree) == [([1, 2], ["b"])]
    assert tree.stats().evicted_nodes == 0


def test_evict_by_size_trims_every_tenant_above_it() -> None:
    tree = TokenTree(page_size=1)
    for tenant, count in (("a", 3), ("b", 5), ("c", 2)):
        for first in range(1, count + 1):
            tree.insert_tokens([ord(tenant) * 100 + first], tenant)
    assert tree.evict_tenant_by_size(2) == 4
    assert tree.get_tenant_token_counts() == {"a": 2, "b": 2, "c": 2}


@pytest.mark.parametrize("budget", [-1, 2**64])
def test_a_budget_is_not_negative_and_fits(budget: int) -> None:
    tree = TokenTree()
    for call in (
        tree.evict_tenant_by_size,
        tree.reserve,
        lambda count: tree.evict_tenant("w", count),
    ):
        with pytest.raises(InvalidArgumentError, match="outside 0"):
            call(budget)


@pytest.mark.parametrize("budget", [1.0, None, "1", True])
def test_a_budget_is_an_int(budget: Untyped) -> None:
    tree = TokenTree()
    for call in (
        tree.evict_tenant_by_size,
        tree.reserve,
        lambda count: tree.evict_tenant("w", count),
    ):
        with pytest.raises(TypeError, match="must be an int"):
            call(budget)


# --- Priority ------------------------------------------------------------------------------------


WITH_PRIORITY: list[Callable[[TokenTree, Any], object]] = [
    lambda tree, priority: tree.insert_tokens([1], "w", priority),
    lambda tree, priority: tree.match_and_insert([1], "w", priority=priority),
    lambda tree, priority: tree.match_and_insert_with([1], lambda _: "w", priority),
    lambda tree, priority: tree.insert_batch([1], [0, 1], "w", priority=priority),
]


@pytest.mark.parametrize("insert", WITH_PRIORITY)
def test_a_priority_is_an_int32(insert: Callable[[TokenTree, Any], object]) -> None:
    tree = TokenTree(page_size=1)
    for priority in (2**31, -(2**31) - 1, 2**80):
        with pytest.raises(InvalidArgumentError, match=r"outside -2147483648 \.\. 2147483647"):
            insert(tree, priority)
    for other in (1.0, True, "1", None):
        with pytest.raises(TypeError, match="priority must be an int"):
            insert(tree, other)
    assert entries(tree) == []
    for priority in (2**31 - 1, -(2**31), np.int64(3)):
        insert(tree, priority)
    assert entries(tree) == [([1], ["w"])]


@pytest.mark.parametrize("insert", WITH_PRIORITY)
def test_every_insert_can_raise_a_priority(insert: Callable[[TokenTree, Any], object]) -> None:
    tree = TokenTree(page_size=1, policy="priority")
    insert(tree, 7)
    tree.insert_tokens([2], "w", priority=3)
    assert tree.evict_tenant("w", 1) == 1
    assert entries(tree) == [([1], ["w"])]
