"""Which format a trace has, by its first bytes: names and suffixes are not asked."""

from __future__ import annotations

import json
from enum import Enum

HEAD_BYTES = 1 << 16

_AGENTIC_KEYS = (b'"requests"', b'"block_size"', b'"hash_id_scope"')


class TraceFormat(Enum):
    """The formats that can be read."""

    MOONCAKE = "mooncake"
    AGENTIC = "agentic"


def detect_format(head: bytes) -> TraceFormat:
    """The format of a file that begins with ``head`` (HEAD_BYTES of it, or all).

    What is neither counts as Mooncake, whose reader then names the first bad line.
    """
    first_line = head.lstrip().split(b"\n", 1)[0].strip()
    try:
        entry = json.loads(first_line)
    except (ValueError, RecursionError):
        # A document over several lines, a line longer than the head, or not JSON at all.
        agentic = first_line in {b"{", b"["} or any(key in head for key in _AGENTIC_KEYS)
    else:
        agentic = isinstance(entry, dict) and "requests" in entry
    return TraceFormat.AGENTIC if agentic else TraceFormat.MOONCAKE
