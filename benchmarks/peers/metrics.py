"""What the tables show of each scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from report import show_time

from peers.workloads import PATH, SHORT_PROMPTS, TRACE

if TYPE_CHECKING:
    from collections.abc import Callable

    from peers.workloads import Workload


@dataclass(frozen=True)
class Metric:
    """A row for each workload of a scenario.

    ``shown`` turns the value into text, where the workload has to be known. ``cost_power`` tells
    what a ratio means: 1 where more costs more, -1 where more is better, 0 where neither.
    """

    scenario: str
    value: str
    title: Callable[[Workload], str]
    shown: Callable[[float, Workload], str]
    cost_power: int = 1


def _time(value: float, _: Workload) -> str:
    return show_time(value)


# The values that notes are about.
MATCHES = ["match_ns"]
INSERTS = ["insert_ns"]
MEMORY = ["resident_bytes"]
EVICTS = ["evict_ns"]
ROUTES = ["requests_a_second", "p99_ns"]

MATCH = Metric(PATH, "match_ns", lambda workload: workload.title, _time)
METRICS = [
    MATCH,
    Metric(SHORT_PROMPTS, "insert_ns", lambda workload: f"{workload.title}: insert, each", _time),
    Metric(
        SHORT_PROMPTS,
        "match_ns",
        lambda workload: f"{workload.title}: match in random order, each",
        _time,
    ),
    Metric(
        SHORT_PROMPTS,
        "resident_bytes",
        lambda workload: f"{workload.title}: bytes a stored token",
        lambda value, workload: f"{value / workload.stored_tokens:.2f}",
    ),
    Metric(
        SHORT_PROMPTS,
        "evict_ns",
        lambda workload: f"then evict {workload.argument:,} tokens of a tenant",
        _time,
    ),
    Metric(
        TRACE,
        "requests_a_second",
        lambda workload: f"{workload.title}: routed / s",
        lambda value, _: f"{value:,.0f}",
        cost_power=-1,
    ),
    Metric(TRACE, "p99_ns", lambda workload: f"{workload.title}: p99", _time),
    Metric(
        TRACE,
        "matched_tokens",
        lambda workload: f"{workload.title}: matched",
        lambda value, workload: f"{value / workload.tokens:.1%}",
        cost_power=0,
    ),
]
