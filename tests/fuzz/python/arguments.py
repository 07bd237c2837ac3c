"""Arguments built from a fuzzer's bytes: in all forms, and some that must be refused.

Where an argument's own code runs, it does what the maker is told to do `inside`; often that is the
next call of the same tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from pagedradix import InvalidArgumentError
from token_holders import BUFFERS, SEQUENCES, Tensor, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fuzz_bytes import FuzzBytes

T = TypeVar("T")
R = TypeVar("R")
Tokens = tuple[int, ...]


class ArgumentsError(Exception):
    """What an argument's own code raises."""


class RefusedError(Exception):
    """A call refused an argument, as it should."""


@dataclass(frozen=True)
class Argument(Generic[T]):
    """What is handed over, and what it stands for."""

    given: Any
    value: T
    errors: tuple[type[Exception], ...] = ()
    """What a call may raise for it; none if it must be accepted."""
    acceptable: bool = False
    """Whether a call may accept it in spite of `errors`."""


def call_with(call: Callable[..., R], *arguments: Argument[Any]) -> R:
    """Makes the call. RefusedError if it raises what one of the arguments may make it raise."""
    errors = tuple(error for argument in arguments for error in argument.errors)
    try:
        answer = call(*[argument.given for argument in arguments])
    except errors as error:
        raise RefusedError from error
    assert all(argument.acceptable or not argument.errors for argument in arguments)
    return answer


class Iterable:
    """An iterable without a length, or with one that is not true."""

    def __init__(self, items: list[Any], inside: Callable[[], object]) -> None:
        self.items = items
        self.inside = inside

    def __iter__(self) -> Iterator[Any]:
        self.inside()
        return iter(self.items)

    def __length_hint__(self) -> int:
        return 2**40


class OddList(list[Any]):
    """A list that says wrong things about its length and items."""

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: object) -> Any:  # noqa: ANN401 - as list's
        return 9


def fail() -> None:
    """What code inside an argument does that is not meant to go well."""
    raise ArgumentsError


class Arguments:
    """Makes arguments."""

    def __init__(self, source: FuzzBytes, inside: Callable[[], object]) -> None:
        self._source = source
        self._inside = inside

    def integer(self, value: int) -> Argument[int]:
        form = self._source.below(16)
        if form < 9:
            return Argument(value, value)
        if form == 9 and -(2**63) <= value < 2**63:
            return Argument(np.int64(value), value)
        if form < 13:
            return Argument(Token(value, self._inside), value)
        if form == 13:
            return Argument(Token(value, fail), value, (ArgumentsError,))
        odd = self._source.pick(None, 1.0, "1", True, np.True_, np.float32(1), [1], b"1")
        return Argument(odd, value, (TypeError,))

    def name(self, value: str) -> Argument[str]:
        form = self._source.below(16)
        if form < 12:
            return Argument(value, value)
        if form == 12:
            return Argument(type("Name", (str,), {"__str__": repr, "__len__": id})(value), value)
        if form == 13:
            return Argument(value + "\udc80", value, (InvalidArgumentError,))
        return Argument(self._source.pick(3, b"a", object(), str), value, (TypeError,))

    def tokens(self, value: Tokens, largest: int) -> Argument[Tokens]:
        """Integers from 0 to `largest`, as what a prompt or offsets may come in."""
        if self._source.below(4) == 3:
            return self._refused(value, largest)
        return self._accepted(value)

    def _accepted(self, value: Tokens) -> Argument[Tokens]:
        form = self._source.below(4)
        if form < 2:
            return Argument(self._source.pick(*HOLDERS)(list(value)), value)
        if form == 2:
            return Argument(Iterable(list(value), self._inside), value)
        items: list[Any] = list(value)
        for place in range(0, len(items), 1 + self._source.below(8)):
            items[place] = Token(items[place], self._inside)
        if self._source.below(2) == 0 or not items:
            return Argument(self._source.pick(*FAITHFUL)(items), value)
        # The list changes while it is read: that is noticed, or the list was copied before.
        place = self._source.below(len(items))
        change = self._source.pick(items.clear, items.pop, lambda: items.append(1))
        items[place] = Token(value[place], change)
        return Argument(items, value, (InvalidArgumentError,), acceptable=True)

    def _refused(self, value: Tokens, largest: int) -> Argument[Tokens]:
        kind = self._source.below(6)
        if kind == 0:
            odd = self._source.pick(None, 3, "12", {1}, {1: 1}, 1.0, object(), int)
            return Argument(odd, value, (TypeError,))
        if kind == 1:
            shape = self._source.pick((), (1, 1), (0, 2), (2, 1, 1))
            zeros = np.zeros(shape, np.int32)
            odd = self._source.pick(zeros, Tensor(zeros))
            return Argument(odd, value, (InvalidArgumentError,))
        if kind == 2:
            dtype = self._source.pick("f4", "?", "S1", "c8", "V3")
            return Argument(np.zeros(len(value), dtype), value, (TypeError,))
        if kind == 3:
            bad = self._source.pick(-1, min(largest + 1, 2**63 - 1), -(2**63))
            typed = np.array([*value, bad], self._source.pick("i8", ">i8"))
            return Argument(typed, value, (InvalidArgumentError,))
        items: list[Any] = list(value)
        place = self._source.below(len(items) + 1)
        if kind == 4:
            items.insert(place, self._source.pick(-1, largest + 1, 2**64, -(2**70), 10**400))
            error: type[Exception] = InvalidArgumentError
        else:
            items.insert(place, self._source.pick(None, 1.0, True, "1", Token(0, fail)))
            error = ArgumentsError if isinstance(items[place], Token) else TypeError
        return Argument(self._source.pick(*FAITHFUL)(items), value, (error,))


def objects(items: list[Any]) -> np.ndarray[Any, Any]:
    holder = np.empty(len(items), object)
    holder[:] = items
    return holder


HOLDERS = (*BUFFERS.values(), *SEQUENCES.values())
FAITHFUL: tuple[Callable[[list[Any]], Any], ...] = (list, tuple, iter, OddList, objects)
