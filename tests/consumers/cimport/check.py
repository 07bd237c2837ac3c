"""Runs the consumer and checks its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from consumer import length_of_unknown, outgrow, reuse, round_trip, share_prefix

if TYPE_CHECKING:
    from collections.abc import Callable


def error_of(call: Callable[[], object]) -> Exception | None:
    """What the call raises."""
    try:
        call()
    except Exception as error:
        return error
    return None


held, worker, after_eviction = round_trip(list(range(1000, 1050)), b"worker-1")

assert held == 48, f"50 tokens match as three whole pages, not as {held} tokens"
assert worker == b"worker-1", worker
assert after_eviction == 0, after_eviction

tokens, shared, sequences = share_prefix(list(range(100)), 70)
assert tokens == list(range(70)), tokens
assert (shared, sequences) == (70, 2), "both sequences share the fork's 70 tokens"

unknown = error_of(lambda: length_of_unknown(5))
assert isinstance(unknown, KeyError), unknown
assert "5" in str(unknown), unknown
assert isinstance(error_of(lambda: outgrow(10)), MemoryError), "a tree keeps to its limit"

again = reuse(list(range(100)))
assert again == (99, 7, 1, [7]), f"99 tokens of sequence 7 are reused, not {again}"

print(f"cimport consumer of pagedradix: matched {held} tokens of {worker.decode()}")
