"""NaivePrefixCache: what the radix PrefixCache must do, written simply and obviously right.

Where several sequences serve equally well (a reused one of two that are equally short, the one to
fork from), the choice is the implementation's: insert_sequence is told what was chosen and asserts
that the rules allow it. What the callback must have been given is in `removed`. A call that is
refused for its id or its arguments commits nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from naive_sequence_store import (
    NaiveRangeError,
    NaiveSequenceError,
    NaiveSequenceStore,
    SequenceTokens,
)

if TYPE_CHECKING:
    from collections.abc import Callable


class InsertResult(NamedTuple):
    """An answer of insert_sequence."""

    prefilled_offset: int = 0
    forked_seq_id: int = -1
    reused_seq_id: int = -1
    reused_seq_pop_last_tokens: int = 0


class NaivePrefixCache:
    """The naive cache; the methods are PrefixCache's unless their docstring says otherwise."""

    def __init__(self, max_recycling_seqs: int = -1) -> None:
        self._max_recycling_seqs = max_recycling_seqs
        self.removed: list[int] = []
        self.reset()

    def reset(self) -> None:
        self.store = NaiveSequenceStore()
        self.windows: dict[int, tuple[int, int]] = {}
        self.recycling: list[int] = []  # the one that was recycled first in front
        self.queue: list[tuple[int, SequenceTokens]] = []

    def insert_sequence(
        self,
        seq_id: int,
        tokens: SequenceTokens,
        window: int,
        sink: int,
        choose: Callable[[list[InsertResult]], InsertResult],
    ) -> None:
        """Inserts as `choose` says, which is given every answer that the rules allow."""
        possible = self._possible_results(seq_id, tokens, (window, sink))
        chosen = choose(possible)
        assert chosen in possible
        if chosen.reused_seq_id != -1:
            self.recycling.remove(chosen.reused_seq_id)
            if chosen.reused_seq_pop_last_tokens:
                self.store.roll_back_sequence(
                    chosen.reused_seq_id, chosen.reused_seq_pop_last_tokens
                )
            return
        if chosen.forked_seq_id != -1:
            self.store.fork_sequence(seq_id, chosen.forked_seq_id, chosen.prefilled_offset)
        else:
            self.store.add_sequence(seq_id)
        self.windows[seq_id] = (window, sink)

    def extend_sequence(self, seq_id: int, tokens: SequenceTokens) -> None:
        self.queue.append((seq_id, tokens))

    def commit_sequence_extension(self) -> None:
        for index, (seq_id, _) in enumerate(self.queue):
            if seq_id in self.recycling:
                del self.queue[index]
                raise NaiveSequenceError
        for seq_id, tokens in self.queue:
            if self.has_sequence(seq_id):
                self.store.extend_sequence(seq_id, tokens)
        self.queue.clear()

    def roll_back_sequence(self, seq_id: int, num_tokens: int) -> None:
        self._must_be_active(seq_id)
        self.commit_sequence_extension()
        self.store.roll_back_sequence(seq_id, num_tokens)

    def recycle_sequence(self, seq_id: int, *, lazy: bool) -> None:
        self._must_be_active(seq_id)
        if not lazy or self._max_recycling_seqs == 0:
            self._remove(seq_id)
            return
        self.commit_sequence_extension()
        if len(self.recycling) == self._max_recycling_seqs:
            self.try_free_memory()
        self.recycling.append(seq_id)

    def try_free_memory(self) -> bool:
        if not self.recycling:
            return False
        self._remove(self.recycling.pop(0))
        return True

    def has_sequence(self, seq_id: int) -> bool:
        return self.store.has_sequence(seq_id)

    def _possible_results(
        self, seq_id: int, tokens: SequenceTokens, window: tuple[int, int]
    ) -> list[InsertResult]:
        if seq_id == -1 or not tokens or window[0] == 0 or window[0] < -1 or window[1] < 0:
            raise NaiveRangeError
        if self.has_sequence(seq_id):
            raise NaiveSequenceError
        self.commit_sequence_extension()
        length, ids = self.store.match_prefix(tokens[:-1])
        if length == 0:
            return [InsertResult()]
        if window[0] != -1:
            return self._reusing_the_exact(length, ids, window) or [InsertResult()]
        return (
            self._reusing_the_shortest(length, ids)
            or [InsertResult(length, seq_id) for seq_id in ids if self.windows[seq_id][0] == -1]
            or [InsertResult()]
        )

    def _reusing_the_exact(
        self, length: int, ids: list[int], window: tuple[int, int]
    ) -> list[InsertResult]:
        """Rule 2."""
        return [
            InsertResult(length, reused_seq_id=seq_id)
            for seq_id in ids
            if seq_id in self.recycling
            and self.windows[seq_id] == window
            and self.store.get_sequence_length(seq_id) == length
        ]

    def _reusing_the_shortest(self, length: int, ids: list[int]) -> list[InsertResult]:
        """Rule 3."""
        lengths = {
            seq_id: self.store.get_sequence_length(seq_id)
            for seq_id in ids
            if seq_id in self.recycling and self.windows[seq_id][0] == -1
        }
        shortest = min(lengths.values(), default=0)
        if not lengths or 10 * length <= 9 * shortest:
            return []
        return [
            InsertResult(length, -1, seq_id, shortest - length)
            for seq_id in lengths
            if lengths[seq_id] == shortest
        ]

    def _must_be_active(self, seq_id: int) -> None:
        if not self.has_sequence(seq_id) or seq_id in self.recycling:
            raise NaiveSequenceError

    def _remove(self, seq_id: int) -> None:
        self.store.remove_sequence(seq_id)
        del self.windows[seq_id]
        self.removed.append(seq_id)
