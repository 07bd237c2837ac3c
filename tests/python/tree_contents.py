"""What a tree holds, as lists and names that tests can compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pagedradix import TokenTree


# Arguments that a type checker would reject.
Untyped = Any


def prompt(first: int, count: int = 4) -> list[int]:
    """A prompt that shares nothing with one of another `first`."""
    return [first * 1000 + i for i in range(count)]


def entries(tree: TokenTree) -> list[tuple[list[int], list[str]]]:
    return [
        (prefix.tolist(), [name for name, _ in owners]) for prefix, owners in tree.iter_entries()
    ]


def matched(tree: TokenTree, tokens: list[int]) -> int:
    """How much anybody holds, without a touch."""
    return max(tree.match_tenants(tokens).values(), default=0)


def stored(tree: TokenTree) -> list[list[int]]:
    return [prefix.tolist() for prefix, _ in tree.iter_entries()]
