"""Requests in arrays: what a trace becomes and what a simulation reads.

A request keeps the ids of its prompt's blocks, not their tokens: a trace of 145 million tokens
fits in a few megabytes, and the engine expands one prompt at a time.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_PROMPT_TOKENS = 1 << 27
"""A longer prompt is taken for a mistake in the trace: it would need half a gigabyte."""


@dataclass(frozen=True)
class Requests:
    """Requests in the order in which they are routed.

    Request ``i`` arrives ``arrival_ms[i]`` after the first one. Its prompt is the blocks
    ``ids[first_id[i] : first_id[i] + id_count[i]]`` of ``block_size[i]`` tokens each, cut to
    ``input_length[i]`` tokens; tokens beyond the blocks are unique to the request.
    """

    arrival_ms: NDArray[np.float64]
    input_length: NDArray[np.uint32]
    ids: NDArray[np.uint64]
    first_id: NDArray[np.int64]
    id_count: NDArray[np.uint32]
    block_size: NDArray[np.uint32]

    def __len__(self) -> int:
        """The number of requests."""
        return len(self.arrival_ms)

    @property
    def input_tokens(self) -> int:
        """Tokens of all prompts."""
        return int(self.input_length.sum(dtype=np.uint64))

    @property
    def duration_ms(self) -> float:
        """From the first arrival to the last."""
        return float(self.arrival_ms[-1]) if len(self) else 0.0

    def head(self, count: int) -> Requests:
        """The first ``count`` requests; the ids are shared with this object."""
        return replace(
            self,
            arrival_ms=self.arrival_ms[:count],
            input_length=self.input_length[:count],
            first_id=self.first_id[:count],
            id_count=self.id_count[:count],
            block_size=self.block_size[:count],
        )


class RequestsBuilder:
    """Collects requests in reading order and puts them in order of arrival."""

    def __init__(self) -> None:
        """Starts without requests."""
        self._arrival_ms = array("d")
        self._input_length = array("q")
        self._first_id = array("q", [0])
        self._block_size = array("q")
        self._ids = array("Q")

    def __len__(self) -> int:
        """Requests added so far."""
        return len(self._arrival_ms)

    def add(
        self,
        arrival_ms: float,
        input_length: int,
        ids: array[int] | NDArray[np.uint64],
        block_size: int,
    ) -> None:
        """Adds a request; ``ids`` are unsigned 64-bit integers and are copied."""
        self._ids.frombytes(ids.tobytes())
        self._arrival_ms.append(arrival_ms)
        self._input_length.append(input_length)
        self._first_id.append(len(self._ids))
        self._block_size.append(block_size)

    def build(self) -> Requests:
        """All requests by arrival; those that arrive together stay in the order of adding."""
        arrival_ms = np.array(self._arrival_ms, dtype=np.float64)
        order = np.argsort(arrival_ms, kind="stable")
        arrival_ms = arrival_ms[order]
        if len(arrival_ms):
            arrival_ms -= arrival_ms[0]
        offsets = np.array(self._first_id, dtype=np.int64)
        return Requests(
            arrival_ms=arrival_ms,
            input_length=np.array(self._input_length, dtype=np.uint32)[order],
            ids=np.array(self._ids, dtype=np.uint64),
            first_id=offsets[:-1][order],
            id_count=np.diff(offsets).astype(np.uint32)[order],
            block_size=np.array(self._block_size, dtype=np.uint32)[order],
        )
