"""The prompts of a workload in a file, so that harnesses in every language are given the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Prompts:
    """Prompt ``i`` is ``tokens[offsets[i] : offsets[i + 1]]``; ``order`` is a random permutation.

    In a file, all little-endian: the number of prompts, ``order`` and ``offsets`` in 64 bits each,
    the tokens in 32.
    """

    tokens: NDArray[np.uint32]
    offsets: NDArray[np.uint64]
    order: NDArray[np.uint64]

    @classmethod
    def of(cls, prompts: list[NDArray[np.uint32]], order: NDArray[np.int64]) -> Prompts:
        """Joins prompts."""
        lengths = [0, *(len(prompt) for prompt in prompts)]
        return cls(
            np.concatenate(prompts),
            np.cumsum(lengths, dtype=np.uint64),
            order.astype(np.uint64),
        )

    def __len__(self) -> int:
        """The number of prompts."""
        return len(self.order)

    def __getitem__(self, i: int) -> NDArray[np.uint32]:
        """The tokens of a prompt, not copied."""
        return self.tokens[int(self.offsets[i]) : int(self.offsets[i + 1])]

    def write(self, path: Path) -> None:
        """Writes the file."""
        with path.open("wb") as file:
            for values in (np.array([len(self)], "<u8"), self.order, self.offsets, self.tokens):
                values.astype(values.dtype.newbyteorder("<")).tofile(file)

    @classmethod
    def read(cls, path: Path) -> Prompts:
        """Reads the file into memory."""
        with path.open("rb") as file:
            count = int(np.fromfile(file, "<u8", 1)[0])
            order = np.fromfile(file, "<u8", count)
            offsets = np.fromfile(file, "<u8", count + 1)
            return cls(np.fromfile(file, "<u4"), offsets, order)
