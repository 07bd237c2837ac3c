"""What a harness calls of a tree, whoever made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

    from peers.python_harness.router import Router

Tokens = NDArray[np.uint32]
Prompt = TypeVar("Prompt")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Adapter(Generic[Prompt, Answer]):
    """Functions, not methods: what can be the peer's own is called without anything between."""

    prepare: Callable[[Tokens], Prompt]
    """A prompt in the form that the peer takes; not measured."""
    insert: Callable[[Prompt, str], object]
    match: Callable[[Prompt], Answer]
    matched_tokens: Callable[[Answer], int]
    """Of a match; not measured where matches are."""
    route: Callable[[Prompt, Router], int]
    """Matches, lets the router choose, inserts, and returns the tokens matched."""
    evict: Callable[[str, int], object] | None = None
    """Takes about so many tokens from a tenant."""
