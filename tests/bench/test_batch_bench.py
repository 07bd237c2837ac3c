"""Many prompts: one call for all of them, and one call for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from bench_workload import WORKERS, random_tokens
from pagedradix import TokenTree

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

COUNT = 1000
LENGTH = 512

pytestmark = pytest.mark.benchmark(group="batch")


@pytest.mark.parametrize("how", ["batch", "one by one"])
def test_match_batch(benchmark: BenchmarkFixture, how: str) -> None:
    prompts = random_tokens(COUNT, LENGTH)
    tokens, offsets = prompts.ravel(), np.arange(COUNT + 1) * LENGTH
    tree = TokenTree()
    tree.insert_batch(tokens, offsets, [WORKERS[0]] * COUNT)
    if how == "batch":
        assert (
            benchmark(tree.match_batch, tokens, offsets).matched_token_counts.sum() == tokens.size
        )
    else:
        results = benchmark(lambda: [tree.match_prefix_with_counts(prompt) for prompt in prompts])
        assert sum(result.matched_token_count for result in results) == tokens.size


@pytest.mark.parametrize("how", ["batch", "one by one"])
def test_insert_batch_again(benchmark: BenchmarkFixture, how: str) -> None:
    prompts = random_tokens(COUNT, LENGTH)
    tokens, offsets, tenants = prompts.ravel(), np.arange(COUNT + 1) * LENGTH, [WORKERS[0]] * COUNT
    tree = TokenTree()

    def insert_one_by_one() -> None:
        for prompt, tenant in zip(prompts, tenants, strict=True):
            tree.insert_tokens(prompt, tenant)

    if how == "batch":
        benchmark(tree.insert_batch, tokens, offsets, tenants)
    else:
        benchmark(insert_one_by_one)
    assert tree.stats().tokens == tokens.size
