"""The engine against a simulation written in the slowest way that is obviously right."""

from __future__ import annotations

import math
import random
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pagedradix import EvictionPolicy, TokenTree
from pagedradix._replay import Lane, Policy, Prompts, Simulation
from pagedradix.replay import EVICTIONS, POLICIES, Replay, ReplayOptions, Requests, RequestsBuilder
from slow_replay import EndlessFleet, expand, slow_replay

if TYPE_CHECKING:
    from tree_contents import Untyped


class TreeFleet:
    """Caches in a TokenTree that is driven from Python, with eviction."""

    def __init__(self, options: ReplayOptions) -> None:
        self.options = options
        self.tree = TokenTree(options.page_size, EvictionPolicy[options.eviction.upper()])
        self.evicted = 0

    def held(self, tokens: list[int]) -> list[int]:
        held = self.tree.match_tenants(tokens)
        return [held.get(f"worker-{worker}", 0) for worker in range(self.options.workers)]

    def insert(self, tokens: list[int], worker: int) -> None:
        name = f"worker-{worker}"
        self.tree.insert_tokens(tokens, name)
        before = self.tree.tenant_token_size(name)
        self.tree.evict_tenant(name, self.options.capacity)
        self.evicted += before - self.tree.tenant_token_size(name)


def random_requests(seed: int, count: int = 150) -> Requests:
    """Prompts that share prefixes, end within blocks, arrive together, or go beyond their ids."""
    rng = random.Random(seed)
    builder = RequestsBuilder()
    history: list[list[int]] = [[]]
    for _ in range(count):
        block = rng.choice([1, 5, 12])
        ids = [*rng.choice(history), *(rng.choice([1, 2, 3, 2**64 - 1]) for _ in range(3))]
        history.append(ids[: rng.randrange(12)])
        length = max(0, len(ids) * block + rng.randrange(-block, 10))
        arrival = rng.choice([rng.uniform(0, 5000), rng.randrange(5) * 1000.0])
        builder.add(arrival, length, np.array(ids, dtype=np.uint64), block)
    return builder.build()


def engine_answers(replay: Replay, name: str) -> list[tuple[int, int, float]]:
    simulation = replay.simulate(name)
    lane = simulation.lane()
    while simulation.run_slice(lane, 1_000_000):
        assert simulation.done <= len(replay.requests)
    ttft_ms = simulation.ttft * 1000 / replay.options.prefill_rate
    columns = simulation.worker.tolist(), simulation.hit_tokens.tolist(), ttft_ms.tolist()
    return list(zip(*columns, strict=True))


def test_blocks_expand_to_the_documented_tokens() -> None:
    builder = RequestsBuilder()
    builder.add(0.0, 5, np.array([0, 2**64 - 1], dtype=np.uint64), 2)
    requests = builder.build()
    prompts = Prompts(
        requests.ids,
        requests.first_id,
        requests.id_count,
        requests.block_size,
        requests.input_length,
    )
    # The first two outputs of SplitMix64 for seed 0 are published.
    published = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4]
    assert prompts.tokens(0)[:2].tolist() == [value % 128000 for value in published]
    assert prompts.tokens(0).tolist() == expand(requests, 0)
    with pytest.raises(IndexError):
        prompts.tokens(1)


def test_every_prompt_expands_as_the_slow_simulation_says() -> None:
    requests = random_requests(1)
    prompts = Prompts(
        requests.ids,
        requests.first_id,
        requests.id_count,
        requests.block_size,
        requests.input_length,
    )
    for index in range(len(requests)):
        assert prompts.tokens(index).tolist() == expand(requests, index)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", POLICIES)
def test_endless_caches_give_the_slow_simulations_answers(name: str, seed: int) -> None:
    requests = random_requests(seed)
    options = ReplayOptions(
        workers=1 + seed * 2,
        capacity=0,
        page_size=(1, 2, 4, 16)[seed],
        prefill_rate=(7.3, 40, 160, 1000)[seed],
        seed=seed,
        balance_abs=30,
        cache_threshold=(0, 0.3, 0.5, 1)[seed],
        hash_tokens=(1, 7, 30, 10_000)[seed],
    )
    expected = slow_replay(requests, options, name, EndlessFleet(options))
    assert engine_answers(Replay(requests, options), name) == expected


@pytest.mark.parametrize("eviction", ["lru", "lfu", "fifo", "mru", "filo", "priority"])
def test_caches_with_a_capacity_give_the_answers_of_a_tree_driven_from_python(
    eviction: str,
) -> None:
    requests = random_requests(11, 300)
    options = ReplayOptions(
        workers=3, capacity=200, page_size=4, eviction=eviction, prefill_rate=300, balance_abs=50
    )
    replay = Replay(requests, options)
    for name in POLICIES:
        fleet = TreeFleet(options)
        expected = slow_replay(requests, options, name, fleet)
        assert engine_answers(replay, name) == expected
        figures = replay.policy_figures(name)
        assert figures.evicted_tokens == fleet.evicted > 0
        assert figures.hit_tokens == sum(hit for _, hit, _ in expected)


def test_a_prompt_longer_than_the_capacity_leaves_nothing() -> None:
    builder = RequestsBuilder()
    for arrival in (0.0, 1.0):
        builder.add(arrival, 100, np.arange(10, dtype=np.uint64), 10)
    figures = Replay(builder.build(), ReplayOptions(workers=1, capacity=95)).policy_figures(
        "round-robin"
    )
    assert (figures.hit_tokens, figures.evicted_tokens) == (0, 192)
    assert (figures.nodes, figures.bytes_per_token) == (0, None)


def test_arguments_that_do_not_fit_are_refused() -> None:
    requests = random_requests(1, 3)
    ids, first_id = requests.ids, requests.first_id
    id_count, block_size = requests.id_count, requests.block_size
    input_length = requests.input_length
    with pytest.raises(ValueError, match="differ in length"):
        Prompts(ids, first_id[:2], id_count, block_size, input_length)
    with pytest.raises(ValueError, match="outside"):
        Prompts(ids[:-1], first_id, id_count, block_size, input_length)
    with pytest.raises(ValueError, match="outside"):
        Prompts(ids, first_id - 1, id_count, block_size, input_length)

    prompts = Prompts(ids, first_id, id_count, block_size, input_length)

    def simulation(
        arrivals: int = 3,
        workers: int = 2,
        page_size: int = 4,
        eviction: str = "lru",
        policy: Policy | None = None,
    ) -> Simulation:
        return Simulation(
            prompts,
            np.zeros(arrivals),
            policy or Policy.round_robin(),
            workers=workers,
            page_size=page_size,
            eviction=eviction,
            capacity=0,
        )

    simulation()
    with pytest.raises(ValueError, match="one arrival for each"):
        simulation(arrivals=2)
    with pytest.raises(ValueError, match="at least one worker"):
        simulation(workers=0)
    with pytest.raises(ValueError, match="unknown eviction policy 'new'"):
        simulation(eviction="new")
    with pytest.raises(ValueError, match="page"):
        simulation(page_size=0)
    with pytest.raises(ValueError, match="the policy is for 3 workers, not for 2"):
        simulation(policy=Policy.consistent_hash(3, 10))
    with pytest.raises(ValueError, match="at least one worker"):
        Policy.consistent_hash(0, 10)
    with pytest.raises(ValueError, match="the policy is empty"):
        simulation(policy=Policy())


def test_a_lane_for_another_simulation_is_refused() -> None:
    replay = Replay(random_requests(1, 3), ReplayOptions(workers=4))
    simulation = replay.simulate("random")
    longest = int(replay.requests.input_length.max())
    for workers, prompt in ((3, longest), (5, longest), (0, longest), (4, longest - 1)):
        with pytest.raises(ValueError, match=f"the lane is for {workers} workers and prompts of"):
            simulation.run_slice(Lane(workers, prompt), 10**9)
    assert simulation.done == 0
    assert not simulation.run_slice(Lane(4, longest + 1), 10**9)


def test_options_out_of_range_are_named_with_their_value() -> None:
    for options, message in (
        ({"workers": 0}, "workers: 0 is too small: it must be at least 1"),
        ({"workers": 10_001}, "workers: 10001 is too large: at most 10000"),
        ({"workers": 2.0}, "workers: 2.0 is not a whole number"),
        ({"workers": "8"}, "workers: '8' is not a whole number"),
        ({"capacity": -1}, "capacity: -1 is too small: it must be at least 0"),
        ({"capacity": 0.5}, "capacity: 0.5 is not a whole number"),
        ({"page_size": 2**31 + 1}, f"page_size: {2**31 + 1} is too large: at most {2**31}"),
        ({"eviction": "new"}, f"eviction: 'new' is not one of {', '.join(EVICTIONS)}"),
        ({"policies": ("best",)}, f"policies: 'best' is not one of {', '.join(POLICIES)}"),
        ({"policies": ("random", "random")}, "policies: random is named twice"),
        ({"policies": ()}, "policies: at least one must be named"),
        ({"prefill_rate": 0}, "prefill_rate: 0 is too small: it must be more than 0"),
        ({"prefill_rate": math.inf}, "prefill_rate: inf is not a finite number"),
        ({"prefill_rate": None}, "prefill_rate: None is not a number"),
        ({"threads": 0}, "threads: 0 is too small: it must be at least 1"),
        ({"seed": 2**64}, f"seed: {2**64} is too large: at most {2**64 - 1}"),
        ({"cache_threshold": math.nan}, "cache_threshold: nan is not a finite number"),
        ({"balance_abs": -1.5}, "balance_abs: -1.5 is too small: it must be at least 0"),
        ({"balance_rel": -1}, "balance_rel: -1 is too small: it must be at least 0"),
        ({"hash_tokens": 0}, "hash_tokens: 0 is too small: it must be at least 1"),
    ):
        untyped: Untyped = options
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            ReplayOptions(**untyped)


def test_numbers_of_numpy_are_options_too() -> None:
    options = ReplayOptions(workers=np.int64(2), prefill_rate=np.float32(10))
    assert Replay(random_requests(1, 3), options).policy_figures("random").ttft_p99_ms > 0


def test_there_must_be_requests() -> None:
    with pytest.raises(ValueError, match=r"^no requests$"):
        Replay(RequestsBuilder().build(), ReplayOptions())
