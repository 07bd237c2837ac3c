"""The report for programs; docs/replay.md documents its names."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pagedradix import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pagedradix.replay.figures import PolicyFigures, TraceFigures
    from pagedradix.replay.origin import Origin
    from pagedradix.replay_options import ReplayOptions

SCHEMA_VERSION = 1
"""Grows when a name goes or changes its meaning; new names may come at any time."""


def json_report(
    origin: Origin,
    options: ReplayOptions,
    trace: TraceFigures,
    policies: Sequence[PolicyFigures],
) -> str:
    """The report as JSON text that ends with a newline."""
    report: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "pagedradix_version": __version__,
        "trace": {
            **asdict(trace),
            "format": origin.format,
            "files": list(origin.files),
            "skipped": origin.skipped,
            "workload": None if origin.workload is None else asdict(origin.workload),
        },
        "options": asdict(options),
        "policies": [asdict(figures) for figures in policies],
    }
    return json.dumps(report, indent=2, allow_nan=False) + "\n"
