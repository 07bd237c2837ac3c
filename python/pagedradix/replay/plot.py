"""The report as a picture: hit rate and time to first token by policy."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from pagedradix.replay.figures import PolicyFigures, TraceFigures

_PERCENTILES = (("p50", "#9ecae1"), ("p90", "#4292c6"), ("p99", "#084594"))


def can_plot() -> bool:
    """Whether matplotlib is there (the ``plot`` extra)."""
    return find_spec("matplotlib") is not None


def save_plot(
    path: Path, title: str, trace: TraceFigures, policies: Sequence[PolicyFigures]
) -> None:
    """Draws the figures to a PNG file; needs matplotlib."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra

    figure = Figure(figsize=(11, 4.5), layout="constrained")
    figure.suptitle(title)
    hits, ttft = figure.subplots(1, 2)
    _draw_hit_rates(hits, trace, policies)
    _draw_ttft(ttft, policies)
    figure.savefig(path, format="png", dpi=120)


def _draw_hit_rates(axes: Axes, trace: TraceFigures, policies: Sequence[PolicyFigures]) -> None:
    bars = axes.bar(
        [figures.name for figures in policies],
        [figures.hit_rate * 100 for figures in policies],
        color="#41ab5d",
    )
    axes.bar_label(bars, fmt="%.1f", label_type="center", color="white")
    axes.axhline(trace.infinite_hit_rate * 100, color="0.3", linestyle="--", linewidth=1)
    axes.annotate(
        "one endless cache",
        (1, trace.infinite_hit_rate * 100),
        xycoords=("axes fraction", "data"),
        xytext=(-4, 3),
        textcoords="offset points",
        ha="right",
    )
    axes.set_ylabel("hit rate, % of input tokens")
    axes.set_ylim(0, 118 * trace.infinite_hit_rate or 1)
    axes.tick_params(axis="x", rotation=20)


def _draw_ttft(axes: Axes, policies: Sequence[PolicyFigures]) -> None:
    places = np.arange(len(policies))
    for shift, (name, color) in enumerate(_PERCENTILES, start=-1):
        seconds = [getattr(figures, f"ttft_{name}_ms") / 1000 for figures in policies]
        bars = axes.bar(places + shift * 0.27, seconds, width=0.27, label=name, color=color)
        axes.bar_label(bars, fmt="%.3g", padding=2, fontsize=7)
    if all(figures.ttft_p50_ms > 0 for figures in policies):
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("")
    axes.margins(y=0.15)
    axes.set_ylabel("time to first token, s")
    axes.set_xticks(places, [figures.name for figures in policies], rotation=20)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)
