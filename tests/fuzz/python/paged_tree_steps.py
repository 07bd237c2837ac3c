"""PagedRadixTree beside the naive store, under any stream of calls with any arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arguments import RefusedError, call_with
from naive_sequence_store import NaiveSequenceStore
from pagedradix import CapacityError, PagedRadixTree
from sequence_steps import SequenceSteps

if TYPE_CHECKING:
    from fuzz_bytes import FuzzBytes

MOST_TOKENS = 90


class PagedTreeSteps(SequenceSteps):
    """Both trees, and the calls that the bytes mean."""

    def __init__(self, source: FuzzBytes) -> None:
        super().__init__(source)
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

    def _add(self) -> None:
        self._both(self._tree.add_sequence, self._naive.add_sequence, self._id())

    def _extend(self) -> None:
        self._both(
            self._tree.extend_sequence,
            self._naive.extend_sequence,
            self._id(),
            self._tokens(MOST_TOKENS),
        )

    def _fork(self) -> None:
        count = self._token_count()
        self._both(
            self._tree.fork_sequence, self._naive.fork_sequence, self._id(), self._id(), count
        )

    def _roll_back(self) -> None:
        count = self._token_count()
        self._both(self._tree.roll_back_sequence, self._naive.roll_back_sequence, self._id(), count)

    def _remove(self) -> None:
        self._both(self._tree.remove_sequence, self._naive.remove_sequence, self._id())

    def _match(self) -> None:
        tokens = self._tokens(MOST_TOKENS)
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
