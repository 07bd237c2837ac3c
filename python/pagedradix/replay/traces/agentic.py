"""Agentic JSON: one coding session a file, with ids that mean something only in that file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pagedradix.replay.traces.errors import BadEntries, EntryError
from pagedradix.replay.traces.fields import (
    MAX_BLOCK_SIZE,
    block_ids,
    entry_of,
    parse_json,
    prompt_length,
    shown,
    time,
    whole_number,
)
from pagedradix.replay.traces.locate import Path, line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pagedradix.replay.requests import RequestsBuilder

ID_BITS = 32
"""An id's bits within its file; the file's number is above them."""


def read_agentic(
    source: str, text: str, file_number: int, requests: RequestsBuilder, bad: BadEntries
) -> None:
    """Adds the requests of one session, sub-agents' in the place of their entry."""
    try:
        session = entry_of(parse_json(text))
        block_size = whole_number(session, "block_size", 1, MAX_BLOCK_SIZE)
        scope = session.get("hash_id_scope", "local")
        if scope != "local":
            raise EntryError(f"hash_id_scope: {shown(scope)} is not supported, only 'local'")
        entries = _entries(session)
    except EntryError as error:
        bad.add(source, error.line, str(error))
        return

    # Sub-agents may hold sub-agents: a stack of open lists, each with its start and its place.
    stack: list[tuple[Iterator[tuple[int, Any]], float, Path]] = [(entries, 0.0, ())]
    while stack:
        opened, start, place = stack[-1]
        index, entry = next(opened, (-1, None))
        if index < 0:
            stack.pop()
            continue
        path = (*place, "requests", index)
        try:
            fields = entry_of(entry)
            at = start + time(fields, "t")
            if fields.get("type") == "subagent":
                stack.append((_entries(fields), at, path))
            else:
                _add(fields, at, block_size, file_number, requests)
        except EntryError as error:
            bad.add(source, partial(line_of, text, path), f"{_spelled(path)}: {error}")


def _entries(holder: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    requests = holder.get("requests")
    if not isinstance(requests, list):
        raise EntryError(f"requests: expected a list, not {shown(requests)}")
    return enumerate(requests)


def _add(
    entry: dict[str, Any], at: float, block_size: int, file_number: int, requests: RequestsBuilder
) -> None:
    input_length = prompt_length(entry, "in")
    ids = np.array(block_ids(entry, "hash_ids", ID_BITS), dtype=np.uint64)
    ids += np.uint64(file_number << ID_BITS)
    requests.add(at * 1000, input_length, ids, block_size)


def _spelled(path: Path) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")
