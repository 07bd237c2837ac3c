"""Where benchmarks of the Python API are saved, and what they have in common."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bench_workload import LENGTH, PROMPTS, WORKERS, Tokens
from pagedradix import TokenTree
from pytest_benchmark.utils import get_machine_id

BASELINE = "baseline"


def pytest_configure(config: pytest.Config) -> None:
    """With --benchmark-enable: saves the first run as the baseline, compares later ones with it.

    `--benchmark-save=baseline` makes a new one; any option about saving or comparing is obeyed.
    """
    option = config.option
    if not option.benchmark_enable or option.benchmark_json:
        return
    if option.benchmark_save or option.benchmark_autosave or option.benchmark_compare:
        return
    saved = sorted(Path(".benchmarks", get_machine_id()).glob(f"*_{BASELINE}.json"))
    if saved:
        option.benchmark_compare = saved[-1].stem
    else:
        option.benchmark_save = BASELINE


@pytest.fixture
def prompts() -> Tokens:
    """Prompts of one length, the first half of each shared by all."""
    rng = np.random.default_rng(1)
    tokens = rng.integers(0, 150_000, (PROMPTS, LENGTH), dtype=np.uint32)
    tokens[:, : LENGTH // 2] = tokens[0, : LENGTH // 2]
    return tokens


@pytest.fixture
def tree(prompts: Tokens) -> TokenTree:
    """A tree that holds them, for each tenant in turn."""
    tree = TokenTree()
    for i, tokens in enumerate(prompts):
        tree.insert_tokens(tokens, WORKERS[i % len(WORKERS)])
    return tree
