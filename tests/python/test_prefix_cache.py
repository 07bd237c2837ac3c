"""PrefixCache from Python: which sequence a prompt reuses or is forked from, and the callback."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pagedradix import PrefixCache, PrefixCacheMatchedResult, PrefixCacheMode, SequenceError
from served_prompts import NEW, finish, forked, own_prompt, reused, serve

if TYPE_CHECKING:
    from collections.abc import Callable


# --- What a prompt reuses ------------------------------------------------------------------------


def test_a_prompt_that_matches_nothing_is_new() -> None:
    cache = PrefixCache()
    assert serve(cache, 1, [1, 2, 3]) == NEW
    assert serve(cache, 2, [4, 5, 6]) == NEW
    assert cache.has_sequence(1)
    assert 2 in cache
    assert 3 not in cache


def test_the_last_token_is_never_matched() -> None:
    cache = PrefixCache()
    serve(cache, 1, [1, 2, 3])
    assert cache.insert_sequence(2, [1, 2, 3]) == forked(1, 2)
    assert cache.insert_sequence(3, [1]) == NEW


def test_with_a_window_only_the_same_sequence_is_reused() -> None:
    cache = PrefixCache()
    finish(cache, 1, list(range(100)), window=4)
    prompt = [*range(100), 7]
    assert cache.insert_sequence(2, prompt, 5, 0) == NEW
    assert cache.insert_sequence(3, prompt, sliding_window_size=4, attention_sink_size=1) == NEW
    assert cache.insert_sequence(4, [*range(99), 7], 4) == NEW
    assert cache.insert_sequence(5, prompt, 4) == reused(1, 100)
    assert 5 not in cache


def test_a_finished_sequence_is_reused_if_more_than_nine_tenths_of_it_match() -> None:
    cache = PrefixCache()
    finish(cache, 1, list(range(100)))
    assert cache.insert_sequence(2, [*range(90), 7]) == forked(1, 90)
    assert cache.insert_sequence(3, [*range(91), 7]) == reused(1, 91, 9)
    assert 3 not in cache
    assert cache.insert_sequence(4, list(range(100))) == forked(1, 91), "rolled back"


def test_the_shortest_finished_sequence_is_reused() -> None:
    cache = PrefixCache()
    prompts = {1: [*range(100), 500, 501], 2: [*range(100), 600], 3: [*range(100), 700, 701]}
    for seq_id, prompt in prompts.items():
        serve(cache, seq_id, prompt)
    for seq_id in prompts:
        cache.recycle_sequence(seq_id)
    assert cache.insert_sequence(9, [*range(100), 800]) == reused(2, 100, 1)


def test_sequences_with_a_window_are_not_forked() -> None:
    cache = PrefixCache()
    serve(cache, 1, list(range(10)), window=4)
    assert cache.insert_sequence(2, list(range(10))) == NEW


# --- Extensions and rollbacks --------------------------------------------------------------------


def test_extensions_are_queued_as_copies_and_committed_before_a_match() -> None:
    cache = PrefixCache()
    cache.insert_sequence(1, [1])
    tokens = np.arange(100, dtype=np.int32)
    cache.extend_sequence(1, tokens)
    tokens[:] = 5
    listed = [100, 101]
    cache.extend_sequence(1, listed)
    listed.clear()
    assert cache.insert_sequence(2, range(103)) == forked(1, 102)


@pytest.mark.parametrize("spelling", ["commit_sequence_extension", "commit_sequence_extention"])
def test_an_extension_for_a_finished_sequence_is_an_error_once(spelling: str) -> None:
    cache = PrefixCache()
    finish(cache, 4242, [1, 2])
    cache.extend_sequence(4242, [3])
    commit = getattr(cache, spelling)
    with pytest.raises(SequenceError, match="4242"):
        commit()
    commit()


def test_an_extension_for_nobody_is_dropped() -> None:
    cache = PrefixCache()
    cache.extend_sequence(1, [1, 2, 3])
    cache.commit_sequence_extension()
    assert 1 not in cache
    assert cache.insert_sequence(2, [1, 2, 3]) == NEW


def test_rolling_back_drops_the_last_tokens() -> None:
    cache = PrefixCache()
    serve(cache, 1, list(range(10)))
    cache.roll_back_sequence(1, 4)
    assert cache.insert_sequence(2, range(10)) == forked(1, 6)


# --- Recycling and the callback ------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "removed"), [(-1, []), (0, [2, 0, 1]), (1, [2, 0]), (2, [2])])
def test_the_sequence_that_was_finished_first_goes_first(limit: int, removed: list[int]) -> None:
    seen: list[int] = []
    cache = PrefixCache(limit, seen.append)
    for seq_id in range(3):
        serve(cache, seq_id, own_prompt(seq_id))
    for seq_id in (2, 0, 1):
        cache.recycle_sequence(seq_id)
    assert seen == removed
    assert [seq_id in cache for seq_id in range(3)] == [seq_id not in seen for seq_id in range(3)]
    while cache.try_free_memory():
        pass
    assert seen == [2, 0, 1]


def test_a_sequence_that_is_not_to_be_kept_is_removed_at_once() -> None:
    seen: list[int] = []
    cache = PrefixCache(remove_callback=seen.append)
    serve(cache, 1, [1, 2])
    cache.recycle_sequence(1, lazy=False)
    assert seen == [1]
    assert cache.try_free_memory() is False


def test_reset_forgets_everything_and_calls_nobody() -> None:
    seen: list[int] = []
    cache = PrefixCache(-1, seen.append)
    finish(cache, 1, [1, 2, 3])
    cache.extend_sequence(1, [4])
    cache.reset()
    cache.commit_sequence_extension()
    assert 1 not in cache
    assert serve(cache, 1, [1, 2, 3]) == NEW
    assert seen == []


WAYS: list[Callable[[PrefixCache], object]] = [
    lambda cache: cache.recycle_sequence(1),
    lambda cache: cache.recycle_sequence(1, lazy=False),
    lambda cache: cache.try_free_memory(),
]


@pytest.mark.parametrize("way", [0, 1, 2])
def test_what_the_callback_raises_comes_through_and_the_sequence_is_gone(way: int) -> None:
    def fail(seq_id: int) -> None:
        seen.append(seq_id)
        raise LookupError(f"no place for {seq_id}")

    seen: list[int] = []
    cache = PrefixCache(1, fail)
    for seq_id in (0, 1):
        serve(cache, seq_id, own_prompt(seq_id))
    cache.recycle_sequence(0)
    gone = 1 if way == 1 else 0
    with pytest.raises(LookupError, match=f"no place for {gone}"):
        WAYS[way](cache)
    assert seen == [gone]
    assert gone not in cache
    assert serve(cache, 5, [*own_prompt(gone), 1]) == NEW


@pytest.mark.parametrize("way", [0, 1, 2])
def test_the_callback_may_use_the_cache(way: int) -> None:
    def reenter(seq_id: int) -> None:
        assert seq_id not in cache
        seen.append(seq_id)
        if len(seen) == 1:
            serve(cache, 7, [*own_prompt(8), 1])
            cache.roll_back_sequence(7, 1)
            cache.recycle_sequence(7)
            cache.try_free_memory()

    seen: list[int] = []
    cache = PrefixCache(1, reenter)
    for seq_id in (0, 1):
        serve(cache, seq_id, own_prompt(seq_id))
    cache.recycle_sequence(0)
    WAYS[way](cache)
    assert seen == [[0, 1, 7], [1, 0, 7], [0, 7]][way]
    assert not cache.try_free_memory()


def test_a_cache_whose_callback_refers_to_it_is_collected() -> None:
    class Owner:
        def __init__(self) -> None:
            self.cache = PrefixCache(0, self.removed)

        def removed(self, seq_id: int) -> None:
            pytest.fail(f"{seq_id} is not removed")

    owner = Owner()
    alive = weakref.ref(owner)
    del owner
    gc.collect()
    assert alive() is None


# --- The rest ------------------------------------------------------------------------------------


def test_the_disabled_cache_finds_every_prompt_new() -> None:
    cache = PrefixCache.disabled()
    assert cache.mode is PrefixCacheMode.DISABLE
    assert serve(cache, 1, [1, 2, 3]) == NEW
    assert serve(cache, 1, [1, 2, 3]) == NEW
    cache.commit_sequence_extension()
    assert 1 not in cache
    assert not cache.try_free_memory()
    with pytest.raises(SequenceError, match="1"):
        cache.recycle_sequence(1)
    with pytest.raises(SequenceError, match="1"):
        cache.roll_back_sequence(1, 1)
    cache.reset()


def test_a_cache_says_what_it_is() -> None:
    assert PrefixCache().mode is PrefixCacheMode.RADIX
    assert repr(PrefixCache(3)).startswith("<PrefixCache")
    assert {mode.name for mode in PrefixCacheMode} == {"DISABLE", "RADIX"}


def test_results_are_values() -> None:
    result = PrefixCacheMatchedResult(1, 2, 3, 4)
    assert (result.prefilled_offset, result.forked_seq_id) == (1, 2)
    assert (result.reused_seq_id, result.reused_seq_pop_last_tokens) == (3, 4)
    assert result == PrefixCacheMatchedResult(1, 2, 3, 4)
    assert hash(result) == hash(PrefixCacheMatchedResult(1, 2, 3, 4))
    for other in ((0, 2, 3, 4), (1, 0, 3, 4), (1, 2, 0, 4), (1, 2, 3, 0)):
        assert result != PrefixCacheMatchedResult(*other)
    assert (NEW.prefilled_offset, NEW.forked_seq_id, NEW.reused_seq_id) == (0, -1, -1)
    assert pickle.loads(pickle.dumps(result)) == copy.copy(result) == result
    assert repr(result) == (
        "PrefixCacheMatchedResult(prefilled_offset=1, forked_seq_id=2, reused_seq_id=3, "
        "reused_seq_pop_last_tokens=4)"
    )
    with pytest.raises(AttributeError):
        result.prefilled_offset = 5  # type: ignore[misc]
