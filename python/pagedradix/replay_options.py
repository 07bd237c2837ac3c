"""What a replay is asked to do; outside the package ``replay``, whose import loads numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

POLICIES = ("cache-aware", "round-robin", "least-loaded", "consistent-hash", "random")
EVICTIONS = ("lru", "lfu", "fifo", "mru", "filo", "priority")


@dataclass(frozen=True)
class Limits:
    """Finite numbers from ``low`` (or ``above_low``: above it) to ``high``."""

    low: float
    high: float = math.inf
    above_low: bool = False
    whole: bool = False

    def problem(self, value: float) -> str | None:
        """What is wrong with ``value``, or None."""
        if not isinstance(value, Integral if self.whole else Real):
            return f"{value!r} is not a {'whole number' if self.whole else 'number'}"
        if not -math.inf < value < math.inf:
            return f"{value} is not a finite number"
        if value < self.low or (self.above_low and value == self.low):
            least = f"{'more than' if self.above_low else 'at least'} {self.low}"
            return f"{value} is too small: it must be {least}"
        if value > self.high:
            return f"{value} is too large: at most {self.high}"
        return None


LIMITS = {
    "workers": Limits(1, 10_000, whole=True),
    "capacity": Limits(0, 2**62, whole=True),
    "page_size": Limits(1, 2**31, whole=True),
    "prefill_rate": Limits(0, above_low=True),
    "threads": Limits(1, 1024, whole=True),
    "seed": Limits(0, 2**64 - 1, whole=True),
    "cache_threshold": Limits(0, 1),
    "balance_abs": Limits(0),
    "balance_rel": Limits(0),
    "hash_tokens": Limits(1, 2**62, whole=True),
}
"""Of the fields of ReplayOptions that are numbers."""


def policies_problem(names: Sequence[str]) -> str | None:
    """What is wrong with the names of policies to compare, or None."""
    for name in names:
        if name not in POLICIES:
            return f"{name!r} is not one of {', '.join(POLICIES)}"
        if names.count(name) > 1:
            return f"{name} is named twice"
    return None if names else "at least one must be named"


@dataclass(frozen=True)
class ReplayOptions:
    """The simulated fleet and the policies to compare; the defaults are the command line's.

    What the command line refuses is a ValueError that names the option and the value.

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

    def __post_init__(self) -> None:
        """Checks each option by itself."""
        problems = {name: limits.problem(getattr(self, name)) for name, limits in LIMITS.items()}
        if self.eviction not in EVICTIONS:
            problems["eviction"] = f"{self.eviction!r} is not one of {', '.join(EVICTIONS)}"
        problems["policies"] = policies_problem(self.policies)
        for name, problem in problems.items():
            if problem is not None:
                message = f"{name}: {problem}"
                raise ValueError(message)
