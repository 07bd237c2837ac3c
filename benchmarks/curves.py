"""How cost grows: with the prompt, with the tree, with the threads."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from figures import Figure, Round


@dataclass(frozen=True)
class Curve:
    """One line of a plot: where a figure of several arguments stands."""

    label: str
    program: str
    name: str
    value: Callable[[Figure], float]

    def points(self, rounds: list[Round]) -> list[tuple[float, float]]:
        """Argument and median, for each argument that was measured."""
        values: dict[int, list[float]] = {}
        for figures in rounds:
            for argument, figure in figures.by_argument(self.program, self.name).items():
                values.setdefault(argument, []).append(self.value(figure))
        return [(argument, median(values[argument])) for argument in sorted(values)]


@dataclass(frozen=True)
class Plot:
    """Lines over one axis, and a table of the same."""

    name: str
    title: str
    x_label: str
    y_label: str
    curves: list[Curve]
    logarithmic: bool = True


def _cpu(figure: Figure) -> float:
    return figure.cpu_ns


def _calls_a_second(figure: Figure) -> float:
    return 1e9 / figure.wall_ns


def _counter(name: str) -> Callable[[Figure], float]:
    return lambda figure: figure.counters[name]


def _percentiles(program: str, name: str, call: str) -> list[Curve]:
    return [
        Curve(f"{call}, {label}", program, name, _counter(f"{call}_{key}_ns"))
        for key, label in (("p50", "median"), ("p99", "99%"), ("p999", "99.9%"))
    ]


def _growth(name: str, what: str, x_label: str) -> Plot:
    scale = f"scale/{name}"
    return Plot(
        name,
        f"Calls in a tree of {what}",
        x_label,
        "nanoseconds",
        [
            *_percentiles("scale_bench", scale, "match"),
            *_percentiles("scale_bench", scale, "insert"),
            Curve("evict, a node", "scale_bench", scale, _counter("evict_ns_a_node")),
        ],
    )


PLOTS = [
    Plot(
        "prompt_length",
        "A match of a prompt that is in cache",
        "tokens",
        "nanoseconds",
        [
            Curve("memcmp", "match_bench", "floor/memcmp", _cpu),
            Curve("one edge", "match_bench", "match/one_edge", _cpu),
            Curve("nodes of 256 tokens", "match_bench", "match/nodes256", _cpu),
            Curve("nodes of 16 tokens", "match_bench", "match/nodes16", _cpu),
            Curve("match_and_insert, one edge", "insert_bench", "match_and_insert/one_edge", _cpu),
        ],
    ),
    _growth("prompts_of_64", "prompts of 64 tokens, a node each", "prompts"),
    _growth("prompts_of_8000", "prompts of 8,000 tokens", "prompts"),
    Plot(
        "threads",
        "Threads below one hot prompt of 2,048 tokens",
        "threads",
        "calls a second",
        [
            Curve("match", "mixed_threads_bench", "threads/match", _calls_a_second),
            Curve(
                "80% match, 20% match_and_insert",
                "mixed_threads_bench",
                "threads/match80_insert20",
                _calls_a_second,
            ),
        ],
        logarithmic=False,
    ),
]
