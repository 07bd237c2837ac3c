"""A replay written in the slowest way that is obviously right.

Prompts are lists of Python integers, caches are sets of prefixes, hashes are computed word by word.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pagedradix.replay import ReplayOptions, Requests

MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15
P1, P2, P3, P4, P5 = (
    0x9E3779B185EBCA87,
    0xC2B2AE3D27D4EB4F,
    0x165667B19E3779F9,
    0x85EBCA77C2B2AE63,
    0x27D4EB2F165667C5,
)


def splitmix64(seed: int, index: int) -> int:
    z = (seed + (index + 1) * GAMMA) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def expand(requests: Requests, index: int) -> list[int]:
    """Tokens of a request, as the traces' description says."""
    first, count = int(requests.first_id[index]), int(requests.id_count[index])
    length, block = int(requests.input_length[index]), int(requests.block_size[index])
    tokens: list[int] = []
    for seed in requests.ids[first : first + count].tolist():
        tokens += [splitmix64(seed, i) % 128000 for i in range(block)]
    del tokens[length:]
    unshared = (1 << 63) + index
    return tokens + [splitmix64(unshared, i) % 128000 for i in range(length - len(tokens))]


def rotate(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (64 - bits))) & MASK


def xxh64(tokens: list[int]) -> int:
    def step(lane: int, word: int) -> int:
        return rotate((lane + word * P2) & MASK, 31) * P1 & MASK

    words = [low | high << 32 for low, high in zip(tokens[::2], tokens[1::2], strict=False)]
    stripes = len(tokens) // 8
    value = P5
    if stripes:
        lanes = [(P1 + P2) & MASK, P2, 0, -P1 & MASK]
        for place, word in enumerate(words[: 4 * stripes]):
            lanes[place % 4] = step(lanes[place % 4], word)
        rotations = (1, 7, 12, 18)
        value = sum(rotate(lane, bits) for lane, bits in zip(lanes, rotations, strict=True)) & MASK
        for lane in lanes:
            value = ((value ^ step(0, lane)) * P1 + P4) & MASK
    value = (value + 4 * len(tokens)) & MASK
    for word in words[4 * stripes :]:
        value = (rotate(value ^ step(0, word), 27) * P1 + P4) & MASK
    if len(tokens) % 2:
        value = (rotate(value ^ (tokens[-1] * P1 & MASK), 23) * P2 + P3) & MASK
    value = (value ^ (value >> 33)) * P2 & MASK
    value = (value ^ (value >> 29)) * P3 & MASK
    return value ^ (value >> 32)


class SlowPolicies:
    """The five policies, each from its description."""

    def __init__(self, options: ReplayOptions) -> None:
        self.options = options
        self.calls = 0
        self.ring = sorted(
            (splitmix64(splitmix64(worker - GAMMA, 0), point), worker)
            for worker in range(options.workers)
            for point in range(160)
        )

    def choose(self, name: str, tokens: list[int], held: list[int], backlog: list[float]) -> int:
        self.calls += 1
        workers = range(len(held))
        least_loaded = min(workers, key=lambda worker: (backlog[worker], worker))
        if name == "round-robin":
            return (self.calls - 1) % len(held)
        if name == "random":
            return (splitmix64(self.options.seed, self.calls - 1) >> 32) * len(held) >> 32
        if name == "consistent-hash":
            key = xxh64(tokens[: self.options.hash_tokens])
            return self.ring[bisect_left(self.ring, (key, -1)) % len(self.ring)][1]
        if name == "cache-aware":
            low, high = min(backlog), max(backlog)
            uneven = high - low > self.options.balance_abs and high > self.options.balance_rel * low
            best = min(workers, key=lambda worker: (-held[worker], backlog[worker], worker))
            if not uneven and held[best] > self.options.cache_threshold * len(tokens):
                return best
        return least_loaded


class Fleet(Protocol):
    """What the workers' caches hold."""

    def held(self, tokens: list[int]) -> list[int]:
        """Tokens of the prompt that each worker holds."""

    def insert(self, tokens: list[int], worker: int) -> None:
        """The worker now holds the prompt, as far as its capacity allows."""


@dataclass
class EndlessFleet:
    """Endless caches as sets of prefixes, and queues as the times when they run dry."""

    options: ReplayOptions
    caches: list[set[tuple[int, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.caches = [set() for _ in range(self.options.workers)]

    def held(self, tokens: list[int]) -> list[int]:
        prefixes = self._prefixes(tokens)
        return [max((len(p) for p in prefixes if p in cache), default=0) for cache in self.caches]

    def insert(self, tokens: list[int], worker: int) -> None:
        self.caches[worker].update(self._prefixes(tokens))

    def _prefixes(self, tokens: list[int]) -> list[tuple[int, ...]]:
        page = self.options.page_size
        return [tuple(tokens[:end]) for end in range(page, len(tokens) + 1, page)]


def slow_replay(
    requests: Requests, options: ReplayOptions, name: str, fleet: Fleet
) -> list[tuple[int, int, float]]:
    """(worker, hit tokens, TTFT in ms) of each request."""
    policies = SlowPolicies(options)
    idle_from = [0.0] * options.workers
    answers = []
    for index, arrival_ms in enumerate(requests.arrival_ms.tolist()):
        tokens = expand(requests, index)
        now = arrival_ms * options.prefill_rate / 1000
        backlog = [max(0.0, idle - now) for idle in idle_from]
        held = fleet.held(tokens)
        worker = policies.choose(name, tokens, held, backlog)
        fleet.insert(tokens, worker)
        prefill = len(tokens) - held[worker]
        ttft_ms = (backlog[worker] + prefill) * 1000 / options.prefill_rate
        idle_from[worker] = max(idle_from[worker], now) + prefill
        answers.append((worker, held[worker], ttft_ms))
    return answers
