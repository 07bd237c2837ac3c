"""SGLang's RadixCache, written in Python."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from peers.python_harness.adapter import Adapter
from peers.python_harness.adapters.sglang_package import PAGE_TOKENS, Keys, sglang_module

if TYPE_CHECKING:
    from peers.python_harness.router import Router

_Prompt = tuple[Any, Any]


def make() -> Adapter[_Prompt, Any]:
    """Calls of a new cache, whose memory pool takes slots back and does nothing with them."""
    pool = SimpleNamespace(device="cpu", free_segment=lambda *_, **__: None)
    cache = sglang_module("radix_cache").RadixCache.create_simulated(
        mock_allocator=pool, page_size=PAGE_TOKENS
    )
    evict_params = sglang_module("base_prefix_cache").EvictParams

    def insert(prompt: _Prompt, _: str) -> None:
        cache.insert(prompt[1])

    def match(prompt: _Prompt) -> Any:  # noqa: ANN401 - SGLang's type
        return cache.match_prefix(prompt[0])

    def route(prompt: _Prompt, _: Router) -> int:
        matched: int = match(prompt).device_prefix_len
        insert(prompt, "")
        return matched

    return Adapter(
        prepare=Keys().prepare,
        insert=insert,
        match=match,
        matched_tokens=lambda found: found.device_prefix_len,
        route=route,
        evict=lambda _, tokens: cache.evict(evict_params(num_tokens=tokens)),
    )
