"""PagedRadixTree from Python: sequences that share their prefixes, in pages of a pool."""

from __future__ import annotations

import array
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pagedradix import PagedRadixTree
from token_holders import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST_TOKEN = 2**31 - 1
SMALLEST_ID, LARGEST_ID = -(2**63), 2**63 - 1


def store(tree: PagedRadixTree, seq_id: int, tokens: list[int]) -> None:
    tree.add_sequence(seq_id)
    tree.extend_sequence(seq_id, tokens)


def match(tree: PagedRadixTree, tokens: list[int]) -> tuple[int, list[int]]:
    length, ids = tree.match_prefix(tokens)
    return length, sorted(ids)


def contents(tree: PagedRadixTree) -> dict[int, list[int]]:
    tree.check_invariants()
    return {seq_id: tree.get_sequence(seq_id).tolist() for seq_id in tree}


def test_a_fresh_tree_is_empty_and_has_room_for_4096_tokens() -> None:
    tree = PagedRadixTree()
    assert tree.free_capacity() == 4096
    assert (tree.page_size, tree.pages_per_block, tree.max_tokens) == (64, 64, None)
    assert len(tree) == 0
    assert list(tree) == []
    assert 0 not in tree
    assert tree.match_prefix([1, 2]) == (0, [])


def test_options_are_taken_by_position_and_by_name() -> None:
    for tree in (
        PagedRadixTree(7, 5, 700),
        PagedRadixTree(page_size=7, pages_per_block=5, max_tokens=700),
        PagedRadixTree(np.int64(7), np.uint8(5), np.int32(700)),
    ):
        assert (tree.page_size, tree.pages_per_block, tree.max_tokens) == (7, 5, 700)
        assert tree.free_capacity() == 35


@pytest.mark.parametrize("name", ["page_size", "pages_per_block", "max_tokens"])
def test_options_do_not_change(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(PagedRadixTree(), name, 3)


def test_sequences_are_added_extended_forked_rolled_back_and_removed(page_size: int) -> None:
    tree = PagedRadixTree(page_size)
    tokens = list(range(3 * page_size + 2))
    store(tree, 1, tokens)
    tree.fork_sequence(2, 1, page_size + 1)
    tree.extend_sequence(2, [7, 8])
    tree.fork_sequence(seq_id=3, parent_seq_id=2, forked_offset=1)
    tree.add_sequence(4)
    assert contents(tree) == {1: tokens, 2: [*tokens[: page_size + 1], 7, 8], 3: [0], 4: []}
    assert match(tree, tokens) == (len(tokens), [1])
    assert match(tree, [0]) == (1, [1, 2, 3])
    assert match(tree, [*tokens[: page_size + 1], 7]) == (page_size + 2, [2])

    tree.roll_back_sequence(1, len(tokens) - 2)
    tree.roll_back_sequence(seq_id=2, num_tokens=page_size + 3)
    tree.remove_sequence(3)
    assert contents(tree) == {1: [0, 1], 2: [], 4: []}
    assert (len(tree), tree.get_sequence_length(1), tree.get_sequence_length(2)) == (3, 2, 0)
    assert tree.has_sequence(2)
    assert not tree.has_sequence(3)


def test_membership_iteration_and_length_are_of_ids() -> None:
    tree = PagedRadixTree()
    ids = {SMALLEST_ID, -(2**31) - 1, -1, 0, 2**32, LARGEST_ID}
    for seq_id in ids:
        tree.add_sequence(seq_id)
        assert seq_id in tree
        assert tree.has_sequence(seq_id)
    assert 1 not in tree
    assert set(tree) == ids
    assert len(tree) == len(list(tree)) == len(ids)


def test_a_loop_over_the_ids_may_change_the_tree() -> None:
    tree = PagedRadixTree()
    for seq_id in range(100):
        store(tree, seq_id, [1, seq_id])
    for seq_id in tree:
        tree.remove_sequence(seq_id)
    assert len(tree) == 0


def test_a_sequence_is_an_array_of_its_own() -> None:
    tree = PagedRadixTree(page_size=2)
    store(tree, 1, [1, 2, 3])
    sequence = tree.get_sequence(1)
    assert sequence.dtype == np.int32
    assert sequence.shape == (3,)
    sequence[0] = 9
    assert tree.get_sequence(1).tolist() == [1, 2, 3]
    tree.reset()
    del tree
    assert sequence.tolist() == [9, 2, 3]


def test_an_empty_sequence_is_an_empty_array() -> None:
    tree = PagedRadixTree()
    tree.add_sequence(1)
    assert tree.get_sequence(1).dtype == np.int32
    assert tree.get_sequence(1).shape == (0,)


HOLDERS: dict[str, Callable[[list[int]], Any]] = {
    "list": list,
    "tuple": tuple,
    "iterator": iter,
    "int32": lambda tokens: np.array(tokens, np.int32),
    "uint32": lambda tokens: np.array(tokens, np.uint32),
    "int64": lambda tokens: np.array(tokens, np.int64),
    "uint64, every other": lambda tokens: np.repeat(np.array(tokens, np.uint64), 2)[::2],
    "big-endian": lambda tokens: np.array(tokens, ">i4"),
    "array.array": lambda tokens: array.array("i", tokens),
    "memoryview": lambda tokens: memoryview(array.array("i", tokens)),
    "DLPack": lambda tokens: Tensor(np.array(tokens, np.int32)),
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_whatever_holds_integers_holds_tokens(holder: str) -> None:
    tokens = [0, 1, 2**30, LARGEST_TOKEN, 5, 5]
    tree = PagedRadixTree(page_size=4)
    tree.add_sequence(1)
    tree.extend_sequence(1, HOLDERS[holder](tokens))
    assert contents(tree) == {1: tokens}
    assert tree.match_prefix(HOLDERS[holder](tokens)) == (6, [1])
    tree.extend_sequence(1, HOLDERS[holder]([]))
    assert tree.match_prefix(HOLDERS[holder]([])) == (0, [])
    assert contents(tree) == {1: tokens}


def test_a_range_is_a_sequence_of_tokens() -> None:
    tree = PagedRadixTree()
    tree.add_sequence(1)
    tree.extend_sequence(1, range(1000))
    assert tree.match_prefix(range(2000)) == (1000, [1])


def test_pages_are_shared_and_come_back() -> None:
    tree = PagedRadixTree()
    store(tree, 1, list(range(200)))
    assert tree.free_capacity() == 4096 - 256
    store(tree, 2, [*range(100), *range(1000, 1100)])
    assert tree.free_capacity() < 4096 - 256
    tree.remove_sequence(2)
    assert tree.free_capacity() == 4096 - 256
    tree.remove_sequence(1)
    assert tree.free_capacity() == 4096


def test_stats_tell_what_the_tree_holds() -> None:
    tree = PagedRadixTree(page_size=4)
    store(tree, 1, [1, 2, 3, 4, 5])
    tree.fork_sequence(2, 1, 5)
    stats = tree.stats()
    assert (stats.sequences, stats.nodes, stats.tokens) == (2, 1, 5)
    assert (stats.pages_used, stats.pages_allocated) == (2, 64)
    assert stats.bytes >= 64 * 4 * 4
    tree.remove_sequence(2)
    assert stats.sequences == 2, "figures of the moment when they were asked for"


def test_the_size_in_bytes_is_what_the_pages_take() -> None:
    tree = PagedRadixTree()
    small = sys.getsizeof(tree)
    store(tree, 1, list(range(100_000)))
    assert sys.getsizeof(tree) > small + 100_000


def test_repr_tells_page_size_and_sequences() -> None:
    tree = PagedRadixTree(page_size=8)
    store(tree, 1, [1, 2, 3])
    assert repr(tree).startswith("<PagedRadixTree page_size=8 sequences=1 tokens=3")


def test_reset_is_a_fresh_start() -> None:
    tree = PagedRadixTree(page_size=2, pages_per_block=3)
    for _ in range(3):
        for seq_id in range(10):
            store(tree, seq_id, list(range(seq_id, seq_id + 20)))
        tree.reset()
        assert contents(tree) == {}
        assert tree.free_capacity() == 6
        assert tree.match_prefix([1, 2]) == (0, [])


def test_a_subclass_is_a_tree() -> None:
    class Named(PagedRadixTree):
        name = "mine"

    tree = Named(page_size=2)
    store(tree, 1, [1, 2, 3])
    assert contents(tree) == {1: [1, 2, 3]}
    assert tree.name == "mine"
