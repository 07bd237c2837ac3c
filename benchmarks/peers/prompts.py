"""Makes the prompts of the workloads from fixed seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pagedradix.replay.traces import load_trace

from peers.workload_file import Prompts

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PAGE_TOKENS = 16
VOCABULARY = 128_000

_SYSTEM_PROMPTS = 64
_SYSTEM_TOKENS = 2048
_BEHIND_A_SYSTEM_PROMPT = 0.3
_SHORTEST, _LONGEST = 64, 512


def one_prompt(tokens: int) -> Prompts:
    """A single random prompt."""
    rng = np.random.default_rng(tokens)
    return Prompts.of([_random_tokens(rng, tokens)], np.zeros(1, np.int64))


def short_prompts(count: int) -> tuple[Prompts, int]:
    """Prompts of 64 to 512 tokens, three in ten of them behind a system prompt.

    Also returns how many tokens a tree of pages has to store for them.
    """
    rng = np.random.default_rng(1)
    systems = [_random_tokens(rng, _SYSTEM_TOKENS) for _ in range(_SYSTEM_PROMPTS)]
    used: set[int] = set()
    prompts = []
    stored = 0
    for _ in range(count):
        prompt = _random_tokens(rng, int(rng.integers(_SHORTEST, _LONGEST, endpoint=True)))
        stored += len(prompt) - len(prompt) % PAGE_TOKENS
        if rng.random() < _BEHIND_A_SYSTEM_PROMPT:
            system = int(rng.integers(_SYSTEM_PROMPTS))
            used.add(system)
            prompt = np.concatenate([systems[system], prompt])
        prompts.append(prompt)
    return Prompts.of(prompts, rng.permutation(count)), stored + len(used) * _SYSTEM_TOKENS


def trace_prompts(trace: Path, count: int) -> Prompts:
    """The first prompts of a trace in Mooncake's format, with the tokens of `pagedradix replay`."""
    requests = load_trace([str(trace)]).requests.head(count)
    prompts = []
    for first, ids, block, length in zip(
        requests.first_id,
        requests.id_count,
        requests.block_size,
        requests.input_length,
        strict=True,
    ):
        blocks = [_block(seed, int(block)) for seed in requests.ids[first : first + ids]]
        prompts.append(np.concatenate(blocks)[: int(length)])
    return Prompts.of(prompts, np.arange(len(prompts)))


def whole_pages(prompts: Prompts) -> int:
    """Tokens of all prompts, each cut to whole pages."""
    lengths = prompts.offsets[1:] - prompts.offsets[:-1]
    return int((lengths - lengths % np.uint64(PAGE_TOKENS)).sum())


def _random_tokens(rng: np.random.Generator, count: int) -> NDArray[np.uint32]:
    return rng.integers(VOCABULARY, size=count, dtype=np.uint32)


def _block(seed: np.uint64, count: int) -> NDArray[np.uint32]:
    """The first outputs of splitmix64, as tokens."""
    steps = np.arange(1, count + 1, dtype=np.uint64)
    bits: NDArray[np.uint64] = seed + steps * np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    bits ^= bits >> np.uint64(31)
    tokens: NDArray[np.uint32] = (bits % np.uint64(VOCABULARY)).astype(np.uint32)
    return tokens
