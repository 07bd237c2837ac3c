"""Calls on sequences: what those of PagedRadixTree and PrefixCache have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arguments import Argument, Tokens, call_with
from naive_sequence_store import NaiveRangeError, NaiveSequenceError
from pagedradix import InvalidArgumentError, SequenceError
from steps import Steps

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST_TOKEN = 2**31 - 1
IDS = (0, 1, 2, 3, -1, 2**63 - 1, -(2**63))
COUNTS_OF_NOBODY = (-1, -(2**63), 2**63, 2**64 - 1, 2**64 + 1, 10**40)


def answers_like(call: Callable[[], Any], naive_call: Callable[[], Any]) -> None:
    """The two answer alike, or refuse for the same reason."""
    try:
        answer = call()
    except SequenceError:
        expected: type[Exception] = NaiveSequenceError
    except InvalidArgumentError:
        expected = NaiveRangeError
    else:
        assert answer == naive_call()
        return
    try:
        naive_call()
    except expected:
        return
    raise AssertionError("only the naive one accepts the call")


class SequenceSteps(Steps):
    """Calls that name sequences."""

    def _id(self) -> Argument[int]:
        """One of few, in any form; seldom one that no sequence can have."""
        if self._source.below(32) == 31:
            beyond = self._source.pick(2**63, -(2**63) - 1, 10**400)
            return Argument(beyond, beyond, (InvalidArgumentError,))
        return self._arguments.integer(self._source.pick(*IDS))

    def _token_count(self) -> Argument[int]:
        """Whether it is out of range only the sequence knows."""
        if self._source.below(8) == 7:
            return self._arguments.integer(self._source.pick(*COUNTS_OF_NOBODY))
        return self._arguments.integer(self._source.below(60))

    def _tokens(self, most: int) -> Argument[Tokens]:
        return self._few_tokens(most, LARGEST_TOKEN)

    def _both(
        self, call: Callable[..., Any], naive: Callable[..., Any], *arguments: Argument[Any]
    ) -> None:
        answers_like(
            lambda: call_with(call, *arguments),
            lambda: naive(*[argument.value for argument in arguments]),
        )
