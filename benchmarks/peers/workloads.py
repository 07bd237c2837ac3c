"""What is measured: which prompts, and what is done with them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from peers.prompts import one_prompt, short_prompts, trace_prompts, whole_pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from peers.workload_file import Prompts

PATH = "path"
SHORT_PROMPTS = "short_prompts"
TRACE = "trace"

ONE_EDGE_TOKENS = (1024, 8192, 32768, 150_000)
MANY_NODES_TOKENS = (8192, 150_000)
NODE_TOKENS = 256
SHORT_PROMPT_COUNT = 200_000
EVICTED_TOKENS = 100_000
TRACE_REQUESTS = 4000


@dataclass(frozen=True)
class Workload:
    """A scenario of the harnesses with its argument, and figures of the prompts in its file."""

    name: str
    title: str
    scenario: str
    argument: int
    prompts: int
    tokens: int
    whole_page_tokens: int
    """What a tree of pages can match of the prompts."""
    stored_tokens: int
    """What a tree of pages has to store for the prompts; 0 where nobody asks."""


@dataclass(frozen=True)
class _Plan:
    """A workload whose prompts are still to be made."""

    name: str
    title: str
    scenario: str
    argument: int
    make: Callable[[], tuple[Prompts, int]]

    def carry_out(self, file: Path) -> Workload:
        prompts, stored = self.make()
        prompts.write(file)
        return Workload(
            self.name,
            self.title,
            self.scenario,
            self.argument,
            len(prompts),
            len(prompts.tokens),
            whole_pages(prompts),
            stored,
        )


def make_workloads(directory: Path) -> list[Workload]:
    """Writes a file ``<name>.bin`` for each workload; heavy ones at the scale of this run."""
    directory.mkdir(parents=True, exist_ok=True)
    return [plan.carry_out(directory / f"{plan.name}.bin") for plan in _plans()]


def scale() -> float:
    """The size of heavy workloads: 1 for figures that count, less to see that all of it works."""
    value = float(os.environ.get("PAGEDRADIX_BENCH_SCALE", "1"))
    return value if 0 < value < 1 else 1.0


def _plans() -> list[_Plan]:
    plans = [_path(f"match, one edge, {tokens:,} tokens", tokens, 0) for tokens in ONE_EDGE_TOKENS]
    plans += [
        _path(f"match, nodes of {NODE_TOKENS}, {tokens:,} tokens", tokens, NODE_TOKENS)
        for tokens in MANY_NODES_TOKENS
    ]
    count = _scaled(SHORT_PROMPT_COUNT)
    plans.append(
        _Plan(
            "short_prompts",
            f"{count:,} short prompts",
            SHORT_PROMPTS,
            _scaled(EVICTED_TOKENS),
            lambda: short_prompts(count),
        )
    )
    # As in cpp/bench: beside a checkout, or where the variable says.
    trace = Path(
        os.environ.get("PAGEDRADIX_BENCH_TRACE", "../shared/traces/conversation_trace.jsonl")
    )
    if trace.exists():
        requests = _scaled(TRACE_REQUESTS)
        plans.append(
            _Plan(
                "trace",
                f"{requests:,} requests of the conversation trace",
                TRACE,
                0,
                lambda: (trace_prompts(trace, requests), 0),
            )
        )
    return plans


def _path(title: str, tokens: int, node_tokens: int) -> _Plan:
    name = f"{'nodes' if node_tokens else 'edge'}_{tokens}"
    return _Plan(name, title, PATH, node_tokens, lambda: (one_prompt(tokens), 0))


def _scaled(count: int) -> int:
    return max(1, int(count * scale()))
