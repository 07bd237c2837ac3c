"""A toy serving engine around PrefixCache: what it prefills, and what it is spared.

    python examples/toy_engine.py [conversation_trace.jsonl] [--requests 300]

The model is a random number generator, but all around it is as in an engine: requests join and
leave a running batch, some of them sample four answers at once, tokens are drafted, verified and
rolled back, finished sequences stay for later prompts, and the oldest of these go when the KV cache
is full. After every step the toy KV cache is compared with what the sequences should hold.

Prompts come from a trace in Mooncake's format, or are generated.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pagedradix import CapacityError, PrefixCache

Result = TypeVar("Result")

BLOCK_TOKENS = 512
"""Tokens that one block id of a trace stands for."""
MAX_PROMPT_TOKENS = 8192
SAMPLES = 4
"""Answers to a request that asks for several."""
DRAFT_TOKENS = 4
"""Tokens that the draft model proposes in one step."""


@dataclass(frozen=True)
class Request:
    """A prompt and what is wanted for it."""

    prompt: list[int]
    answer_tokens: int
    samples: int


class ToyKVCache:
    """Stands for the GPU's memory: the tokens whose keys and values each sequence has."""

    def __init__(self) -> None:
        self.sequences: dict[int, list[int]] = {}

    def add(self, seq_id: int) -> None:
        self.sequences[seq_id] = []

    def fork(self, seq_id: int, parent_id: int, length: int) -> None:
        self.sequences[seq_id] = self.sequences[parent_id][:length]

    def append(self, seq_id: int, tokens: list[int]) -> None:
        self.sequences[seq_id] += tokens

    def pop(self, seq_id: int, count: int) -> None:
        tokens = self.sequences[seq_id]
        del tokens[len(tokens) - count :]

    def remove(self, seq_id: int) -> None:
        del self.sequences[seq_id]


@dataclass
class Figures:
    """What the engine counts."""

    requests: int = 0
    prompt_tokens: int = 0
    saved_tokens: int = 0
    forked: int = 0
    reused: int = 0
    drafted_tokens: int = 0
    rejected_tokens: int = 0
    removed: int = 0


@dataclass
class Running:
    """A sequence in the batch."""

    tokens: list[int]
    left: int
    """Answer tokens still to be generated."""


@dataclass
class Engine:
    """Continuous batching: every step admits requests, advances each sequence, retires the done."""

    kv_tokens: int
    max_batch: int
    model: random.Random = field(default_factory=lambda: random.Random(0))
    kv: ToyKVCache = field(default_factory=ToyKVCache)
    figures: Figures = field(default_factory=Figures)
    running: dict[int, Running] = field(default_factory=dict)
    next_id: int = 0

    def __post_init__(self) -> None:
        self.cache = PrefixCache(-1, self._on_remove, max_tokens=self.kv_tokens)

    def serve(self, requests: list[Request]) -> Figures:
        """Serves all requests; later ones wait until there is room in the batch."""
        waiting = deque(requests)
        while waiting or self.running:
            while waiting and len(self.running) + waiting[0].samples <= self.max_batch:
                self._admit(waiting.popleft())
            for seq_id in list(self.running):
                self._decode(seq_id)
        return self.figures

    def _admit(self, request: Request) -> None:
        self.figures.requests += 1
        for _ in range(request.samples):
            # The first sample prefills; the others find its tokens and fork from it.
            self._prefill(request.prompt, request.answer_tokens)

    def _prefill(self, prompt: list[int], answer_tokens: int) -> None:
        seq_id = self.next_id
        self.next_id += 1
        match = self._with_room(lambda: self.cache.insert_sequence(seq_id, prompt))
        if match.reused_seq_id != -1:
            seq_id = match.reused_seq_id
            self.kv.pop(seq_id, match.reused_seq_pop_last_tokens)
            self.figures.reused += 1
        elif match.forked_seq_id != -1:
            self.kv.fork(seq_id, match.forked_seq_id, match.prefilled_offset)
            self.figures.forked += 1
        else:
            self.kv.add(seq_id)
        self.figures.prompt_tokens += len(prompt)
        self.figures.saved_tokens += match.prefilled_offset
        self._append(seq_id, prompt[match.prefilled_offset :])
        self.running[seq_id] = Running(list(prompt), answer_tokens)
        self._check(seq_id)

    def _decode(self, seq_id: int) -> None:
        """One step of speculative decoding: some of the drafted tokens are accepted."""
        sequence = self.running[seq_id]
        draft = [self.model.randrange(128_000) for _ in range(min(DRAFT_TOKENS, sequence.left))]
        accepted = self.model.randint(1, len(draft))
        rejected = len(draft) - accepted
        self._append(seq_id, draft)
        if rejected:
            self.cache.roll_back_sequence(seq_id, rejected)
            self.kv.pop(seq_id, rejected)
        self.figures.drafted_tokens += len(draft)
        self.figures.rejected_tokens += rejected
        sequence.tokens += draft[:accepted]
        sequence.left -= accepted
        self._check(seq_id)
        if sequence.left == 0:
            del self.running[seq_id]
            self.cache.recycle_sequence(seq_id)

    def _append(self, seq_id: int, tokens: list[int]) -> None:
        self.cache.extend_sequence(seq_id, tokens)
        self._with_room(self.cache.commit_sequence_extension)
        self.kv.append(seq_id, tokens)

    def _with_room(self, call: Callable[[], Result]) -> Result:
        """Calls, and lets finished sequences go, the oldest first, until there is room."""
        while True:
            try:
                return call()
            except CapacityError:
                if not self.cache.try_free_memory():
                    raise

    def _on_remove(self, seq_id: int) -> None:
        self.kv.remove(seq_id)
        self.figures.removed += 1

    def _check(self, seq_id: int) -> None:
        if self.kv.sequences[seq_id] != self.running[seq_id].tokens:
            message = f"sequence {seq_id}: the KV cache holds other tokens than the sequence"
            raise AssertionError(message)


def requests_of_trace(path: Path, count: int) -> Iterator[Request]:
    """The first requests of a trace; prompts are cut at MAX_PROMPT_TOKENS."""
    with path.open(encoding="utf-8") as lines:
        for number, line in zip(range(count), lines, strict=False):
            record = json.loads(line)
            length = min(record["input_length"], MAX_PROMPT_TOKENS)
            prompt: list[int] = []
            for block in record["hash_ids"][: -(-length // BLOCK_TOKENS)]:
                prompt += range(block * BLOCK_TOKENS, (block + 1) * BLOCK_TOKENS)
            samples = SAMPLES if number % 10 == 0 else 1
            yield Request(prompt[:length], 1 + record["output_length"] % 60, samples)


def generated_requests(count: int) -> Iterator[Request]:
    """Chats of several turns under four system prompts, interleaved."""
    source = random.Random(1)
    system_prompts = [[source.randrange(128_000) for _ in range(700)] for _ in range(4)]
    chats = [list(source.choice(system_prompts)) for _ in range(max(1, count // 6))]
    for number in range(count):
        chat = source.choice(chats)
        chat += [source.randrange(128_000) for _ in range(source.randint(20, 300))]
        samples = SAMPLES if number % 10 == 0 else 1
        yield Request(list(chat), source.randint(5, 60), samples)


def main() -> None:
    """Serves the requests of a trace, or generated ones, and prints what was saved."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("trace", type=Path, nargs="?", help="Mooncake JSONL; none: generated")
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--kv-tokens", type=int, default=400_000)
    parser.add_argument("--max-batch", type=int, default=16)
    arguments = parser.parse_args()
    requests = list(
        requests_of_trace(arguments.trace, arguments.requests)
        if arguments.trace
        else generated_requests(arguments.requests)
    )
    engine = Engine(kv_tokens=arguments.kv_tokens, max_batch=arguments.max_batch)
    figures = engine.serve(requests)
    print(f"{figures.requests} requests, {figures.prompt_tokens:,} prompt tokens")
    print(
        f"prefill tokens saved: {figures.saved_tokens:,} "
        f"({figures.saved_tokens / figures.prompt_tokens:.1%})"
    )
    print(f"{figures.forked} sequences forked, {figures.reused} finished ones reused")
    print(f"{figures.drafted_tokens:,} tokens drafted, {figures.rejected_tokens:,} rolled back")
    print(f"{figures.removed} finished sequences removed for room")


if __name__ == "__main__":
    main()
