"""What PagedRadixTree refuses, what it says then, and that nothing has changed."""

from __future__ import annotations

import copy
import pickle
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pagedradix import (
    CapacityError,
    InvalidArgumentError,
    PagedRadixError,
    PagedRadixTree,
    PrefixCache,
    SequenceError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_contents import Untyped

TOKENS = list(range(1, 18))
LARGEST = "outside 0 .. 2147483647"
IDS = f"outside {-(2**63)} .. {2**63 - 1}"


@pytest.fixture
def tree() -> PagedRadixTree:
    """Sequence 4242 of 17 tokens, -777 of 5 of them, 31337 of none."""
    tree = PagedRadixTree(page_size=4)
    tree.add_sequence(4242)
    tree.extend_sequence(4242, TOKENS)
    tree.fork_sequence(-777, 4242, 5)
    tree.add_sequence(31337)
    return tree


def refused(tree: PagedRadixTree, error: type[Exception], call: Callable[[], object]) -> str:
    """What the call says; the tree must be as it was."""
    free = tree.free_capacity()
    with pytest.raises(error) as caught:
        call()
    tree.check_invariants()
    contents = {seq_id: tree.get_sequence(seq_id).tolist() for seq_id in tree}
    assert contents == {4242: TOKENS, -777: TOKENS[:5], 31337: []}
    assert tree.free_capacity() == free
    return str(caught.value)


def test_errors_are_pagedradix_errors_and_the_builtin_ones_of_their_kind() -> None:
    assert issubclass(SequenceError, PagedRadixError)
    assert issubclass(SequenceError, KeyError)
    assert issubclass(CapacityError, PagedRadixError)
    assert not issubclass(CapacityError, (KeyError, ValueError))
    assert issubclass(InvalidArgumentError, ValueError)


def test_an_unknown_sequence_is_named(tree: PagedRadixTree) -> None:
    calls: list[Callable[[], object]] = [
        lambda: tree.get_sequence(987654),
        lambda: tree.get_sequence_length(987654),
        lambda: tree.extend_sequence(987654, [1, 2]),
        lambda: tree.extend_sequence(987654, []),
        lambda: tree.fork_sequence(1, 987654, 1),
        lambda: tree.roll_back_sequence(987654, 1),
        lambda: tree.remove_sequence(987654),
    ]
    for call in calls:
        message = refused(tree, SequenceError, call)
        assert "987654" in message
        assert not message.startswith(("'", '"')), "KeyError would show the message's repr"
    assert not tree.has_sequence(987654)


def test_an_id_that_is_taken_is_named(tree: PagedRadixTree) -> None:
    assert "4242" in refused(tree, SequenceError, lambda: tree.add_sequence(4242))
    assert "31337" in refused(tree, SequenceError, lambda: tree.fork_sequence(31337, 4242, 3))
    assert "4242" in refused(tree, SequenceError, lambda: tree.fork_sequence(4242, 4242, 3))


OUT_OF_RANGE = [0, 18, 2**62, 2**63, 2**64 - 1, 2**64, 10**30, -1, -17, -(2**40), -(2**64)]


@pytest.mark.parametrize("count", OUT_OF_RANGE)
def test_a_count_out_of_range_is_named_with_the_range(tree: PagedRadixTree, count: int) -> None:
    rest = f"is {count} for sequence 4242, which has 17 tokens: valid is 1 .. 17"
    message = refused(tree, InvalidArgumentError, lambda: tree.fork_sequence(1, 4242, count))
    assert message == f"forked_offset {rest}"
    message = refused(tree, InvalidArgumentError, lambda: tree.roll_back_sequence(4242, count))
    assert message == f"num_tokens {rest}"


@pytest.mark.parametrize("sign", [1, -1])
def test_a_huge_count_is_named_in_a_short_message(tree: PagedRadixTree, sign: int) -> None:
    call = partial(tree.roll_back_sequence, 4242, sign * 10**5000)
    assert "num_tokens is an integer of 16610 bits for" in refused(tree, ValueError, call)


@pytest.mark.parametrize("count", OUT_OF_RANGE)
def test_a_sequence_is_looked_for_before_its_range(tree: PagedRadixTree, count: int) -> None:
    calls: list[Callable[[], object]] = [
        lambda: tree.fork_sequence(1, 987654, count),
        lambda: tree.roll_back_sequence(987654, count),
    ]
    for call in calls:
        assert refused(tree, SequenceError, call) == "sequence 987654 does not exist"
    message = refused(tree, SequenceError, lambda: tree.fork_sequence(31337, 4242, count))
    assert message == "sequence 31337 exists already"


@pytest.mark.parametrize("count", ["1", 1.0, None, True, [1], np.float32(1)])
def test_a_count_is_an_integer(tree: PagedRadixTree, count: Untyped) -> None:
    calls: list[Callable[[], object]] = [
        lambda: tree.fork_sequence(1, 4242, count),
        lambda: tree.roll_back_sequence(4242, count),
        lambda: tree.roll_back_sequence(987654, count),
    ]
    for call in calls:
        assert "must be an int, not" in refused(tree, TypeError, call)


@pytest.mark.parametrize("count", [0, 1, -1, 2**64])
def test_an_empty_sequence_is_neither_forked_nor_rolled_back(
    tree: PagedRadixTree, count: int
) -> None:
    rest = f"is {count} for sequence 31337, which has 0 tokens: no value is valid"
    message = refused(tree, InvalidArgumentError, lambda: tree.fork_sequence(1, 31337, count))
    assert message == f"forked_offset {rest}"
    message = refused(tree, InvalidArgumentError, lambda: tree.roll_back_sequence(31337, count))
    assert message == f"num_tokens {rest}"


def calls_with_id(tree: PagedRadixTree, seq_id: Untyped) -> list[Callable[[], object]]:
    return [
        lambda: tree.has_sequence(seq_id),
        lambda: seq_id in tree,
        lambda: tree.get_sequence(seq_id),
        lambda: tree.get_sequence_length(seq_id),
        lambda: tree.add_sequence(seq_id),
        lambda: tree.extend_sequence(seq_id, [1]),
        lambda: tree.fork_sequence(seq_id, 4242, 1),
        lambda: tree.roll_back_sequence(seq_id, 1),
        lambda: tree.remove_sequence(seq_id),
    ]


@pytest.mark.parametrize("seq_id", [2**63, -(2**63) - 1, 10**30, np.uint64(2**64 - 1)])
def test_an_id_beyond_64_bits_is_named(tree: PagedRadixTree, seq_id: int) -> None:
    for call in calls_with_id(tree, seq_id):
        assert refused(tree, InvalidArgumentError, call) == f"seq_id is {seq_id}, {IDS}"
    message = refused(tree, ValueError, lambda: tree.fork_sequence(1, seq_id, 1))
    assert message == f"parent_seq_id is {seq_id}, {IDS}"


@pytest.mark.parametrize("seq_id", ["1", 1.0, None, True, [1], np.float32(1)])
def test_an_id_is_an_integer(tree: PagedRadixTree, seq_id: Untyped) -> None:
    for call in calls_with_id(tree, seq_id):
        assert "seq_id must be an int, not" in refused(tree, TypeError, call)


def calls_with_tokens(tree: PagedRadixTree, tokens: Untyped) -> list[Callable[[], object]]:
    return [
        lambda: tree.extend_sequence(4242, tokens),
        lambda: tree.extend_sequence(31337, tokens),
        lambda: tree.match_prefix(tokens),
    ]


@pytest.mark.parametrize("value", [-1, -(2**31), 2**31, 2**32 - 1, 2**63 - 1, 10**30])
def test_a_token_out_of_range_is_named_with_its_index(tree: PagedRadixTree, value: int) -> None:
    for tokens in ([1, 2, value, -5], (1, 2, value)):
        for call in calls_with_tokens(tree, tokens):
            message = refused(tree, InvalidArgumentError, call)
            assert message == f"token at index 2 is {value}, {LARGEST}"


@pytest.mark.parametrize(
    ("dtype", "value"),
    [("i1", -1), ("i4", -(2**31)), ("i8", 2**31), ("u4", 2**31), ("u8", 2**64 - 1)],
)
def test_a_token_in_an_array_is_checked_too(tree: PagedRadixTree, dtype: str, value: int) -> None:
    typed = np.array([4, value, 5], dtype)
    for tokens in (typed, np.repeat(typed, 2)[::2], typed.astype(">" + dtype)):
        for call in calls_with_tokens(tree, tokens):
            message = refused(tree, ValueError, call)
            assert message == f"token at index 1 is {value}, {LARGEST}"


@pytest.mark.parametrize("element", [2.0, True, None, "3", np.float32(5), np.True_])
def test_a_token_is_an_integer(tree: PagedRadixTree, element: object) -> None:
    for call in calls_with_tokens(tree, [1, element]):
        assert "token at index 1 must be an integer, not" in refused(tree, TypeError, call)


@pytest.mark.parametrize("tokens", [None, 5, "12", "", np.zeros(3), np.zeros((2, 2), int)])
def test_what_is_no_sequence_of_integers_is_refused(tree: PagedRadixTree, tokens: Untyped) -> None:
    for call in calls_with_tokens(tree, tokens):
        with pytest.raises((TypeError, ValueError)):
            call()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"page_size": 0}, "page_size is 0, outside 1 .. 1048576"),
        ({"page_size": 2**20 + 1}, "page_size is 1048577, outside 1 .. 1048576"),
        ({"pages_per_block": 0}, "pages_per_block is 0, outside 1 .. 1048576"),
        ({"pages_per_block": 2**20 + 1}, "pages_per_block is 1048577, outside 1 .. 1048576"),
        ({"page_size": -3}, "page_size is -3, outside 1 .. 1048576"),
        ({"pages_per_block": -1}, "pages_per_block is -1, outside 1 .. 1048576"),
        ({"max_tokens": -1}, f"max_tokens is -1, outside 64 .. {2**63 - 1}"),
        ({"max_tokens": 7, "page_size": 8}, f"max_tokens is 7, outside 8 .. {2**63 - 1}"),
        ({"max_tokens": 10**30}, f"max_tokens is {10**30}, outside 64 .. {2**63 - 1}"),
    ],
)
def test_options_out_of_range_are_named_with_the_range(options: Untyped, message: str) -> None:
    for make in (PagedRadixTree, PrefixCache):
        with pytest.raises(InvalidArgumentError) as caught:
            make(**options)
        assert str(caught.value) == message


def test_options_at_the_ends_of_their_ranges_are_taken() -> None:
    assert PagedRadixTree(page_size=2**20, pages_per_block=1).page_size == 2**20
    assert PagedRadixTree(page_size=1, pages_per_block=2**20).pages_per_block == 2**20
    assert PagedRadixTree(max_tokens=64).max_tokens == 64


def test_what_does_not_fit_is_refused_as_a_whole() -> None:
    tree = PagedRadixTree(page_size=4, pages_per_block=2, max_tokens=19)
    tree.add_sequence(1)
    with pytest.raises(CapacityError):
        tree.extend_sequence(1, range(17))
    assert tree.get_sequence_length(1) == 0
    assert tree.free_capacity() == 8
    tree.extend_sequence(1, range(16))
    with pytest.raises(CapacityError):
        tree.extend_sequence(1, [16])
    with pytest.raises(CapacityError):
        tree.fork_sequence(2, 1, 3)
    assert tree.get_sequence(1).tolist() == list(range(16))
    assert list(tree) == [1]
    tree.fork_sequence(2, 1, 16)
    tree.remove_sequence(1)
    tree.roll_back_sequence(2, 7)
    tree.check_invariants()


def test_a_tree_is_neither_copied_nor_pickled(tree: PagedRadixTree) -> None:
    calls: list[Callable[[object], object]] = [copy.copy, copy.deepcopy, pickle.dumps]
    for call in calls:
        with pytest.raises(TypeError, match="PagedRadixTree"):
            call(tree)


def test_an_element_may_use_the_tree_while_tokens_are_read(tree: PagedRadixTree) -> None:
    class Meddler:
        def __index__(self) -> int:
            if 4242 in tree:
                tree.remove_sequence(4242)
            return 5

    with pytest.raises(SequenceError):
        tree.extend_sequence(4242, [1, Meddler()])
    assert set(tree) == {-777, 31337}
    tree.check_invariants()
