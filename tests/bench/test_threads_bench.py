"""Calls from several Python threads: they run side by side once they have let the GIL go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from bench_workload import WORKERS, random_tokens
from pagedradix import TokenTree

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture


@pytest.mark.benchmark(group="threads")
@pytest.mark.parametrize("threads", [1, 2, 4])
def test_match_long_prompts(benchmark: BenchmarkFixture, threads: int) -> None:
    """64 matches of 100,000 tokens in all, shared out to the threads."""
    tokens = random_tokens(100_000)
    tree = TokenTree()
    tree.insert_tokens(tokens, WORKERS[0])

    def match(count: int) -> int:
        return sum(tree.match_prefix_with_counts(tokens).matched_token_count for _ in range(count))

    with ThreadPoolExecutor(threads) as pool:
        matched = benchmark(lambda: sum(pool.map(match, [64 // threads] * threads)))
    assert matched == 64 * tokens.size
