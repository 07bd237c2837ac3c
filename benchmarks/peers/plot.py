"""The cost of a match by the length of the prompt, one line a peer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from peers.results import NATIVE
from peers.workloads import PATH

if TYPE_CHECKING:
    from pathlib import Path

    from peers.results import Column, Results


def save_plot(results: Results, path: Path) -> None:
    """Draws the matches over one edge to an SVG file; the same results give the same bytes."""
    figure = Figure(figsize=(8, 6), layout="constrained")
    axes = figure.subplots()
    for column in results.columns:
        tokens, nanoseconds = _points(results, column, "match_ns")
        if tokens:
            style = "o-" if column.boundary == NATIVE else "s--"
            axes.plot(tokens, nanoseconds, style, label=f"{column.title}, {column.boundary}")
        tokens, nanoseconds = _points(results, column, "memcmp_ns")
        if tokens:
            axes.plot(tokens, nanoseconds, "k:", label="memcmp")
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="tokens of the prompt",
        ylabel="nanoseconds of a match",
        title="Match of a prompt that is there as a whole, in cache",
    )
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(frameon=False, fontsize="small")
    with mpl.rc_context({"svg.hashsalt": "peers", "svg.fonttype": "none"}):
        figure.savefig(path, format="svg", metadata={"Date": None})


def _points(results: Results, column: Column, value: str) -> tuple[list[int], list[float]]:
    """Prompt lengths, and medians of what was measured over one edge."""
    points = [
        (workload.tokens, median)
        for workload in results.workloads
        if workload.scenario == PATH and workload.argument == 0
        if (median := results.median(column.name, workload.name, value)) is not None
    ]
    return [tokens for tokens, _ in points], [median for _, median in points]
