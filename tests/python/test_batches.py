"""Many prompts in one call: one array of tokens, and offsets that cut it."""

from __future__ import annotations

import array

import numpy as np
import pytest
from pagedradix import InvalidArgumentError, TokenTree
from token_holders import Tensor
from tree_contents import Untyped, entries, stored


def test_a_batch_is_its_prompts_one_by_one() -> None:
    tree = TokenTree(page_size=2)
    tree.insert_batch([1, 2, 3, 4, 5, 6], [0, 2, 2, 6], ["a", "b", "c"])
    assert tree.get_tenant_token_counts() == {"a": 2, "c": 4}
    result = tree.match_batch([1, 2, 9, 3, 4], [0, 3, 3, 5])
    assert result.tenants[0] == "a"
    assert result.tenants[2] == "c"
    assert result.matched_token_counts.tolist() == [2, 0, 2]
    assert result.input_token_counts.tolist() == [3, 0, 2]
    assert result.matched_token_counts.dtype == result.input_token_counts.dtype == np.int64
    assert tree.stats().matches == 3


def test_a_batch_goes_to_one_tenant_or_to_one_each() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_batch([1, 2, 3], [0, 1, 3], "a")
    assert tree.get_tenant_token_counts() == {"a": 3}
    tree.insert_batch([1, 2, 3], [0, 1, 3], iter(["b", "c"]))  # type: ignore[arg-type]
    assert tree.get_tenant_token_counts() == {"a": 3, "b": 1, "c": 2}


def test_a_batch_may_begin_and_end_inside_the_tokens() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_batch([1, 2, 3, 4], [1, 2, 3], "a")
    assert entries(tree) == [([2], ["a"]), ([3], ["a"])]


def test_a_batch_of_no_prompts_does_nothing() -> None:
    tree = TokenTree()
    tree.insert_batch([], [0], [])
    result = tree.match_batch([1, 2], [0])
    assert result.tenants == []
    assert result.matched_token_counts.shape == (0,)


@pytest.mark.parametrize("tenants", [["a"], ["a", "b", "c"], []])
def test_a_batch_needs_as_many_tenants_as_prompts(tenants: list[str]) -> None:
    tree = TokenTree(page_size=1)
    with pytest.raises(InvalidArgumentError, match=f"{len(tenants)} tenants for 2 prompts"):
        tree.insert_batch([1, 2], [0, 1, 2], tenants)
    assert entries(tree) == []


# --- Offsets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "offsets",
    [
        [0, 2, 4],
        (0, 2, 4),
        range(0, 5, 2),
        np.array([0, 2, 4]),
        np.array([0, 2, 4], np.uint8),
        array.array("Q", [0, 2, 4]),
        Tensor(np.array([0, 2, 4])),
    ],
)
def test_offsets_may_be_in_anything_that_holds_integers(offsets: Untyped) -> None:
    tree = TokenTree(page_size=2)
    tree.insert_batch([1, 2, 3, 4], offsets, "w")
    assert stored(tree) == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    "offsets",
    [
        [],
        [0, -1],
        [0, 5],
        [3, 2],
        [0, 4, 2],
        [0, 2**63],
        [2**64],
        np.array([0, -1]),
        np.array([], int),
    ],
)
def test_offsets_that_name_no_prompts_are_rejected(offsets: Untyped) -> None:
    tree = TokenTree(page_size=1)
    with pytest.raises(InvalidArgumentError, match="offset"):
        tree.insert_batch([1, 2, 3, 4], offsets, "w")
    with pytest.raises(InvalidArgumentError, match="offset"):
        tree.match_batch([1, 2, 3, 4], offsets)
    assert stored(tree) == []


@pytest.mark.parametrize("offsets", [[0, 1.0], [0, True], np.array([0.0, 1.0]), 3, None, "01"])
def test_offsets_of_other_types_are_rejected(offsets: Untyped) -> None:
    with pytest.raises(TypeError, match="offset"):
        TokenTree().match_batch([1, 2], offsets)
