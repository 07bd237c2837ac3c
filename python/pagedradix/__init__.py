"""Concurrent, page-aligned radix trees for cache-aware routing of LLM requests."""

from importlib.metadata import version

__version__ = version("pagedradix")

__all__ = ["__version__"]
