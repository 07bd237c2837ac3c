"""The clock, how often a call is repeated under it, and the memory of the process.

Processor time of the process: what else runs on the machine counts as little as possible.
"""

from __future__ import annotations

import os
from itertools import repeat
from pathlib import Path
from statistics import median
from time import process_time_ns
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from peers.python_harness.adapter import Answer, Prompt

_SAMPLE_NS = 4_000_000
_SAMPLES = 15


def median_nanoseconds(call: Callable[[Prompt], Answer], prompt: Prompt) -> float:
    """Of one call with this argument: the median of samples of many calls each."""
    calls = 1
    while _sample(call, prompt, calls) < _SAMPLE_NS:
        calls *= 2  # warms up, too
    return median(_sample(call, prompt, calls) for _ in range(_SAMPLES)) / calls


def _sample(call: Callable[[Prompt], Answer], prompt: Prompt, calls: int) -> int:
    start = process_time_ns()
    for _ in repeat(None, calls):
        call(prompt)
    return process_time_ns() - start


def resident_bytes() -> int:
    """Bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
