"""Mooncake JSONL: one request a line, with one id for each 512-token block of its prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pagedradix.replay.traces.errors import BadEntries, EntryError
from pagedradix.replay.traces.fields import block_ids, entry_of, parse_json, prompt_length, time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pagedradix.replay.requests import RequestsBuilder

BLOCK_SIZE = 512


def read_mooncake(
    source: str, lines: Iterable[bytes], requests: RequestsBuilder, bad: BadEntries
) -> None:
    """Adds the requests of ``lines``; blank lines are passed over."""
    for number, line in enumerate(lines, start=1):
        if line.isspace():
            continue
        try:
            _read_line(line, requests)
        except EntryError as error:
            bad.add(source, number, str(error))


def _read_line(line: bytes, requests: RequestsBuilder) -> None:
    entry = entry_of(parse_json(line))
    arrival_ms = time(entry, "timestamp")
    input_length = prompt_length(entry, "input_length")
    ids = block_ids(entry, "hash_ids", 64)
    blocks = -(-input_length // BLOCK_SIZE)
    if len(ids) != blocks:
        # Traces with other blocks look alike; read as 512-token blocks their figures are wrong.
        raise EntryError(
            f"hash_ids: {len(ids)} ids, but {input_length} tokens are {blocks} blocks "
            f"of {BLOCK_SIZE}"
        )
    requests.add(arrival_ms, input_length, ids, BLOCK_SIZE)
