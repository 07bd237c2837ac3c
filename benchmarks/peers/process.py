"""Runs one harness on one workload: in a process of its own, on one core."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from peers.installing import reason
from peers.results import Run
from peers.workloads import TRACE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from peers.peer import Harness
    from peers.workloads import Workload

TIMEOUT_SECONDS = 600


def run_once(peer: str, harness: Harness, workload: Workload, directory: Path) -> Run:
    """The values that a harness prints, or why there are none."""
    file = directory / f"{workload.name}.bin"
    command = [*harness.command, str(file), workload.scenario, str(workload.argument)]
    try:
        with _one_core():
            done = subprocess.run(
                command,
                env={**os.environ, **harness.environment},
                capture_output=True,
                text=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired:
        return Run(peer, workload.name, problem=f"took more than {TIMEOUT_SECONDS} s")
    if done.returncode != 0:
        return Run(peer, workload.name, problem=reason(done.stderr))
    values: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if mistake := _mistake(values, workload):
        return Run(peer, workload.name, problem=mistake)
    return Run(peer, workload.name, values)


def _mistake(values: dict[str, float], workload: Workload) -> str:
    """What is wrong with the answers: outside of a trace every prompt is there."""
    matched = values["matched_tokens"]
    if workload.scenario == TRACE or workload.whole_page_tokens <= matched <= workload.tokens:
        return ""
    return f"matched {matched:,.0f} of {workload.tokens:,} tokens"


@contextmanager
def _one_core() -> Iterator[None]:
    """Processes started meanwhile stay on the last core of those that this one may use."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
