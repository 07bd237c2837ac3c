"""What it costs to read a prompt from what may hold one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from bench_workload import WORKERS, Tokens, random_tokens
from pagedradix import TokenTree

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_benchmark.fixture import BenchmarkFixture

HOLDERS: dict[str, Callable[[Tokens], Any]] = {
    "uint32": lambda tokens: tokens,
    "int32": lambda tokens: tokens.astype("int32"),
    "int64": lambda tokens: tokens.astype("int64"),
    "memoryview": memoryview,
    "list": lambda tokens: tokens.tolist(),
    "tuple": lambda tokens: tuple(tokens.tolist()),
    "range": lambda tokens: range(tokens.size),
}


@pytest.mark.benchmark(group="input: 4,096 tokens, all of them held")
@pytest.mark.parametrize("holder", HOLDERS)
def test_match(benchmark: BenchmarkFixture, holder: str) -> None:
    prompt = HOLDERS[holder](random_tokens(4096))
    tree = TokenTree()
    tree.insert_tokens(prompt, WORKERS[0])
    result = benchmark(tree.match_prefix_with_counts, prompt)
    assert result.matched_token_count == 4096


@pytest.mark.benchmark(group="input: 100,000 tokens that no tree holds")
@pytest.mark.parametrize("holder", HOLDERS)
def test_read_a_prompt(benchmark: BenchmarkFixture, holder: str) -> None:
    """What reading them costs, and nothing else."""
    prompt = HOLDERS[holder](random_tokens(100_000))
    result = benchmark(TokenTree().match_prefix_with_counts, prompt)
    assert result.input_token_count == 100_000
