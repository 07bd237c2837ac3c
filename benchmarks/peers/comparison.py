"""Gets every peer that can be had and runs everything on it, round by round."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from machine import describe

from peers.installing import UnavailableError
from peers.native_peers import NATIVE_PEERS
from peers.process import run_once
from peers.python_peers import PYTHON_PEERS
from peers.results import Column, Results, Run
from peers.workloads import make_workloads, scale

if TYPE_CHECKING:
    from pathlib import Path

    from peers.peer import Harness
    from peers.workloads import Workload


def compare(build: Path, rounds: int) -> Results:
    """The whole comparison; what it builds goes below a directory."""
    columns, harnesses = _get_peers(build)
    prompts = build / "prompts"
    workloads = make_workloads(prompts)
    runs = _run_rounds(harnesses, workloads, prompts, rounds)
    return Results(describe(), scale(), rounds, workloads, columns, runs)


def _get_peers(build: Path) -> tuple[list[Column], dict[str, Harness]]:
    columns = []
    harnesses = {}
    for peer in [*NATIVE_PEERS, *PYTHON_PEERS]:
        _say(f"getting {peer.title} ({peer.boundary})")
        version = problem = ""
        try:
            harness = peer.make(build)
        except UnavailableError as error:
            problem = str(error)
        else:
            harnesses[peer.name] = harness
            version = harness.version
        columns.append(Column(peer.name, peer.title, peer.boundary, peer.notes, version, problem))
    return columns, harnesses


def _run_rounds(
    harnesses: dict[str, Harness], workloads: list[Workload], prompts: Path, rounds: int
) -> list[Run]:
    """Each round runs a workload on all peers, one after the other; who failed sits out."""
    runs: list[Run] = []
    for number in range(1, rounds + 1):
        for workload in workloads:
            failed = {run.peer for run in runs if run.problem and run.workload == workload.name}
            for name in [name for name in harnesses if name not in failed]:
                _say(f"round {number} of {rounds}: {workload.title}: {name}")
                runs.append(run_once(name, harnesses[name], workload, prompts))
    return runs


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
