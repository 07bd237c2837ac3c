"""Renews the figures of docs/performance.md: `python benchmarks/performance.py DIRECTORY`.

The directory is what `nox -s bench` wrote. Text stays as it is; the parts between marks, and the
plots, are made anew.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from curves import PLOTS
from figures import Benchmark, MissingFigureError, UnfinishedRunError, read_rounds
from markdown import replace_part, table
from plots import save
from report import show_time, target_table

if TYPE_CHECKING:
    from figures import Round

DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"
PICTURES = DOCUMENT.parent / "performance"

MEMORY = {
    "memory/short_prompts": "prompts of 64 to 512 tokens",
    "memory/one_edge/8192": "prompts of 8,192 tokens, a node each",
    "memory/nodes256/8192": "nodes of 256 tokens",
    "memory/nodes16/8192": "nodes of 16 tokens",
}


def machine(directory: Path) -> str:
    """What the run ran on."""
    described: dict[str, str] = json.loads((directory / "machine.json").read_text())
    return table([["", ""], *([key, value] for key, value in described.items())])


def growth(name: str, rounds: list[Round]) -> str:
    """The table behind a plot: a row for each argument."""
    plot = next(plot for plot in PLOTS if plot.name == name)
    columns = [dict(curve.points(rounds)) for curve in plot.curves]
    rows = [[plot.x_label, *(curve.label for curve in plot.curves)]]
    for argument in sorted({argument for column in columns for argument in column}):
        cells = [_cell(column.get(argument), plot.y_label) for column in columns]
        rows.append([f"{argument:,.0f}", *cells])
    return table(rows)


def _cell(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return show_time(value) if unit == "nanoseconds" else f"{value:,.0f}"


def memory(rounds: list[Round]) -> str:
    """Bytes beyond the tokens."""
    rows = [["tree", "bytes a node beyond its tokens", "bytes a token in all"]]
    for name, title in MEMORY.items():
        values = [
            _counter(name, counter, rounds) for counter in ("overhead_a_node", "bytes_a_token")
        ]
        rows.append([title, f"{values[0]:.0f}", f"{values[1]:.2f}"])
    tenants = _counter("memory/tenants", "bytes_a_tenant", rounds)
    rows.append(["each tenant more that holds the same page", f"{tenants:.0f}", ""])
    return table(rows)


def _counter(name: str, counter: str, rounds: list[Round]) -> float:
    wanted = Benchmark("memory_bench", name)
    return median(figures[wanted].counters[counter] for figures in rounds)


def main() -> None:
    """Reads the directory that the command line names; writes the document and the plots."""
    directory = Path(sys.argv[1])
    try:
        rounds = read_rounds(directory)
        parts = {
            "machine": machine(directory),
            "targets": target_table(rounds),
            "memory": memory(rounds),
            **{plot.name: growth(plot.name, rounds) for plot in PLOTS},
        }
    except (UnfinishedRunError, MissingFigureError, FileNotFoundError) as error:
        sys.exit(f"{directory} is not the result of a whole run: {error}")
    document = DOCUMENT.read_text()
    for name, content in parts.items():
        document = replace_part(document, name, content)
    PICTURES.mkdir(exist_ok=True)
    for plot in PLOTS:
        save(plot, rounds, PICTURES / f"{plot.name}.svg")
    DOCUMENT.write_text(document)


if __name__ == "__main__":
    main()
