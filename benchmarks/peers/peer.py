"""What the comparison knows of a peer before it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from peers.results import Note


@dataclass(frozen=True)
class Harness:
    """How to run the workloads on a peer that is there: ``command FILE SCENARIO ARGUMENT``."""

    command: list[str]
    version: str
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Peer:
    """A system under test; ``make`` builds its harness below a directory.

    ``make`` raises UnavailableError where the peer cannot be had.
    """

    name: str
    title: str
    boundary: str
    make: Callable[[Path], Harness]
    notes: list[Note]
