"""PagedRadixTree beside the naive store, under any stream of calls with any arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arguments import Argument, Arguments, RefusedError, Tokens, call_with
from naive_sequence_store import NaiveRangeError, NaiveSequenceError, NaiveSequenceStore
from pagedradix import CapacityError, InvalidArgumentError, PagedRadixTree, SequenceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz_bytes import FuzzBytes

LARGEST_TOKEN = 2**31 - 1
MOST_NESTED = 3
IDS = (0, 1, 2, 3, -1, 2**63 - 1, -(2**63))
COUNTS_OF_NOBODY = (-1, -(2**63), 2**63, 2**64 - 1, 2**64 + 1, 10**40)


def sequence_id(source: FuzzBytes, arguments: Arguments) -> Argument[int]:
    """One of few, in any form; seldom one that no sequence can have."""
    if source.below(32) == 31:
        beyond = source.pick(2**63, -(2**63) - 1, 10**400)
        return Argument(beyond, beyond, (InvalidArgumentError,))
    return arguments.integer(source.pick(*IDS))


def token_count(source: FuzzBytes, arguments: Arguments) -> Argument[int]:
    """Whether it is out of range only the sequence knows."""
    if source.below(8) == 7:
        return arguments.integer(source.pick(*COUNTS_OF_NOBODY))
    return arguments.integer(source.below(60))


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


class PagedTreeSteps:
    """Both trees, and the calls that the bytes mean."""

    def __init__(self, source: FuzzBytes) -> None:
        self._source = source
        self._arguments = Arguments(source, self._step_inside)
        self._nested = 0
        page_size = source.pick(1, 2, 7, 64)
        max_tokens = source.pick(None, page_size * (1 + source.below(40)))
        self._tree = PagedRadixTree(page_size, source.pick(1, 3, 64), max_tokens)
        self._naive = NaiveSequenceStore()

    def step(self) -> None:
        try:
            self._source.pick(
                self._add,
                self._extend,
                self._extend,
                self._fork,
                self._roll_back,
                self._remove,
                self._match,
                self._look_up,
                self._reset_or_compare,
            )()
        except RefusedError:
            self.compare()
        except CapacityError:
            assert self._tree.max_tokens is not None
            self.compare()

    def compare(self) -> None:
        self._tree.check_invariants()
        sequences = {
            seq_id: tuple(self._tree.get_sequence(seq_id).tolist()) for seq_id in self._tree
        }
        assert sequences == self._naive.sequences
        assert self._tree.stats().tokens == self._naive.distinct_tokens()

    def _step_inside(self) -> None:
        if self._nested < MOST_NESTED:
            self._nested += 1
            self.step()
            self._nested -= 1

    def _id(self) -> Argument[int]:
        return sequence_id(self._source, self._arguments)

    def _tokens(self) -> Argument[Tokens]:
        tokens = self._source.tokens(90, (0, 1, 2, LARGEST_TOKEN))
        return self._arguments.tokens(tokens, LARGEST_TOKEN)

    def _both(
        self, call: Callable[..., Any], naive: Callable[..., Any], *arguments: Argument[Any]
    ) -> None:
        answers_like(
            lambda: call_with(call, *arguments),
            lambda: naive(*[argument.value for argument in arguments]),
        )

    def _add(self) -> None:
        self._both(self._tree.add_sequence, self._naive.add_sequence, self._id())

    def _extend(self) -> None:
        self._both(
            self._tree.extend_sequence, self._naive.extend_sequence, self._id(), self._tokens()
        )

    def _fork(self) -> None:
        count = token_count(self._source, self._arguments)
        self._both(
            self._tree.fork_sequence, self._naive.fork_sequence, self._id(), self._id(), count
        )

    def _roll_back(self) -> None:
        count = token_count(self._source, self._arguments)
        self._both(self._tree.roll_back_sequence, self._naive.roll_back_sequence, self._id(), count)

    def _remove(self) -> None:
        self._both(self._tree.remove_sequence, self._naive.remove_sequence, self._id())

    def _match(self) -> None:
        tokens = self._tokens()
        matched, ids = call_with(self._tree.match_prefix, tokens)
        assert (matched, sorted(ids)) == self._naive.match_prefix(tokens.value)

    def _look_up(self) -> None:
        self._both(self._tree.has_sequence, self._naive.has_sequence, self._id())
        self._both(self._tree.__contains__, self._naive.has_sequence, self._id())
        self._both(self._tree.get_sequence_length, self._naive.get_sequence_length, self._id())
        self._both(
            lambda seq_id: tuple(self._tree.get_sequence(seq_id).tolist()),
            self._naive.get_sequence,
            self._id(),
        )

    def _reset_or_compare(self) -> None:
        if self._source.below(8) == 7:
            self._tree.reset()
            self._naive.reset()
        self.compare()
