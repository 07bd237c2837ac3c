"""The prefix tree of Ray Serve LLM; a prompt is text, one character a token."""

from __future__ import annotations

from importlib import import_module
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from peers.python_harness.adapter import Adapter, Tokens
from peers.python_harness.router import TENANTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from peers.python_harness.router import Router

_MODULE = "ray.llm._internal.serve.routing_policies.prefix_aware.prefix_tree"
_Answer = tuple[str, list[str] | None]

# All of this plane and the next ones are characters; before it there are surrogates.
_FIRST_CHARACTER = 0x10000


def make() -> Adapter[str, _Answer]:
    """Calls of a new tree that knows all tenants."""
    tree = import_module(_MODULE).PrefixTree()
    clock = count(1)
    tree.add_tenants(TENANTS, 0)

    def insert(text: str, tenant: str) -> None:
        tree.insert(text, tenant, next(clock))

    def route(text: str, router: Router) -> int:
        matched, holders = tree.prefix_match(text)
        insert(text, router.choose(len(text), len(matched), (holders or TENANTS)[0]))
        return len(matched)

    return Adapter(
        _as_text, insert, tree.prefix_match, _matched_tokens, route, tree.evict_tenant_by_lru
    )


def _as_text(tokens: Tokens) -> str:
    characters: NDArray[np.uint32] = tokens + np.uint32(_FIRST_CHARACTER)
    return characters.tobytes().decode("utf-32-le")


def _matched_tokens(answer: _Answer) -> int:
    return len(answer[0])
