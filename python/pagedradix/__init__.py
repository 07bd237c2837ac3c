"""Concurrent, page-aligned radix trees for cache-aware routing of LLM requests."""

from importlib.metadata import version

from pagedradix._core import (
    BatchMatchResult,
    CapacityError,
    EntryIterator,
    EvictionPolicy,
    InvalidArgumentError,
    PagedRadixError,
    PagedRadixTree,
    PagedTreeStats,
    PrefixCache,
    PrefixCacheMatchedResult,
    PrefixCacheMode,
    PrefixMatchResult,
    SequenceError,
    SnapshotError,
    TokenTree,
    TreeStats,
)

__version__ = version("pagedradix")

__all__ = [
    "BatchMatchResult",
    "CapacityError",
    "EntryIterator",
    "EvictionPolicy",
    "InvalidArgumentError",
    "PagedRadixError",
    "PagedRadixTree",
    "PagedTreeStats",
    "PrefixCache",
    "PrefixCacheMatchedResult",
    "PrefixCacheMode",
    "PrefixMatchResult",
    "SequenceError",
    "SnapshotError",
    "TokenTree",
    "TreeStats",
    "__version__",
]
