"""Any sequence of calls: PrefixCache answers as the rules allow and removes in the right order.

Hypothesis draws the calls and cuts a failing sequence down to the shortest that it finds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from naive_prefix_cache import InsertResult, NaivePrefixCache
from naive_sequence_store import NaiveRangeError, NaiveSequenceError
from pagedradix import InvalidArgumentError, PrefixCache, SequenceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from naive_sequence_store import SequenceTokens

Draft = tuple[int, int, tuple[int, ...]]

IDS = [0, 1, 2, 3, 4, -2, 2**40]

# Few ids and tokens, so that prompts meet what is cached.
seq_ids = st.sampled_from(IDS)
# A prompt before it is known what is cached: a sequence, how many of its last tokens are left out,
# and others that follow.
drafts = st.tuples(seq_ids, st.integers(0, 3), st.lists(st.integers(0, 1), max_size=4).map(tuple))
windows = st.sampled_from([(-1, 0), (-1, 0), (-1, 2), (4, 0), (4, 1), (0, 0), (4, -1)])


class CallbackError(Exception):
    pass


class PrefixCacheMachine(RuleBasedStateMachine):
    cache: PrefixCache
    naive: NaivePrefixCache

    @initialize(limit=st.sampled_from([-1, 0, 1, 2, 4]), page_size=st.sampled_from([1, 2, 16]))
    def start(self, limit: int, page_size: int) -> None:
        self.removed: list[int] = []
        self.callback_raises = False
        self.cache = PrefixCache(limit, self.note_removed, page_size=page_size, pages_per_block=1)
        self.naive = NaivePrefixCache(limit)

    def note_removed(self, seq_id: int) -> None:
        self.removed.append(seq_id)
        assert seq_id not in self.cache
        if self.callback_raises:
            raise CallbackError

    def both(self, call: Callable[[], object], naive_call: Callable[[], object]) -> None:
        try:
            call()
        except SequenceError:
            with pytest.raises(NaiveSequenceError):
                naive_call()
        except InvalidArgumentError:
            with pytest.raises(NaiveRangeError):
                naive_call()
        except CallbackError:
            naive_call()
        else:
            naive_call()

    def prompt(self, draft: Draft) -> SequenceTokens:
        seq_id, cut, more = draft
        cached = self.naive.store.sequences.get(seq_id, ())
        return (*cached[: max(0, len(cached) - cut)], *more)

    @rule(
        seq_id=seq_ids | st.just(-1),
        draft=drafts,
        window=windows,
        extend=st.booleans(),
    )
    def insert(self, seq_id: int, draft: Draft, window: tuple[int, int], extend: bool) -> None:
        prompt = self.prompt(draft)
        chosen = InsertResult()

        def insert() -> None:
            nonlocal chosen
            result = self.cache.insert_sequence(seq_id, prompt, *window)
            chosen = InsertResult(
                result.prefilled_offset,
                result.forked_seq_id,
                result.reused_seq_id,
                result.reused_seq_pop_last_tokens,
            )

        self.both(
            insert, lambda: self.naive.insert_sequence(seq_id, prompt, *window, lambda _: chosen)
        )
        if extend:
            running = seq_id if chosen.reused_seq_id == -1 else chosen.reused_seq_id
            self.extend(running, prompt[chosen.prefilled_offset :])

    @rule(seq_id=seq_ids, tokens=st.lists(st.integers(0, 1), max_size=30).map(tuple))
    def extend(self, seq_id: int, tokens: SequenceTokens) -> None:
        self.cache.extend_sequence(seq_id, tokens)
        self.naive.extend_sequence(seq_id, tokens)

    @rule()
    def commit(self) -> None:
        self.both(self.cache.commit_sequence_extension, self.naive.commit_sequence_extension)

    @rule(seq_id=seq_ids, count=st.integers(0, 4))
    def roll_back(self, seq_id: int, count: int) -> None:
        self.both(
            lambda: self.cache.roll_back_sequence(seq_id, count),
            lambda: self.naive.roll_back_sequence(seq_id, count),
        )

    @rule(seq_id=seq_ids, lazy=st.booleans() | st.just(value=True), raises=st.booleans())
    def recycle(self, seq_id: int, lazy: bool, raises: bool) -> None:
        self.callback_raises = raises
        self.both(
            lambda: self.cache.recycle_sequence(seq_id, lazy=lazy),
            lambda: self.naive.recycle_sequence(seq_id, lazy=lazy),
        )
        self.callback_raises = False

    @rule()
    def try_free_memory(self) -> None:
        assert self.cache.try_free_memory() == self.naive.try_free_memory()

    @rule()
    def reset(self) -> None:
        self.cache.reset()
        self.naive.reset()

    def teardown(self) -> None:
        """In the end everything that can be freed is: the whole order is compared."""
        if not hasattr(self, "cache"):
            return
        while self.naive.try_free_memory():
            assert self.cache.try_free_memory()
            self.the_same_were_removed()
        assert not self.cache.try_free_memory()

    @invariant()
    def the_same_exist(self) -> None:
        for seq_id in IDS:
            assert self.cache.has_sequence(seq_id) == self.naive.has_sequence(seq_id)

    @invariant()
    def the_same_were_removed(self) -> None:
        assert self.removed == self.naive.removed


TestPrefixCacheAnswersAsTheRulesAllow = PrefixCacheMachine.TestCase
TestPrefixCacheAnswersAsTheRulesAllow.settings = settings(
    max_examples=200, stateful_step_count=40, deadline=None
)
