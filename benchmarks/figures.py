"""Reads what benchmark programs wrote: one JSON file for each program and round."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NANOSECONDS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


@dataclass(frozen=True)
class Benchmark:
    """One benchmark of a program, by its name without the program's."""

    program: str
    name: str


@dataclass(frozen=True)
class Figure:
    """What one benchmark gave in one round."""

    cpu_ns: float
    wall_ns: float
    counters: dict[str, float] = field(default_factory=dict)


class MissingFigureError(LookupError):
    """A benchmark was left out or skipped."""


class UnfinishedRunError(ValueError):
    """A file ends early."""


class Round:
    """All figures of one round: every program once."""

    def __init__(self) -> None:
        """Starts without figures."""
        self._figures: dict[Benchmark, Figure] = {}

    def add(self, path: Path, program: str) -> None:
        """Adds a file; it is empty if a filter left the program nothing to do."""
        text = path.read_text()
        if not text.strip():
            return
        try:
            document = json.loads(text)
        except json.JSONDecodeError as error:
            message = f"{path}: the program that wrote it did not finish"
            raise UnfinishedRunError(message) from error
        read = _read_pytest if "machine_info" in document else _read_google
        for name, figure in read(document["benchmarks"]):
            self._figures[Benchmark(program, name)] = figure

    def __getitem__(self, wanted: Benchmark) -> Figure:
        """The figure of a benchmark, or of its largest argument if the name has none."""
        if wanted in self._figures:
            return self._figures[wanted]
        arguments = [
            int(name.rpartition("/")[2])
            for program, name in ((key.program, key.name) for key in self._figures)
            if program == wanted.program
            and name.rpartition("/")[0] == wanted.name
            and name.rpartition("/")[2].isdigit()
        ]
        if not arguments:
            raise MissingFigureError(wanted)
        return self._figures[Benchmark(wanted.program, f"{wanted.name}/{max(arguments)}")]

    def by_argument(self, program: str, name: str) -> dict[int, Figure]:
        """The figures of one benchmark, by its argument."""
        return {
            int(key.name.split("/")[name.count("/") + 1]): figure
            for key, figure in self._figures.items()
            if key.program == program and key.name.startswith(f"{name}/")
        }


def _read_google(benchmarks: list[dict[str, Any]]) -> Iterable[tuple[str, Figure]]:
    runs: dict[str, list[Figure]] = {}
    for entry in benchmarks:
        if entry["run_type"] != "iteration" or entry.get("error_occurred"):
            continue
        unit = NANOSECONDS[entry["time_unit"]]
        counters = {key: value for key, value in entry.items() if isinstance(value, float)}
        figure = Figure(entry["cpu_time"] * unit, entry["real_time"] * unit, counters)
        runs.setdefault(entry["run_name"], []).append(figure)
    for name, repetitions in runs.items():
        yield name, _median_of(repetitions)


def _median_of(repetitions: list[Figure]) -> Figure:
    return Figure(
        median(figure.cpu_ns for figure in repetitions),
        median(figure.wall_ns for figure in repetitions),
        {
            key: median(figure.counters[key] for figure in repetitions)
            for key in repetitions[0].counters
        },
    )


def _read_pytest(benchmarks: list[dict[str, Any]]) -> Iterable[tuple[str, Figure]]:
    for entry in benchmarks:
        nanoseconds = entry["stats"]["median"] * 1e9
        yield entry["name"], Figure(nanoseconds, nanoseconds)


def read_rounds(directory: Path) -> list[Round]:
    """The rounds in a directory of files ``<program>.<round>.json``."""
    rounds: dict[str, Round] = {}
    for path in sorted(directory.glob("*.*.json")):
        program, number, _ = path.name.split(".")
        rounds.setdefault(number, Round()).add(path, program)
    return list(rounds.values())
