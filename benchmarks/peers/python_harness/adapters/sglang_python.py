"""SGLang's RadixCache, written in Python."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from peers.python_harness.adapters.sglang_package import (
    PAGE_TOKENS,
    Prompt,
    adapter_of,
    sglang_module,
)

if TYPE_CHECKING:
    from peers.python_harness.adapter import Adapter


def make() -> Adapter[Prompt, Any]:
    """Calls of a new cache, whose memory pool takes slots back and does nothing with them."""
    pool = SimpleNamespace(device="cpu", free_segment=lambda *_, **__: None)
    cache = sglang_module("radix_cache").RadixCache.create_simulated(
        mock_allocator=pool, page_size=PAGE_TOKENS
    )
    evict_params = sglang_module("base_prefix_cache").EvictParams

    def insert(prompt: Prompt, _: str) -> None:
        cache.insert(prompt[1])

    return adapter_of(cache, insert, lambda _, tokens: cache.evict(evict_params(num_tokens=tokens)))
