"""All that a run found out, and the file that keeps it: tables and plot follow from it alone."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from peers.workloads import Workload

if TYPE_CHECKING:
    from pathlib import Path

NATIVE = "C++ and Rust"
PYTHON = "Python"


@dataclass(frozen=True)
class Note:
    """What a reader has to know beside a peer's figures; ``values`` are their names."""

    text: str
    values: list[str]


@dataclass(frozen=True)
class Column:
    """A peer as the tables show it; ``problem`` says why it is not there."""

    name: str
    title: str
    boundary: str
    notes: list[Note]
    version: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Run:
    """One process: values by name, or what went wrong."""

    peer: str
    workload: str
    values: dict[str, float] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class Results:
    """Workloads, peers, and every process that ran."""

    machine: dict[str, str]
    scale: float
    rounds: int
    workloads: list[Workload]
    columns: list[Column]
    runs: list[Run]

    def median(self, peer: str, workload: str, value: str) -> float | None:
        """The median over the rounds, if the peer has this value."""
        values = [
            run.values[value]
            for run in self.runs
            if run.peer == peer and run.workload == workload and value in run.values
        ]
        return median(values) if values else None

    def problem(self, peer: str, workload: str) -> str:
        """Why a peer has no figures of a workload that it was given; empty if all is well."""
        runs = (run for run in self.runs if run.peer == peer and run.workload == workload)
        return next((run.problem for run in runs if run.problem), "")

    def write(self, path: Path) -> None:
        """Writes the file."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> Results:
        """Reads what ``write`` wrote."""
        document = json.loads(path.read_text())
        columns = [
            Column(**{**column, "notes": [Note(**note) for note in column["notes"]]})
            for column in document["columns"]
        ]
        return cls(
            document["machine"],
            document["scale"],
            document["rounds"],
            [Workload(**workload) for workload in document["workloads"]],
            columns,
            [Run(**run) for run in document["runs"]],
        )
