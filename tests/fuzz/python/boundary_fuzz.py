"""The boundary to Python: any stream of calls of a class, with arguments of every kind.

Each call gives the answer of the naive reference, or raises what one of its arguments deserves and
changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fuzz_bytes import FuzzBytes
from paged_tree_steps import PagedTreeSteps
from prefix_cache_steps import PrefixCacheSteps
from token_tree_steps import TokenTreeSteps

if TYPE_CHECKING:
    from collections.abc import Callable

    from steps import Steps


STEPS: tuple[Callable[[FuzzBytes], Steps], ...] = (
    TokenTreeSteps,
    PagedTreeSteps,
    PrefixCacheSteps,
)


def run_input(data: bytes) -> None:
    """Runs one input; whatever is wrong is an exception."""
    source = FuzzBytes(data)
    steps = source.pick(*STEPS)(source)
    while not source.empty():
        steps.step()
    steps.compare()
