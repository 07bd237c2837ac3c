"""Several Python threads on one PagedRadixTree or PrefixCache."""

from __future__ import annotations

import contextlib
import random
import threading
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from pagedradix import InvalidArgumentError, PagedRadixTree, PrefixCache, SequenceError
from served_prompts import serve

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = 4
SHARED_IDS = 12


def act(tree: PagedRadixTree, rng: random.Random) -> None:
    """One random call on a sequence that any thread changes; all its tokens are its id modulo 3."""
    seq_id, other = rng.randrange(SHARED_IDS), rng.randrange(SHARED_IDS)
    fork = other - other % 3 + seq_id % 3
    tokens = [seq_id % 3] * rng.randrange(20)
    actions: list[Callable[[], object]] = [
        lambda: tree.add_sequence(seq_id),
        lambda: tree.extend_sequence(seq_id, tokens),
        lambda: tree.extend_sequence(seq_id, np.array(tokens, np.int64)),
        lambda: tree.fork_sequence(fork, seq_id, rng.randrange(10)),
        lambda: tree.roll_back_sequence(seq_id, rng.randrange(10)),
        lambda: tree.remove_sequence(seq_id),
        lambda: check_sequence(tree, seq_id),
        lambda: check_match(tree, tokens),
        lambda: (len(tree), list(tree), seq_id in tree, tree.stats(), repr(tree)),
        lambda: tree.get_sequence_length(seq_id) + tree.free_capacity(),
    ]
    with contextlib.suppress(SequenceError, InvalidArgumentError):
        rng.choice(actions)()


def check_sequence(tree: PagedRadixTree, seq_id: int) -> None:
    assert set(tree.get_sequence(seq_id).tolist()) <= {seq_id % 3}


def check_match(tree: PagedRadixTree, tokens: list[int]) -> None:
    length, seq_ids = tree.match_prefix(tokens)
    assert length <= len(tokens)
    assert len(set(seq_ids)) == len(seq_ids)
    assert {seq_id % 3 for seq_id in seq_ids} <= set(tokens)


def test_any_calls_from_any_threads_leave_a_sound_tree(
    rng: random.Random, run_together: Callable[..., list[Any]]
) -> None:
    tree = PagedRadixTree(page_size=4, pages_per_block=2)

    def hammer(index: int, seed: float) -> None:
        own, mine = random.Random(seed), [index + 100, *range(30)]
        tree.add_sequence(100 + index)
        tree.extend_sequence(100 + index, mine)
        for _ in range(1500):
            act(tree, own)
            assert tree.get_sequence(100 + index).tolist() == mine

    run_together(*[partial(hammer, index, rng.random()) for index in range(THREADS)])
    tree.check_invariants()
    for seq_id in tree:
        tree.remove_sequence(seq_id)
    assert tree.stats().pages_used == 0
    tree.check_invariants()


def test_every_sequence_is_removed_once(
    rng: random.Random, run_together: Callable[..., list[Any]]
) -> None:
    removed: list[int] = []
    cache = PrefixCache(3, removed.append, page_size=4)
    created: list[int] = []

    def work(index: int, seed: float) -> None:
        own = random.Random(seed)
        for step in range(500):
            prompt = [own.randrange(2)] * own.randrange(1, 30) + [own.randrange(5)]
            seq_id = step * THREADS + index
            running = serve(cache, seq_id, prompt).reused_seq_id
            if running == -1:
                running = seq_id
                created.append(seq_id)
            if own.random() < 0.3:
                cache.roll_back_sequence(running, 1)
            if own.random() < 0.1:
                cache.try_free_memory()
            cache.recycle_sequence(running, lazy=own.random() < 0.8)

    run_together(*[partial(work, index, rng.random()) for index in range(THREADS)])
    while cache.try_free_memory():
        pass
    assert Counter(removed) == Counter(created)


def test_a_slow_callback_holds_nobody_up(run_together: Callable[..., list[Any]]) -> None:
    asked, answered = threading.Event(), threading.Event()

    def slow(_: int) -> None:
        asked.set()
        assert answered.wait(timeout=60)

    cache = PrefixCache(0, slow)
    serve(cache, 1, [1, 2, 3])

    def others() -> None:
        assert asked.wait(timeout=60)
        assert 1 not in cache
        serve(cache, 2, [1, 2, 3])
        cache.commit_sequence_extension()
        answered.set()

    run_together(lambda: cache.recycle_sequence(1), others)
    assert 2 in cache


def test_tokens_that_change_during_a_call_do_no_harm(
    rng: random.Random, run_together: Callable[..., list[Any]]
) -> None:
    tree = PagedRadixTree(page_size=4)
    tokens = np.zeros(4000, np.int32)
    done = threading.Event()

    def change() -> None:
        while not done.is_set():
            tokens[rng.randrange(tokens.size)] = rng.randrange(4)

    def read(first: int) -> None:
        for seq_id in range(first, first + 100):
            tree.add_sequence(seq_id)
            tree.extend_sequence(seq_id, tokens)
            assert tree.get_sequence_length(seq_id) == tokens.size
            tree.match_prefix(tokens)
        done.set()

    run_together(change, partial(read, 0), partial(read, 1000))
    tree.check_invariants()
