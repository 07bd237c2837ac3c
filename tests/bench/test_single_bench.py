"""What one call costs. `pytest tests/bench --benchmark-enable` measures.

Without that option each benchmark runs once, as a test of its own answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bench_workload import LENGTH, WORKERS, Tokens

if TYPE_CHECKING:
    from pagedradix import TokenTree
    from pytest_benchmark.fixture import BenchmarkFixture

pytestmark = pytest.mark.benchmark(group="single")


def test_call_that_does_nothing(benchmark: BenchmarkFixture, prompts: Tokens) -> None:
    """The floor: Python's own way into a function, and the timer's loop around it."""
    benchmark(id, prompts[7])


def test_match(benchmark: BenchmarkFixture, tree: TokenTree, prompts: Tokens) -> None:
    result = benchmark(tree.match_prefix_with_counts, prompts[7])
    assert result.matched_token_count == LENGTH


def test_match_tenants(benchmark: BenchmarkFixture, tree: TokenTree, prompts: Tokens) -> None:
    held = benchmark(tree.match_tenants, prompts[7], WORKERS)
    assert held[WORKERS[7]] == LENGTH


def test_insert_again(benchmark: BenchmarkFixture, tree: TokenTree, prompts: Tokens) -> None:
    benchmark(tree.insert_tokens, prompts[7], WORKERS[7])
    assert tree.stats().splits == 1


def test_match_and_insert(benchmark: BenchmarkFixture, tree: TokenTree, prompts: Tokens) -> None:
    result = benchmark(tree.match_and_insert, prompts[7], WORKERS[7])
    assert result.matched_token_count == LENGTH


def test_match_and_insert_with(
    benchmark: BenchmarkFixture, tree: TokenTree, prompts: Tokens
) -> None:
    result = benchmark(tree.match_and_insert_with, prompts[7], lambda result: result.tenant)
    assert result.matched_token_count == LENGTH
