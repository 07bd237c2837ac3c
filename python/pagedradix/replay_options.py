"""What a replay is asked to do; outside the package ``replay``, whose import loads numpy."""

from __future__ import annotations

from dataclasses import dataclass

POLICIES = ("cache-aware", "round-robin", "least-loaded", "consistent-hash", "random")
EVICTIONS = ("lru", "lfu", "fifo", "mru", "filo", "priority")


@dataclass(frozen=True)
class ReplayOptions:
    """The simulated fleet and the policies to compare; the defaults are the command line's.

    Attributes:
        workers: simulated workers.
        capacity: tokens that a worker's cache holds; 0 is unlimited.
        page_size: tokens a page.
        eviction: which leaf goes first when a worker is above its capacity.
        policies: names of the policies to compare, of POLICIES.
        prefill_rate: tokens that a worker prefills in a second.
        threads: above 1, decisions are timed with that many threads on one tree.
        seed: of the random policy.
        cache_threshold: cache-aware: the part of a prompt above which a match decides.
        balance_abs: cache-aware: the difference of backlogs, in tokens, above which ...
        balance_rel: ... and the ratio of backlogs above which balance decides.
        hash_tokens: consistent-hash: tokens of a prompt that are hashed.
    """

    workers: int = 8
    capacity: int = 2_000_000
    page_size: int = 16
    eviction: str = "lru"
    policies: tuple[str, ...] = POLICIES
    prefill_rate: float = 20_000
    threads: int = 1
    seed: int = 0
    cache_threshold: float = 0.5
    balance_abs: float = 32_000
    balance_rel: float = 1.5
    hash_tokens: int = 8192
