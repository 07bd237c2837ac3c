"""Draws curves: the same figures give the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from pathlib import Path

    from curves import Plot
    from figures import Round


def save(plot: Plot, rounds: list[Round], path: Path) -> None:
    """Writes the plot as SVG."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    for curve in plot.curves:
        points = curve.points(rounds)
        if points:
            axes.plot(*zip(*points, strict=True), marker="o", markersize=4, label=curve.label)
    if plot.logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.set_title(plot.title)
    axes.set_xlabel(plot.x_label)
    axes.set_ylabel(plot.y_label)
    axes.grid(visible=True, alpha=0.3)
    axes.legend(fontsize="small")
    with mpl.rc_context({"svg.hashsalt": "pagedradix"}):
        figure.savefig(path, metadata={"Date": None})
