"""Any bytes as a trace: requests, or a TraceError that names the file and the line.

The first byte says how the rest is stored: whether it is packed, and whether it is one file or
several.
"""

from __future__ import annotations

import atexit
import gzip
import re
import shutil
import tempfile
from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np
from pagedradix.replay.traces import Trace, TraceError, load_trace

BETWEEN_FILES = b"\0\0"
MOST_FILES = 3
GZIP_MAGIC = b"\x1f\x8b"


@cache
def folder() -> Path:
    """Holds the files of one input after the other: to make a new one takes longer than to read."""
    path = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, path)
    return Path(path)


def run_input(data: bytes) -> None:
    """Runs one input; whatever is wrong is an exception."""
    layout, content = data[:1] or b"\0", data[1:]
    packed, several = layout[0] & 1, layout[0] & 2
    texts = {}
    for number, text in enumerate(content.split(BETWEEN_FILES, MOST_FILES - 1 if several else 0)):
        path = folder() / f"{number:03}.json"
        path.write_bytes(gzip.compress(text, 1) if packed else text)
        texts[str(path)] = text
    check_both_ways(texts)


def check_both_ways(texts: dict[str, bytes]) -> None:
    """Reading stops at the first problem, or skips problems: the two must agree."""
    try:
        strict = load_trace(texts)
    except TraceError as error:
        check_names_a_place(str(error), texts)
        check_skips(texts, str(error))
        return
    check_is_whole(strict)
    lenient = load_trace(texts, skip_bad=True)
    assert lenient.skipped == 0
    assert listing(lenient) == listing(strict)


def check_skips(texts: dict[str, bytes], problem: str) -> None:
    try:
        trace = load_trace(texts, skip_bad=True)
    except TraceError as error:
        if problem not in str(error):
            raise
        return
    check_is_whole(trace)
    assert trace.skipped > 0
    assert str(trace.first_skipped) == problem


def check_names_a_place(problem: str, texts: dict[str, bytes]) -> None:
    if problem.endswith(": no requests in this trace"):
        assert problem.startswith(", ".join(texts))
        return
    path = next(path for path in texts if problem.startswith(f"{path}:"))
    line = re.match(r":(\d+): ", problem[len(path) :])
    if line and not texts[path].startswith(GZIP_MAGIC):
        assert 1 <= int(line[1]) <= texts[path].count(b"\n") + 1


def check_is_whole(trace: Trace) -> None:
    requests = trace.requests
    assert len(requests) > 0
    assert np.isfinite(requests.arrival_ms).all()
    assert requests.arrival_ms[0] == 0
    assert (np.diff(requests.arrival_ms) >= 0).all()
    assert (requests.first_id + requests.id_count <= len(requests.ids)).all()
    assert (requests.block_size > 0).all()


def listing(trace: Trace) -> list[object]:
    requests = trace.requests
    return [getattr(requests, column.name).tolist() for column in fields(requests)]
