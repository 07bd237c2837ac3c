"""The built-in workload: what `pagedradix replay` replays when it is given no trace.

Three kinds of traffic that a fleet for language models sees together: chats of several turns under
a few shared system prompts, coding agents whose context grows over many steps, and prompts that
come once. It is generated from a seed with Python's own generator, so that a seed means the same
requests on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from random import Random

import numpy as np

from pagedradix.replay.requests import Requests, RequestsBuilder

BLOCK_SIZE = 64

_STREAM_BITS = 20
"""A block's id is the number of its text, and below it its place in the text."""


@dataclass(frozen=True)
class Sessions:
    """Conversations that grow turn by turn under a shared opening.

    Attributes:
        count: sessions.
        turns: mean number of prompts in one; geometric.
        openings: different shared openings (system prompts, tool descriptions); the popularity
            of the n-th is in proportion to 1/n.
        opening_tokens: shortest and longest opening.
        growth_tokens: median of what a turn adds: the answer and the next question.
        pause_seconds: mean time from one prompt to the next.
    """

    count: int
    turns: float
    openings: int
    opening_tokens: tuple[int, int]
    growth_tokens: int
    pause_seconds: float


@dataclass(frozen=True)
class Workload:
    """The parameters of the generator.

    Attributes:
        seed: of all random numbers.
        start_seconds: sessions and one-off prompts begin at times spread evenly over this.
        chats: people who talk to an assistant.
        agents: programs that work through a task.
        one_offs: prompts that share nothing with any other.
        one_off_tokens: their median length.
    """

    seed: int = 0
    start_seconds: float = 300
    chats: Sessions = Sessions(
        count=1200,
        turns=6,
        openings=12,
        opening_tokens=(500, 4000),
        growth_tokens=400,
        pause_seconds=20,
    )
    agents: Sessions = Sessions(
        count=120,
        turns=20,
        openings=6,
        opening_tokens=(8000, 16000),
        growth_tokens=1200,
        pause_seconds=6,
    )
    one_offs: int = 3000
    one_off_tokens: int = 4000

    def generate(self) -> Requests:
        """The requests, in order of arrival."""
        generator = _Generator(self)
        generator.sessions(self.chats)
        generator.sessions(self.agents)
        generator.one_off_prompts()
        return generator.requests.build()


class _Generator:
    """Draws requests; every text (an opening, a session, a one-off prompt) is numbered."""

    def __init__(self, workload: Workload) -> None:
        self.requests = RequestsBuilder()
        self._workload = workload
        self._random = Random(workload.seed)
        self._texts = 0

    def sessions(self, kind: Sessions) -> None:
        openings = [self._opening(kind.opening_tokens) for _ in range(kind.openings)]
        popularity = [1 / (rank + 1) for rank in range(kind.openings)]
        for _ in range(kind.count):
            (opening,) = self._random.choices(openings, popularity)
            self._session(kind, opening)

    def one_off_prompts(self) -> None:
        for _ in range(self._workload.one_offs):
            length = self._around(self._workload.one_off_tokens)
            self.requests.add(self._start(), length, self._blocks(self._text(), length), BLOCK_SIZE)

    def _session(self, kind: Sessions, opening: np.ndarray) -> None:
        arrival_ms = self._start()
        text = self._text()
        length = 0
        for _ in range(self._turns(kind.turns)):
            length += self._around(kind.growth_tokens)
            ids = np.concatenate((opening, self._blocks(text, length)))
            self.requests.add(arrival_ms, len(opening) * BLOCK_SIZE + length, ids, BLOCK_SIZE)
            arrival_ms += self._random.expovariate(1 / kind.pause_seconds) * 1000

    def _opening(self, tokens: tuple[int, int]) -> np.ndarray:
        """Whole blocks, so that what follows begins at the same place for everyone."""
        length = self._random.randint(*tokens)
        return self._blocks(self._text(), length - length % BLOCK_SIZE)

    def _text(self) -> int:
        self._texts += 1
        return self._texts

    @staticmethod
    def _blocks(text: int, length: int) -> np.ndarray:
        first = text << _STREAM_BITS
        return np.arange(first, first + -(-length // BLOCK_SIZE), dtype=np.uint64)

    def _start(self) -> float:
        return self._random.uniform(0, self._workload.start_seconds) * 1000

    def _turns(self, mean: float) -> int:
        """Geometric, at least 1."""
        return 1 + int(log(1 - self._random.random()) / log(1 - 1 / mean))

    def _around(self, median: int) -> int:
        """Log-normal, most of it within a factor of five, at least 1."""
        return max(1, round(self._random.lognormvariate(log(median), 0.8)))
