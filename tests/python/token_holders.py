"""What prompts come in: elements, sequences and tensors of all kinds."""

from __future__ import annotations

import array
import collections
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


class Sequence:
    """The old protocol: __getitem__ until IndexError."""

    def __init__(self, tokens: list[int]) -> None:
        self.tokens = tokens

    def __getitem__(self, index: int) -> int:
        return self.tokens[index]


def interleaved(dtype: str) -> Callable[[list[int]], object]:
    """Every third element of an array."""
    return lambda tokens: np.repeat(np.array(tokens, dtype), 3)[1::3]


def unaligned(tokens: list[int]) -> object:
    return np.frombuffer(b"x" + np.array(tokens, np.uint32).tobytes(), np.uint32, offset=1)


def frozen(tokens: list[int]) -> np.ndarray[Any, Any]:
    values = np.array(tokens, np.uint32)
    values.flags.writeable = False
    return values


BUFFERS: dict[str, Callable[[list[int]], object]] = {
    "object array": lambda tokens: np.array(tokens, object),
    "read-only array": frozen,
    "unaligned array": unaligned,
    "reversed array": lambda tokens: np.array(tokens[::-1], np.uint32)[::-1],
    "interleaved uint32": interleaved("u4"),
    "interleaved int64": interleaved("i8"),
    "column": lambda tokens: np.array([tokens, tokens], np.uint32).T[:, 0],
    "big-endian uint32": lambda tokens: np.array(tokens, ">u4"),
    "little-endian int64": lambda tokens: np.array(tokens, "<i8"),
    "big-endian int64": lambda tokens: np.array(tokens, ">i8"),
    "array of unsigned": lambda tokens: array.array("I", tokens),
    "array of long long": lambda tokens: array.array("q", tokens),
    "memoryview": lambda tokens: memoryview(array.array("I", tokens)),
    "memoryview slice": lambda tokens: memoryview(array.array("Q", [*tokens, *tokens]))[
        : len(tokens)
    ],
    "tensor of uint32": lambda tokens: Tensor(np.array(tokens, np.uint32)),
    "tensor of int64": lambda tokens: Tensor(np.array(tokens, np.int64)),
    "read-only tensor": lambda tokens: Tensor(frozen(tokens)),
    "interleaved tensor": lambda tokens: Tensor(np.repeat(np.array(tokens, np.uint32), 3)[1::3]),
    "old tensor": lambda tokens: OldTensor(np.array(tokens, np.int64)),
}


SEQUENCES: dict[str, Callable[[list[int]], object]] = {
    "list": list,
    "tuple": tuple,
    "deque": collections.deque,
    "iterator": iter,
    "generator": lambda tokens: (token for token in tokens),
    "old sequence": Sequence,
    "list of NumPy integers": lambda tokens: [np.int64(token) for token in tokens],
    "list of objects with __index__": lambda tokens: [Token(token) for token in tokens],
    "list of one-element arrays": lambda tokens: [np.array(token) for token in tokens],
}


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
