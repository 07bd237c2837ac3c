"""SGLang's compiled tree core, behind the adapter that its cache calls."""

from __future__ import annotations

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
    """Calls of a new core; evicting is a dialogue with the cache's owner, and left out."""
    params = sglang_module("cache_init_params").CacheInitParams(
        disable=False,
        req_to_token_pool=None,
        token_to_kv_pool_allocator=None,
        page_size=PAGE_TOKENS,
        tree_components=(sglang_module("unified_cache.component_type").ComponentType.FULL,),
    )
    core = sglang_module("rust_tree_core.adapter").RustUnifiedTreeCore(params)

    def insert(prompt: Prompt, _: str) -> None:
        step = core.begin_insert(prompt[1])
        while step.result is None:
            step = core.resume_insert()
        core.end_insert()

    return adapter_of(core, insert)
