"""Where a replay's requests came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pagedradix.replay.traces import load_trace
from pagedradix.replay.workload import Workload

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pagedradix.replay.requests import Requests


@dataclass(frozen=True)
class Origin:
    """Requests with their origin.

    Attributes:
        requests: what is replayed.
        name: one short name for a report's title.
        files: the trace's files; none for the built-in workload.
        format: "mooncake", "agentic" or "built-in".
        skipped: entries of the trace that could not be read.
        first_skipped: what was wrong with the first of them.
        workload: the built-in workload's parameters; None for a trace.
    """

    requests: Requests
    name: str
    files: tuple[str, ...]
    format: str
    skipped: int = 0
    first_skipped: str | None = None
    workload: Workload | None = None

    def limited(self, count: int | None) -> Origin:
        """The first ``count`` requests, or all."""
        return self if count is None else replace(self, requests=self.requests.head(count))


def trace_origin(
    paths: Sequence[str], *, skip_bad: bool, on_file: Callable[[int, int], None]
) -> Origin:
    """The requests of trace files; raises TraceError."""
    trace = load_trace(paths, skip_bad=skip_bad, on_file=on_file)
    name = paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"
    return Origin(
        requests=trace.requests,
        name=name if len(trace.files) == len(paths) else f"{name} ({len(trace.files)} files)",
        files=trace.files,
        format=trace.format.value,
        skipped=trace.skipped,
        first_skipped=None if trace.first_skipped is None else str(trace.first_skipped),
    )


def built_in_origin(seed: int) -> Origin:
    """The requests of the built-in workload."""
    workload = Workload(seed=seed)
    return Origin(
        requests=workload.generate(),
        name="built-in workload",
        files=(),
        format="built-in",
        workload=workload,
    )
