"""SGLang's modules without the package's `__init__`, which imports what needs a GPU."""

from __future__ import annotations

import sys
from array import array
from importlib import import_module
from importlib.machinery import PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peers.python_harness.adapter import Tokens

PAGE_TOKENS = 16


def sglang_module(name: str) -> Any:  # noqa: ANN401 - its stubs are not here
    """A module of `sglang.srt.mem_cache`."""
    if "sglang" not in sys.modules:
        spec = PathFinder.find_spec("sglang")
        if spec is None or spec.submodule_search_locations is None:
            raise ModuleNotFoundError(name="sglang")
        package = ModuleType("sglang")
        package.__path__ = list(spec.submodule_search_locations)
        sys.modules["sglang"] = package
    return import_module(f"sglang.srt.mem_cache.{name}")


class Keys:
    """Makes of tokens what SGLang's trees take: a key to match, and the slots of its KV cache."""

    def __init__(self) -> None:
        """Imports what it needs."""
        base = sglang_module("base_prefix_cache")
        self._key = sglang_module("radix_cache").RadixKey
        self._match, self._insert = base.MatchPrefixParams, base.InsertParams
        self._torch = import_module("torch")

    def prepare(self, tokens: Tokens) -> tuple[Any, Any]:
        """Parameters of a match and of an insert."""
        key = self._key(array("q", tokens.astype("<i8").tobytes()))
        slots = self._torch.arange(len(tokens), dtype=self._torch.int64)
        return self._match(key=key), self._insert(key=key, value=slots)
