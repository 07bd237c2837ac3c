"""Concurrent, page-aligned radix trees for cache-aware routing of LLM requests."""

from importlib.metadata import version

from pagedradix._core import (
    BatchMatchResult,
    EntryIterator,
    EvictionPolicy,
    InvalidArgumentError,
    PagedRadixError,
    PrefixMatchResult,
    SnapshotError,
    TokenTree,
    TreeStats,
)

__version__ = version("pagedradix")

__all__ = [
    "BatchMatchResult",
    "EntryIterator",
    "EvictionPolicy",
    "InvalidArgumentError",
    "PagedRadixError",
    "PrefixMatchResult",
    "SnapshotError",
    "TokenTree",
    "TreeStats",
    "__version__",
]
