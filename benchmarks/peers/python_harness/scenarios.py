"""What is done with a tree, whoever made it, and what is measured then."""

from __future__ import annotations

from time import process_time_ns
from typing import TYPE_CHECKING

from peers.python_harness.measure import median_nanoseconds, resident_bytes
from peers.python_harness.router import Router, take_turns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from peers.python_harness.adapter import Adapter, Answer, Prompt
    from peers.workload_file import Prompts

Values = dict[str, float]

# Lists and strings of all prompts at once would need several times the memory of their tokens.
_BATCH = 500


def measure_path(adapter: Adapter[Prompt, Answer], prompts: Prompts, node_tokens: int) -> Values:
    """Matches a prompt repeatedly, after it grew by ``node_tokens`` at a time (0: in one piece)."""
    tokens = prompts[0]
    if node_tokens:
        for end in range(node_tokens, len(tokens), node_tokens):
            adapter.insert(adapter.prepare(tokens[:end]), take_turns(0))
    prompt = adapter.prepare(tokens)
    adapter.insert(prompt, take_turns(0))
    return {
        "match_ns": median_nanoseconds(adapter.match, prompt),
        "matched_tokens": adapter.matched_tokens(adapter.match(prompt)),
    }


def measure_short_prompts(
    adapter: Adapter[Prompt, Answer], prompts: Prompts, evicted: int
) -> Values:
    """Fills a tree, matches it in random order, and takes ``evicted`` tokens from a tenant."""
    resident_before = resident_bytes()
    insert_ns = _insert_all(adapter, prompts)
    resident = resident_bytes() - resident_before
    match_ns, matched = _match_all(adapter, prompts)
    values = {
        "insert_ns": insert_ns / len(prompts),
        "resident_bytes": resident,
        "match_ns": match_ns / len(prompts),
        "matched_tokens": matched,
    }
    if adapter.evict is not None:
        start = process_time_ns()
        adapter.evict(take_turns(0), evicted)
        values["evict_ns"] = process_time_ns() - start
    return values


def measure_trace(adapter: Adapter[Prompt, Answer], prompts: Prompts) -> Values:
    """Routes the prompts, each of which is matched and then inserted for whoever got it."""
    router = Router()
    latencies = []
    matched = 0
    for i in range(len(prompts)):
        prompt = adapter.prepare(prompts[i])
        start = process_time_ns()
        matched += adapter.route(prompt, router)
        latencies.append(process_time_ns() - start)
    return {
        "requests_a_second": len(prompts) * 1e9 / sum(latencies),
        "p99_ns": sorted(latencies)[(len(latencies) - 1) * 99 // 100],
        "matched_tokens": matched,
    }


def _insert_all(adapter: Adapter[Prompt, Answer], prompts: Prompts) -> int:
    insert = adapter.insert
    nanoseconds = 0
    for chosen in _batches(range(len(prompts))):
        batch = [(adapter.prepare(prompts[i]), take_turns(i)) for i in chosen]
        start = process_time_ns()
        for prompt, tenant in batch:
            insert(prompt, tenant)
        nanoseconds += process_time_ns() - start
    return nanoseconds


def _match_all(adapter: Adapter[Prompt, Answer], prompts: Prompts) -> tuple[int, int]:
    nanoseconds = matched = 0
    for chosen in _batches(prompts.order.tolist()):
        batch = [adapter.prepare(prompts[i]) for i in chosen]
        start = process_time_ns()
        answers = list(map(adapter.match, batch))
        nanoseconds += process_time_ns() - start
        matched += sum(map(adapter.matched_tokens, answers))
    return nanoseconds, matched


def _batches(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[begin : begin + _BATCH] for begin in range(0, len(numbers), _BATCH))
