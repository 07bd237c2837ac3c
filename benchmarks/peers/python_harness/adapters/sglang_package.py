"""SGLang's modules without the package's `__init__`, which imports what needs a GPU."""

from __future__ import annotations

import sys
from array import array
from importlib import import_module
from importlib.machinery import PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any

from peers.python_harness.adapter import Adapter

if TYPE_CHECKING:
    from collections.abc import Callable

    from peers.python_harness.adapter import Tokens
    from peers.python_harness.router import Router

PAGE_TOKENS = 16

Prompt = tuple[Any, Any]


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

    def prepare(self, tokens: Tokens) -> Prompt:
        """Parameters of a match and of an insert."""
        key = self._key(array("q", tokens.astype("<i8").tobytes()))
        slots = self._torch.arange(len(tokens), dtype=self._torch.int64)
        return self._match(key=key), self._insert(key=key, value=slots)


def adapter_of(
    tree: Any,  # noqa: ANN401 - SGLang's type
    insert: Callable[[Prompt, str], None],
    evict: Callable[[str, int], object] | None = None,
) -> Adapter[Prompt, Any]:
    """Calls of one of its trees, which match alike and have no tenants to route to."""

    def match(prompt: Prompt) -> Any:  # noqa: ANN401 - SGLang's type
        return tree.match_prefix(prompt[0])

    def route(prompt: Prompt, _: Router) -> int:
        matched: int = match(prompt).device_prefix_len
        insert(prompt, "")
        return matched

    return Adapter(
        prepare=Keys().prepare,
        insert=insert,
        match=match,
        matched_tokens=lambda found: found.device_prefix_len,
        route=route,
        evict=evict,
    )
