"""What a call costs from Python. `pytest tests/bench --benchmark-enable` measures.

Without that option each benchmark runs once, as a test of its own answer.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest
from pagedradix import TokenTree

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_benchmark.fixture import BenchmarkFixture

WORKERS = [f"http://worker-{i}:8000" for i in range(8)]
PROMPTS = 256
LENGTH = 2048

Tokens = npt.NDArray[np.uint32]


@pytest.fixture
def prompts() -> Tokens:
    """Prompts of one length, the first half of each shared by all."""
    rng = np.random.default_rng(1)
    tokens = rng.integers(0, 150_000, (PROMPTS, LENGTH), dtype=np.uint32)
    tokens[:, : LENGTH // 2] = tokens[0, : LENGTH // 2]
    return tokens


@pytest.fixture
def tree(prompts: Tokens) -> TokenTree:
    tree = TokenTree()
    for i, tokens in enumerate(prompts):
        tree.insert_tokens(tokens, WORKERS[i % len(WORKERS)])
    return tree


@pytest.mark.benchmark(group="single")
def test_match(benchmark: BenchmarkFixture, tree: TokenTree, prompts: Tokens) -> None:
    result = benchmark(tree.match_prefix_with_counts, prompts[7])
    assert result.matched_token_count == LENGTH


@pytest.mark.benchmark(group="single")
def test_match_tenants(benchmark: BenchmarkFixture, tree: TokenTree, prompts: Tokens) -> None:
    held = benchmark(tree.match_tenants, prompts[7], WORKERS)
    assert held[WORKERS[7]] == LENGTH


@pytest.mark.benchmark(group="single")
def test_insert_again(benchmark: BenchmarkFixture, tree: TokenTree, prompts: Tokens) -> None:
    benchmark(tree.insert_tokens, prompts[7], WORKERS[7])
    assert tree.stats().splits == 1


@pytest.mark.benchmark(group="single")
def test_match_and_insert_with(
    benchmark: BenchmarkFixture, tree: TokenTree, prompts: Tokens
) -> None:
    result = benchmark(tree.match_and_insert_with, prompts[7], lambda result: result.tenant)
    assert result.matched_token_count == LENGTH


@pytest.mark.benchmark(group="batch")
@pytest.mark.parametrize("how", ["batch", "one by one"])
def test_match_many(
    benchmark: BenchmarkFixture, tree: TokenTree, prompts: Tokens, how: str
) -> None:
    offsets = np.arange(PROMPTS + 1) * LENGTH
    calls: dict[str, Callable[[], Any]] = {
        "batch": lambda: tree.match_batch(prompts.ravel(), offsets).tenants,
        "one by one": lambda: [tree.match_prefix_with_counts(tokens).tenant for tokens in prompts],
    }
    assert benchmark(calls[how]) == [WORKERS[i % len(WORKERS)] for i in range(PROMPTS)]


@pytest.mark.benchmark(group="input")
@pytest.mark.parametrize("holder", ["uint32", "int32", "int64", "list", "tuple", "range"])
def test_read_a_prompt(benchmark: BenchmarkFixture, holder: str) -> None:
    """100,000 tokens that no tree holds: what reading them costs, and nothing else."""
    tokens = np.random.default_rng(1).integers(0, 150_000, 100_000)
    prompt = {
        "list": tokens.tolist,
        "tuple": lambda: tuple(tokens.tolist()),
        "range": lambda: range(100_000),
    }.get(holder, lambda: tokens.astype(holder))()
    result = benchmark(TokenTree().match_prefix_with_counts, prompt)
    assert result.input_token_count == tokens.size


@pytest.mark.benchmark(group="threads")
@pytest.mark.parametrize("threads", [1, 2, 4])
def test_match_long_prompts_from_threads(benchmark: BenchmarkFixture, threads: int) -> None:
    """64 matches of 100,000 tokens in all, shared out to the threads."""
    tokens = np.arange(100_000, dtype=np.uint32)
    tree = TokenTree()
    tree.insert_tokens(tokens, WORKERS[0])

    def match(count: int) -> int:
        return sum(tree.match_prefix_with_counts(tokens).matched_token_count for _ in range(count))

    with ThreadPoolExecutor(threads) as pool:
        matched = benchmark(lambda: sum(pool.map(match, [64 // threads] * threads)))
    assert matched == 64 * tokens.size
