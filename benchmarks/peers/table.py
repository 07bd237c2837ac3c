"""The results as Markdown: who took part, absolute medians, and ratios to pagedradix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markdown import table

from peers.metrics import METRICS, Metric
from peers.results import NATIVE, PYTHON, Column, Note, Results

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peers.workloads import Workload


def document(results: Results) -> str:
    """The whole report."""
    footnotes = _Footnotes()
    parts = [_head(results), _participants(results)]
    parts += [_comparison(results, boundary, footnotes) for boundary in (NATIVE, PYTHON)]
    parts += [_problems(results), footnotes.text()]
    return "\n\n".join(part for part in parts if part) + "\n"


class _Footnotes:
    """Numbers remarks in the order in which they are first needed."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def marks(self, notes: list[Note], value: str) -> str:
        texts = [note.text for note in notes if value in note.values]
        return "".join(
            f"[^{self._numbers.setdefault(text, len(self._numbers) + 1)}]" for text in texts
        )

    def text(self) -> str:
        return "\n".join(f"[^{number}]: {text}" for text, number in self._numbers.items())


def _head(results: Results) -> str:
    machine = "\n".join(f"- {what}: {value}" for what, value in results.machine.items())
    scaled = "" if results.scale == 1 else f" Heavy workloads at scale {results.scale:g}."
    return (
        f"# pagedradix and its peers\n\nMedians of {results.rounds} round(s), processor time, "
        f"each figure from processes of its own on one core.{scaled}\n\n{machine}"
    )


def _participants(results: Results) -> str:
    rows = [["peer", "called from", "version", "state"]]
    rows += [
        [column.title, column.boundary, column.version, column.problem or "measured"]
        for column in results.columns
    ]
    return table(rows)


def _comparison(results: Results, boundary: str, footnotes: _Footnotes) -> str:
    """Absolute figures and ratios; of each boundary, pagedradix is the first peer."""
    ours, *others = (column for column in results.columns if column.boundary == boundary)
    others = [column for column in others if not column.problem]
    floor = ["memcmp"] if boundary == NATIVE else []
    absolute = [["work", *floor, *(column.title for column in [ours, *others])]]
    ratios = [["work", *(column.title for column in others)]]
    for metric, workload in _rows(results):
        cells = [_floor(results, ours, metric, workload)] if floor else []
        cells += [
            _absolute(results, column, metric, workload, footnotes) for column in [ours, *others]
        ]
        absolute.append([metric.title(workload), *cells])
        if metric.cost_power:
            cells = [_ratio(results, column, ours, metric, workload) for column in others]
            ratios.append([metric.title(workload), *cells])
    parts = [f"## Called from {boundary}", table(absolute)]
    parts += ["How many times what pagedradix costs:", table(ratios)]
    return "\n\n".join(parts)


def _rows(results: Results) -> Iterator[tuple[Metric, Workload]]:
    for workload in results.workloads:
        for metric in METRICS:
            if metric.scenario == workload.scenario:
                yield metric, workload


def _floor(results: Results, ours: Column, metric: Metric, workload: Workload) -> str:
    value = results.median(ours.name, workload.name, "memcmp_ns")
    return "" if value is None else metric.shown(value, workload)


def _absolute(
    results: Results, column: Column, metric: Metric, workload: Workload, footnotes: _Footnotes
) -> str:
    value = results.median(column.name, workload.name, metric.value)
    if value is None:
        return ""
    return metric.shown(value, workload) + footnotes.marks(column.notes, metric.value)


def _ratio(
    results: Results, column: Column, ours: Column, metric: Metric, workload: Workload
) -> str:
    value = results.median(column.name, workload.name, metric.value)
    base = results.median(ours.name, workload.name, metric.value)
    if value is None or base is None:
        return ""
    ratio = (value / base) ** metric.cost_power
    return f"{ratio:.3g}" if ratio < 1000 else f"{ratio:,.0f}"


def _problems(results: Results) -> str:
    lines = [
        f"- {column.title}, {workload.title}: {problem}"
        for column in results.columns
        for workload in results.workloads
        if (problem := results.problem(column.name, workload.name))
    ]
    return "\n".join(["Without figures:", "", *lines]) if lines else ""
