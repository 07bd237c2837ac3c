"""The report for people: the trace's line, the fleet's line, a table with a row a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pagedradix.replay.figures import PolicyFigures, TraceFigures
    from pagedradix.replay.origin import Origin
    from pagedradix.replay.workload import Sessions, Workload
    from pagedradix.replay_options import ReplayOptions

WIDTH = 100
"""Columns of a report that is not shown on a terminal."""

_COLUMNS = (
    "hit\nrate",
    "TTFT\np50 {unit}",
    "\np90",
    "\np99",
    "busiest\n/ mean",
    "evicted\ntokens",
    "tree\nnodes",
    "tree\nMB",
    "bytes\n/token",
    "routed\n/ s",
    "decision\np50 us",
    "\np99",
)


def heading(origin: Origin, options: ReplayOptions, trace: TraceFigures) -> Iterator[str]:
    """Lines above the table: the trace's own figures, then what is simulated."""
    yield (
        f"{origin.name}: {trace.requests:,} requests, {trace.input_tokens:,} input tokens, "
        f"endless cache hits {trace.infinite_hit_rate:.2%}"
    )
    if origin.skipped:
        entries = "entry" if origin.skipped == 1 else "entries"
        yield f"skipped {origin.skipped:,} bad {entries}, the first: {origin.first_skipped}"
    if origin.workload is not None:
        yield from _workload_lines(origin.workload)
    cache = (
        f"of {options.capacity:,} tokens ({options.eviction})" if options.capacity else "endless"
    )
    workers = "1 worker" if options.workers == 1 else f"{options.workers:,} workers"
    yield (
        f"{workers}, each cache {cache}, "
        f"prefill {options.prefill_rate:,.10g} tokens/s, pages of {options.page_size}"
    )


def policy_table(policies: Sequence[PolicyFigures]) -> Table:
    """One row a policy."""
    in_seconds = max(figures.ttft_p99_ms for figures in policies) >= 60_000
    unit, divisor = ("s", 1000.0) if in_seconds else ("ms", 1.0)
    table = Table(box=box.SIMPLE_HEAD, padding=0, show_edge=False)
    table.add_column("\npolicy", no_wrap=True)
    for title in _COLUMNS:
        table.add_column(Text(title.format(unit=unit)), justify="right", no_wrap=True)
    for figures in policies:
        table.add_row(
            figures.name,
            f"{figures.hit_rate:.2%}",
            three_digits(figures.ttft_p50_ms / divisor),
            three_digits(figures.ttft_p90_ms / divisor),
            three_digits(figures.ttft_p99_ms / divisor),
            f"{figures.imbalance:.2f}",
            short_count(figures.evicted_tokens),
            short_count(figures.nodes),
            three_digits(figures.memory_bytes / 1e6),
            "-" if figures.bytes_per_token is None else f"{figures.bytes_per_token:.2f}",
            short_count(round(figures.decisions_per_second)),
            three_digits(figures.decision_p50_us),
            three_digits(figures.decision_p99_us),
        )
    return table


def footing(options: ReplayOptions, policies: Sequence[PolicyFigures]) -> Iterator[str]:
    """Lines below the table."""
    if any(figures.evicted_tokens for figures in policies):
        times = ", ".join(
            f"{figures.name} {three_digits(figures.eviction_seconds)}" for figures in policies
        )
        yield f"seconds in eviction, beside decisions: {times}"
    if options.threads > 1:
        yield f"decisions by {options.threads} threads on one tree; all other figures by one thread"


def three_digits(value: float) -> str:
    """``value`` with three significant digits, at least its whole part."""
    if value == 0:
        return "0"
    for limit, decimals in ((0.9995, 3), (9.995, 2), (99.95, 1)):
        if value < limit:
            return f"{value:.{decimals}f}"
    return f"{value:,.0f}" if value < 99_999.5 else short_count(round(value))


def short_count(value: int) -> str:
    """``value`` in at most seven characters."""
    if value < 100_000:
        return f"{value:,}"
    for suffix, size in (("k", 10**3), ("M", 10**6), ("G", 10**9), ("T", 10**12)):
        scaled = value / size
        if scaled < 999.95:
            return f"{scaled:.{0 if scaled >= 99.95 else 1 if scaled >= 9.995 else 2}f}{suffix}"
    return f"{value:.2e}"


def _workload_lines(workload: Workload) -> Iterator[str]:
    yield (
        f"  seed {workload.seed}; sessions and one-off prompts begin within "
        f"{workload.start_seconds:g} s"
    )
    yield f"  {_sessions_line('chats', workload.chats)}"
    yield f"  {_sessions_line('agents', workload.agents)}"
    yield f"  {workload.one_offs:,} one-off prompts: median {workload.one_off_tokens:,} tokens"


def _sessions_line(name: str, kind: Sessions) -> str:
    shortest, longest = kind.opening_tokens
    return (
        f"{kind.count:,} {name}: {kind.turns:g} turns, {kind.openings} openings of "
        f"{shortest:,}-{longest:,} tokens, +{kind.growth_tokens:,} tokens a turn, "
        f"every {kind.pause_seconds:g} s"
    )
