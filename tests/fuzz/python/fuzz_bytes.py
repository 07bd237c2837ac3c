"""A fuzzer's bytes as a stream of decisions. When they run out, every answer is the first."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


class FuzzBytes:
    """The stream."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def empty(self) -> bool:
        return self._at >= len(self._data)

    def byte(self) -> int:
        if self.empty():
            return 0
        self._at += 1
        return self._data[self._at - 1]

    def below(self, bound: int) -> int:
        return self.byte() % bound

    def pick(self, *values: T) -> T:
        return values[self.below(len(values))]

    def tokens(self, most: int, kinds: tuple[int, ...]) -> tuple[int, ...]:
        """Up to `most` tokens, in runs: a byte says how long a run is and of what kind."""
        tokens: list[int] = []
        wanted = self.below(most + 1)
        while len(tokens) < wanted:
            run = self.byte()
            tokens += [kinds[run % len(kinds)]] * (1 + run // 16)
        return tuple(tokens[:wanted])
