"""Prompts that are read element by element, and code that runs while they are."""

from __future__ import annotations

import contextlib
import enum
import gc
import itertools
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from pagedradix import InvalidArgumentError, TokenTree
from token_holders import (
    EXTREME,
    SEQUENCES,
    SMALL,
    Token,
    check_empty_prompt,
    check_long_prompt,
    inserted,
)
from tree_contents import stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class ListSubclass(list[int]):
    def __iter__(self) -> Iterator[int]:
        return iter([*super().__iter__(), 5])


class Vocabulary(enum.IntEnum):
    BOS = 1
    EOS = 2


@pytest.mark.parametrize("holder", SEQUENCES)
@pytest.mark.parametrize("tokens", [SMALL, EXTREME], ids=["small", "extreme"])
def test_any_sequence_of_integers_holds_a_prompt(holder: str, tokens: list[int]) -> None:
    assert inserted(SEQUENCES[holder](tokens)) == tokens


def test_a_list_subclass_is_read_the_way_it_iterates() -> None:
    assert inserted(ListSubclass([1, 2])) == [1, 2, 5]


class Overridden:
    """What a subclass of list or tuple may say of itself, whatever it holds."""

    def __len__(self) -> int:
        return 2**40

    def __getitem__(self, index: object) -> int:
        return 9

    def __bool__(self) -> bool:
        return False


class OddList(Overridden, list):  # type: ignore[misc,type-arg]
    pass


class OddTuple(Overridden, tuple):  # type: ignore[misc,type-arg]
    __slots__ = ()


@pytest.mark.parametrize("kind", [OddList, OddTuple])
def test_what_a_subclass_says_of_its_length_and_items_is_not_asked_for(
    kind: Callable[[list[int]], Any],
) -> None:
    assert inserted(kind(SMALL)) == SMALL


def test_a_list_subclass_may_clear_itself_when_it_is_iterated() -> None:
    class Clearing(list[int]):
        def __iter__(self) -> Iterator[int]:
            values = super().__iter__()
            yield next(values)
            self.clear()
            yield from values

    assert inserted(Clearing([4, 5, 6])) == [4]


@pytest.mark.parametrize("method", ["__iter__", "__len__"])
@pytest.mark.parametrize("base", [list, tuple])
def test_an_error_in_a_method_of_a_subclass_goes_through(method: str, base: type) -> None:
    def fail(_: object) -> object:
        raise KeyError("mine")

    kind = type("Failing", (base,), {method: fail})
    with pytest.raises(KeyError, match="mine"):
        inserted(kind([1, 2]))


def test_what_iterates_over_nothing_is_refused() -> None:
    class Barren(list[int]):
        def __iter__(self) -> Iterator[int]:
            return 3  # type: ignore[return-value]

    with pytest.raises(TypeError, match="non-iterator"):
        inserted(Barren([1, 2]))


def test_a_range_is_a_prompt() -> None:
    assert inserted(range(5, 2000, 3)) == list(range(5, 2000, 3))


def test_integer_enums_are_integers() -> None:
    assert inserted([Vocabulary.BOS, Vocabulary.EOS]) == [1, 2]


@pytest.mark.parametrize("holder", [list, tuple, iter])
def test_an_empty_sequence_matches_and_inserts_nothing(
    holder: Callable[[list[int]], Any],
) -> None:
    check_empty_prompt(lambda: holder([]))


@pytest.mark.parametrize("holder", [list, tuple, iter], ids=["list", "tuple", "iterator"])
def test_sequences_of_a_million_tokens_are_read(
    holder: Callable[[range], Any], page_size: int
) -> None:
    check_long_prompt(lambda values: holder(values.tolist()), page_size)


# --- Elements and iterators that run code --------------------------------------------------------


def test_an_error_in_index_goes_through() -> None:
    def fail() -> None:
        raise KeyError("mine")

    tree = TokenTree(page_size=1)
    with pytest.raises(KeyError, match="mine"):
        tree.insert_tokens([1, Token(2, fail)], "w")
    assert stored(tree) == []


def test_an_error_in_an_iterator_goes_through() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise KeyError("mine")

    tree = TokenTree(page_size=1)
    with pytest.raises(KeyError, match="mine"):
        tree.insert_tokens(broken(), "w")
    assert stored(tree) == []


@pytest.mark.parametrize("change", ["clear", "pop", "append"])
def test_a_list_that_changes_its_size_while_it_is_read_is_safe(change: str) -> None:
    for position in range(4):
        tokens: list[Any] = [1000, 2000, 3000, 4000]
        changes: dict[str, Callable[[], object]] = {
            "clear": tokens.clear,
            "pop": tokens.pop,
            "append": partial(tokens.extend, range(10_000)),
        }
        tokens[position] = Token(9, changes[change])
        tree = TokenTree(page_size=1)
        expected = [1000, 2000, 3000, 4000]
        expected[position] = 9
        # Either it is noticed, or the list is read as it was when the call began.
        with contextlib.suppress(InvalidArgumentError):
            tree.insert_tokens(tokens, "w")
        assert stored(tree) in ([], [expected])


def test_a_list_whose_elements_are_replaced_while_it_is_read_is_safe() -> None:
    tokens: list[Any] = [0, 0, 0, 0]

    def replace() -> None:
        tokens[:] = [Token(2**20 + i) for i in range(4)]

    tokens[0] = Token(5, replace)
    assert inserted(tokens) in ([5, 0, 0, 0], [5, 2**20 + 1, 2**20 + 2, 2**20 + 3])


def test_an_element_that_drops_itself_from_the_list_is_safe() -> None:
    tokens: list[Any] = [Token(1)]
    tokens[0].before = lambda: tokens.__setitem__(0, 8)
    assert inserted(tokens) == [1]


def test_an_endless_iterator_can_be_interrupted() -> None:
    def endless() -> Iterator[int]:
        for count in itertools.count():
            if count == 100_000:
                raise KeyboardInterrupt
            yield 3

    with pytest.raises(KeyboardInterrupt):
        TokenTree().match_prefix_with_counts(endless())


def test_a_length_hint_need_not_be_true() -> None:
    class Hint:
        def __init__(self, hint: int) -> None:
            self.hint = hint

        def __iter__(self) -> Iterator[int]:
            return iter([4, 5])

        def __length_hint__(self) -> int:
            return self.hint

    assert inserted(Hint(0)) == [4, 5]
    assert inserted(Hint(2**60)) == [4, 5]


def test_a_large_integer_that_is_refused_outlives_its_list() -> None:
    """To make a message takes memory, and with it the garbage collector may run any code."""
    value = 10**30
    tokens: list[Any] = [0, -value]
    others: list[object] = []

    class Garbage:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            tokens.clear()
            others.extend(value + i for i in range(1000))

    def leave_garbage() -> None:
        Garbage()
        gc.set_threshold(1)

    tokens[0] = Token(0, leave_garbage)
    thresholds = gc.get_threshold()
    try:
        # Where the collector runs between two steps of Python code, it is noticed.
        expected = f"token at index 1 is {-value},|tokens changed their number"
        with pytest.raises(InvalidArgumentError, match=expected):
            TokenTree().insert_tokens(tokens, "w")
    finally:
        gc.set_threshold(*thresholds)
