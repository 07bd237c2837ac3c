"""What prompts come in: elements, sequences and tensors of all kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pagedradix import TokenTree
from tree_contents import Untyped, stored

if TYPE_CHECKING:
    from collections.abc import Callable


SMALL = [7, 0, 99, 3, 3, 127, 64, 1]


EXTREME = [0, 1, 2**30 - 1, 2**30, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]


def inserted(tokens: Untyped) -> list[int]:
    """The tokens that the tree holds after it was given `tokens`."""
    tree = TokenTree(page_size=1)
    tree.insert_tokens(tokens, "w")
    tree.check_invariants()
    (prefix,) = stored(tree)
    return prefix


class Token:
    """Anything with __index__ is an integer."""

    def __init__(self, value: int, before: Callable[[], object] = lambda: None) -> None:
        self.value = value
        self.before = before

    def __index__(self) -> int:
        self.before()
        return self.value


class Tensor:
    """Nothing but DLPack, as PyTorch's tensors: version 1 where the consumer asks for it."""

    def __init__(self, values: np.ndarray[Any, Any]) -> None:
        self.values = values

    def __dlpack__(self, **options: Untyped) -> object:
        return self.values.__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)


class OldTensor(Tensor):
    """A producer from before DLPack had versions."""

    def __dlpack__(self) -> object:  # type: ignore[override]
        return self.values.__dlpack__()


def check_empty_prompt(make: Callable[[], Untyped]) -> None:
    """An empty prompt, made anew for each call, matches and inserts nothing."""
    tree = TokenTree(page_size=1)
    tree.insert_tokens(make(), "w")
    result = tree.match_and_insert(make(), "w")
    assert (result.matched_token_count, result.input_token_count, result.hit_ratio) == (0, 0, 0.0)
    assert stored(tree) == []


def check_long_prompt(make: Callable[[np.ndarray[Any, Any]], Untyped], page_size: int) -> None:
    """A million tokens, as `make` holds them, are inserted and found again."""
    values = np.arange(1_000_000, dtype=np.uint32)
    tree = TokenTree(page_size)
    tree.insert_tokens(make(values), "w")
    assert (
        tree.match_prefix_with_counts(values).matched_token_count
        == 1_000_000 // page_size * page_size
    )
    ((prefix, _),) = tree.iter_entries()
    assert np.array_equal(prefix, values[: prefix.size])
