"""PrefixCache beside the naive cache, under any stream of calls with any arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arguments import RefusedError, Tokens
from naive_prefix_cache import InsertResult, NaivePrefixCache
from pagedradix import PrefixCache, PrefixCacheMatchedResult
from sequence_steps import IDS, SequenceSteps

if TYPE_CHECKING:
    from fuzz_bytes import FuzzBytes

MOST_TOKENS = 60


class PrefixCacheSteps(SequenceSteps):
    """Both caches, and the calls that the bytes mean."""

    def __init__(self, source: FuzzBytes) -> None:
        super().__init__(source)
        limit = source.below(5) - 1
        self._removed: list[int] = []
        self._cache = PrefixCache(
            limit, self._removed.append, page_size=source.pick(1, 3, 64), pages_per_block=1
        )
        self._naive = NaivePrefixCache(limit)

    def step(self) -> None:
        try:
            self._source.pick(
                self._insert,
                self._insert,
                self._extend,
                self._extend,
                self._commit,
                self._roll_back,
                self._recycle,
                self._reset_or_free,
            )()
        except RefusedError:
            self.compare()

    def compare(self) -> None:
        for seq_id in IDS:
            assert self._cache.has_sequence(seq_id) == self._naive.has_sequence(seq_id)
        assert self._removed == self._naive.removed

    def _insert(self) -> None:
        window = self._arguments.integer(self._source.pick(-1, -1, -1, 4, 0, -2))
        sink = self._arguments.integer(self._source.pick(0, 0, 1, -1))
        chosen = InsertResult()

        def insert(*arguments: Any) -> None:  # noqa: ANN401 - anything at all
            nonlocal chosen
            chosen = as_tuple(self._cache.insert_sequence(*arguments))

        def insert_naively(seq_id: int, tokens: Tokens, window: int, sink: int) -> None:
            self._naive.insert_sequence(seq_id, tokens, window, sink, lambda _: chosen)

        self._both(insert, insert_naively, self._id(), self._tokens(MOST_TOKENS), window, sink)

    def _extend(self) -> None:
        self._both(
            self._cache.extend_sequence,
            self._naive.extend_sequence,
            self._id(),
            self._tokens(MOST_TOKENS),
        )

    def _commit(self) -> None:
        self._both(self._cache.commit_sequence_extension, self._naive.commit_sequence_extension)

    def _roll_back(self) -> None:
        count = self._token_count()
        self._both(
            self._cache.roll_back_sequence, self._naive.roll_back_sequence, self._id(), count
        )

    def _recycle(self) -> None:
        lazy = self._source.below(4) != 3
        self._both(
            lambda seq_id: self._cache.recycle_sequence(seq_id, lazy),
            lambda seq_id: self._naive.recycle_sequence(seq_id, lazy=lazy),
            self._id(),
        )

    def _reset_or_free(self) -> None:
        if self._source.below(8) == 7:
            self._cache.reset()
            self._naive.reset()
        else:
            assert self._cache.try_free_memory() == self._naive.try_free_memory()
        self.compare()


def as_tuple(result: PrefixCacheMatchedResult) -> InsertResult:
    return InsertResult(
        result.prefilled_offset,
        result.forked_seq_id,
        result.reused_seq_id,
        result.reused_seq_pop_last_tokens,
    )
