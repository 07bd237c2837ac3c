"""What the streams of calls of the three classes have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from arguments import Argument, Arguments, Tokens

if TYPE_CHECKING:
    from fuzz_bytes import FuzzBytes

MOST_NESTED = 3


class Steps(ABC):
    """A tree or a cache beside its reference, and the calls that the bytes mean."""

    def __init__(self, source: FuzzBytes) -> None:
        self._source = source
        self._arguments = Arguments(source, self._step_inside)
        self._nested = 0

    @abstractmethod
    def step(self) -> None:
        """Makes the next call on both."""

    @abstractmethod
    def compare(self) -> None:
        """Compares all that can be seen of both."""

    def _step_inside(self) -> None:
        if self._nested < MOST_NESTED:
            self._nested += 1
            self.step()
            self._nested -= 1

    def _few_tokens(self, most: int, largest: int) -> Argument[Tokens]:
        tokens = self._source.tokens(most, (0, 1, 2, largest))
        return self._arguments.tokens(tokens, largest)
