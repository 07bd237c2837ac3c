"""The figures that a replay reports."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class TraceFigures:
    """A trace by itself, whatever the fleet.

    Attributes:
        requests: number of requests.
        input_tokens: tokens of all prompts.
        infinite_hit_tokens: of these, tokens that one endless cache would have held.
        infinite_hit_rate: their part of the input tokens.
        duration_seconds: from the first arrival to the last.
    """

    requests: int
    input_tokens: int
    infinite_hit_tokens: int
    infinite_hit_rate: float
    duration_seconds: float


@dataclass(frozen=True)
class PolicyFigures:
    """What one policy gave.

    Attributes:
        name: the policy's.
        hit_tokens: prompt tokens that the chosen workers held already.
        hit_rate: their part of all input tokens.
        ttft_p50_ms: time to first token: waiting and prefill.
        ttft_p90_ms: the same, 90th percentile.
        ttft_p99_ms: the same, 99th percentile.
        imbalance: tokens prefilled by the busiest worker over the mean; 1 is even.
        evicted_tokens: tokens that workers lost to the capacity.
        nodes: nodes of the tree at the end.
        memory_bytes: live bytes of the tree at the end.
        bytes_per_token: of the tokens stored at the end, shared prefixes once; None without any.
        decisions_per_second: match, choice and insert; of all threads together.
        decision_p50_us: time of one decision.
        decision_p99_us: the same, 99th percentile.
        eviction_seconds: time spent in eviction, which is not part of the decisions.
    """

    name: str
    hit_tokens: int
    hit_rate: float
    ttft_p50_ms: float
    ttft_p90_ms: float
    ttft_p99_ms: float
    imbalance: float
    evicted_tokens: int
    nodes: int
    memory_bytes: int
    bytes_per_token: float | None
    decisions_per_second: float
    decision_p50_us: float
    decision_p99_us: float
    eviction_seconds: float


def percentile(ascending: NDArray[np.float64] | NDArray[np.uint32], percent: int) -> float:
    """The nearest-rank percentile: the least value that at least that part does not exceed."""
    rank = ceil(len(ascending) * percent / 100)
    return float(ascending[max(rank, 1) - 1])


def ratio(part: float, whole: float, *, of_nothing: float = 0.0) -> float:
    """``part / whole``, or ``of_nothing`` if there is no whole."""
    return part / whole if whole else of_nothing
