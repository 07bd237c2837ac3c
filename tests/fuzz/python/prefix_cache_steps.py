"""PrefixCache beside the naive cache, under any stream of calls with any arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arguments import Argument, Arguments, RefusedError, Tokens, call_with
from naive_prefix_cache import InsertResult, NaivePrefixCache
from paged_tree_steps import IDS, LARGEST_TOKEN, MOST_NESTED, answers_like, sequence_id, token_count
from pagedradix import PrefixCache, PrefixCacheMatchedResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz_bytes import FuzzBytes


class PrefixCacheSteps:
    """Both caches, and the calls that the bytes mean."""

    def __init__(self, source: FuzzBytes) -> None:
        self._source = source
        self._arguments = Arguments(source, self._step_inside)
        self._nested = 0
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

    def _step_inside(self) -> None:
        if self._nested < MOST_NESTED:
            self._nested += 1
            self.step()
            self._nested -= 1

    def _id(self) -> Argument[int]:
        return sequence_id(self._source, self._arguments)

    def _tokens(self) -> Argument[Tokens]:
        tokens = self._source.tokens(60, (0, 1, 2, LARGEST_TOKEN))
        return self._arguments.tokens(tokens, LARGEST_TOKEN)

    def _both(
        self, call: Callable[..., Any], naive: Callable[..., Any], *arguments: Argument[Any]
    ) -> None:
        answers_like(
            lambda: call_with(call, *arguments),
            lambda: naive(*[argument.value for argument in arguments]),
        )

    def _insert(self) -> None:
        window = self._arguments.integer(self._source.pick(-1, -1, -1, 4, 0, -2))
        sink = self._arguments.integer(self._source.pick(0, 0, 1, -1))
        chosen = InsertResult()

        def insert(*arguments: Any) -> None:  # noqa: ANN401 - anything at all
            nonlocal chosen
            chosen = as_tuple(self._cache.insert_sequence(*arguments))

        def insert_naively(seq_id: int, tokens: Tokens, window: int, sink: int) -> None:
            self._naive.insert_sequence(seq_id, tokens, window, sink, lambda _: chosen)

        self._both(insert, insert_naively, self._id(), self._tokens(), window, sink)

    def _extend(self) -> None:
        self._both(
            self._cache.extend_sequence, self._naive.extend_sequence, self._id(), self._tokens()
        )

    def _commit(self) -> None:
        self._both(self._cache.commit_sequence_extension, self._naive.commit_sequence_extension)

    def _roll_back(self) -> None:
        count = token_count(self._source, self._arguments)
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
