"""Several Python threads on one tree."""

from __future__ import annotations

import contextlib
import random
import threading
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pagedradix import InvalidArgumentError, PagedRadixTree, PrefixCache, TokenTree
from served_prompts import serve

if TYPE_CHECKING:
    from collections.abc import Callable


THREADS = 4


def check_at_rest(tree: TokenTree) -> None:
    """The tree is sound, and the counts are what a walk over it finds."""
    tree.check_invariants()
    held: Counter[str] = Counter()
    path: list[tuple[list[int], int]] = []
    for prefix, owners in tree.iter_entries():
        tokens = prefix.tolist()
        while path and tokens[: path[-1][1]] != path[-1][0]:
            path.pop()
        start = path[-1][1] if path else 0
        path.append((tokens, len(tokens)))
        for name, _ in owners:
            held[name] += len(tokens) - start
    counts = tree.get_tenant_token_counts()
    assert {name: count for name, count in counts.items() if count} == held


def random_prompt(rng: random.Random) -> list[int]:
    return [rng.randrange(3) for _ in range(rng.randrange(40))]


def act(tree: TokenTree, rng: random.Random, tenants: list[str]) -> None:
    """One random call, of any method."""
    tokens, tenant = random_prompt(rng), rng.choice(tenants)
    actions: list[Callable[[], object]] = [
        lambda: tree.insert_tokens(tokens, tenant, rng.randrange(3)),
        lambda: tree.insert_tokens(np.array(tokens, np.int64), tenant),
        lambda: tree.match_prefix_with_counts(tokens),
        lambda: tree.match_and_insert(tokens, tenant),
        lambda: tree.match_and_insert_with(
            tokens, lambda _: tenant if tree.evict_tenant(tenant, 50) else None
        ),
        lambda: tree.match_tenants(tokens),
        lambda: tree.match_tenants(tokens, tenants),
        lambda: tree.match_batch([*tokens, 1, 2], [0, len(tokens), len(tokens) + 2]),
        lambda: tree.evict_tenant(tenant, rng.randrange(100)),
        lambda: (
            tree.remove_tenant(tenant) if rng.random() < 0.1 else tree.tenant_token_size(tenant)
        ),
        lambda: tree.clear() if rng.random() < 0.02 else tree.stats(),
        lambda: (
            list(tree.iter_entries()) if rng.random() < 0.05 else tree.get_tenant_token_counts()
        ),
        lambda: tree.__getstate__() if rng.random() < 0.05 else repr(tree),
    ]
    rng.choice(actions)()


@pytest.mark.parametrize("policy", ["lru", "lfu", "mru", "priority"])
def test_any_calls_from_any_threads_leave_a_sound_tree(
    policy: str, rng: random.Random, run_together: Callable[..., list[Any]]
) -> None:
    tree = TokenTree(2, policy)  # type: ignore[arg-type]
    tenants = ["a", "b", "c"]

    def hammer(seed: float) -> None:
        own = random.Random(seed)
        for _ in range(1500):
            act(tree, own, tenants)

    run_together(*[partial(hammer, rng.random()) for _ in range(THREADS)])
    check_at_rest(tree)


def test_the_same_calls_from_one_thread_leave_a_sound_tree(rng: random.Random) -> None:
    tree = TokenTree(page_size=2)
    for _ in range(3000):
        act(tree, rng, ["a", "b", "c"])
    check_at_rest(tree)


def test_no_insert_is_lost_and_counts_are_exact(
    rng: random.Random, run_together: Callable[..., list[Any]]
) -> None:
    tree = TokenTree(page_size=1)
    shared = [rng.randrange(100) for _ in range(50)]
    prompts = {
        f"w{i}": [[*shared[: rng.randrange(50)], 1000 + i, j] for j in range(300)]
        for i in range(THREADS)
    }

    def insert(tenant: str) -> None:
        for tokens in prompts[tenant]:
            tree.insert_tokens(tokens, tenant)

    run_together(*[partial(insert, tenant) for tenant in prompts])
    for tenant, own in prompts.items():
        for tokens in own:
            assert tree.match_tenants(tokens)[tenant] == len(tokens)
        held = {tuple(tokens[:end]) for tokens in own for end in range(1, len(tokens) + 1)}
        assert tree.tenant_token_size(tenant) == len(held)
    check_at_rest(tree)


def test_what_is_held_is_found_while_its_path_is_split(
    rng: random.Random, run_together: Callable[..., list[Any]]
) -> None:
    tree = TokenTree(page_size=1)
    held = np.arange(1, 3001, dtype=np.uint32)
    tree.insert_tokens(held, "w")
    done = threading.Event()

    def split(seed: float) -> None:
        own = random.Random(seed)
        for _ in range(500):
            branch = held[: own.randrange(1, held.size)].copy()
            branch[-1] = 0
            tree.insert_tokens(branch, "v")
            if own.random() < 0.2:
                tree.evict_tenant("v", 0)
        done.set()

    def match() -> int:
        matches = 0
        while not done.is_set():
            assert tree.match_prefix_with_counts(held).matched_token_count == held.size
            assert tree.match_tenants(held, ["w"]) == {"w": held.size}
            matches += 1
        return matches

    run_together(match, match, *[partial(split, rng.random()) for _ in range(2)])
    check_at_rest(tree)


def test_a_slow_select_holds_nobody_up(run_together: Callable[..., list[Any]]) -> None:
    tree = TokenTree(page_size=1)
    asked, answered = threading.Event(), threading.Event()

    def select(_: object) -> str:
        asked.set()
        assert answered.wait(timeout=60)
        return "slow"

    def others() -> None:
        assert asked.wait(timeout=60)
        tree.insert_tokens([1, 2, 3], "fast")
        tree.evict_tenant("fast", 0)
        tree.clear()
        tree.insert_tokens([1, 2], "fast")
        answered.set()

    run_together(lambda: tree.match_and_insert_with([1, 2, 3], select), others)
    assert tree.match_tenants([1, 2, 3]) == {"fast": 2, "slow": 3}
    check_at_rest(tree)


def test_threads_share_an_iterator_entry_by_entry(run_together: Callable[..., list[Any]]) -> None:
    tree = TokenTree(page_size=1)
    tree.insert_batch(range(2000), range(2001), "w")
    walk = tree.iter_entries()
    drawn = run_together(*[lambda: [int(prefix[0]) for prefix, _ in walk] for _ in range(THREADS)])
    assert sorted(token for part in drawn for token in part) == list(range(2000))


def test_a_walk_beside_writers_yields_only_what_was_inserted(
    rng: random.Random, run_together: Callable[..., list[Any]]
) -> None:
    tree = TokenTree(page_size=1)
    done = threading.Event()

    def write(seed: float) -> None:
        own = random.Random(seed)
        for _ in range(1000):
            first, count = own.randrange(20), own.randrange(1, 30)
            tree.insert_tokens([first * 100 + i for i in range(count)], f"w{first}")
            if own.random() < 0.1:
                tree.evict_tenant(f"w{first}", own.randrange(20))
        done.set()

    def walk() -> None:
        while not done.is_set():
            for prefix, owners in tree.iter_entries():
                first = int(prefix[0]) // 100
                assert np.array_equal(prefix, first * 100 + np.arange(prefix.size))
                assert [name for name, _ in owners] == [f"w{first}"]

    run_together(walk, *[partial(write, rng.random()) for _ in range(2)])
    check_at_rest(tree)


def test_a_prompt_that_changes_during_a_call_does_no_harm(
    rng: random.Random, run_together: Callable[..., list[Any]]
) -> None:
    tree = TokenTree(page_size=4)
    array = np.zeros(4000, np.uint32)
    tokens = [0] * 100
    done = threading.Event()

    def change() -> None:
        while not done.is_set():
            array[rng.randrange(array.size)] = rng.randrange(4)
            tokens[:] = [rng.randrange(4)] * rng.randrange(200)

    def read() -> None:
        for _ in range(300):
            tree.match_and_insert(array, "a")
            with contextlib.suppress(InvalidArgumentError):  # It says that the list changed.
                tree.match_and_insert(tokens, "b")
        done.set()

    run_together(change, read, read)
    check_at_rest(tree)


def test_engines_share_a_router_a_sequence_store_and_a_cache(
    rng: random.Random, run_together: Callable[..., list[Any]]
) -> None:
    page_size = 4
    router = TokenTree(page_size)
    store = PagedRadixTree(page_size=page_size)
    created: list[int] = []
    removed: list[int] = []
    cache = PrefixCache(8, removed.append, page_size=page_size)
    histories = [[rng.randrange(50) for _ in range(40)] for _ in range(5)]

    def serve_prompts(index: int, seed: float) -> tuple[list[list[int]], dict[int, list[int]]]:
        own, name = random.Random(seed), f"w{index}"
        prompts: list[list[int]] = []
        stored: dict[int, list[int]] = {}
        for step in range(300):
            history = own.choice(histories)
            prompt = [*history[: own.randrange(page_size, len(history))], 1000 + index, step]
            prompts.append(prompt)
            router.match_and_insert(prompt, name)
            whole_pages = len(prompt) // page_size * page_size
            assert router.match_tenants(prompt, [name]) == {name: whole_pages}
            router.insert_tokens(prompt, "guest")
            if own.random() < 0.1:
                router.evict_tenant("guest", 50)

            seq_id = step * THREADS + index
            store.add_sequence(seq_id)
            store.extend_sequence(seq_id, prompt)
            assert store.match_prefix(prompt) == (len(prompt), [seq_id])
            if own.random() < 0.5:
                store.remove_sequence(seq_id)
            else:
                stored[seq_id] = prompt

            running = serve(cache, seq_id, prompt).reused_seq_id
            if running == -1:
                running = seq_id
                created.append(seq_id)
            cache.recycle_sequence(running)
        return prompts, stored

    served = run_together(*[partial(serve_prompts, i, rng.random()) for i in range(THREADS)])

    check_at_rest(router)
    for index, (prompts, _) in enumerate(served):
        pages = {
            tuple(prompt[:end])
            for prompt in prompts
            for end in range(page_size, len(prompt) + 1, page_size)
        }
        assert router.tenant_token_size(f"w{index}") == page_size * len(pages)
    store.check_invariants()
    expected = {seq_id: prompt for _, stored in served for seq_id, prompt in stored.items()}
    assert {seq_id: store.get_sequence(seq_id).tolist() for seq_id in store} == expected
    while cache.try_free_memory():
        pass
    assert Counter(removed) == Counter(created)
