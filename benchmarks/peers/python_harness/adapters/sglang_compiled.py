"""SGLang's compiled tree core, behind the adapter that its cache calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peers.python_harness.adapter import Adapter
from peers.python_harness.adapters.sglang_package import PAGE_TOKENS, Keys, sglang_module

if TYPE_CHECKING:
    from peers.python_harness.router import Router

_Prompt = tuple[Any, Any]


def make() -> Adapter[_Prompt, Any]:
    """Calls of a new core; evicting is a dialogue with the cache's owner, and left out."""
    params = sglang_module("cache_init_params").CacheInitParams(
        disable=False,
        req_to_token_pool=None,
        token_to_kv_pool_allocator=None,
        page_size=PAGE_TOKENS,
        tree_components=(sglang_module("unified_cache.component_type").ComponentType.FULL,),
    )
    core = sglang_module("rust_tree_core.adapter").RustUnifiedTreeCore(params)

    def insert(prompt: _Prompt, _: str) -> None:
        step = core.begin_insert(prompt[1])
        while step.result is None:
            step = core.resume_insert()
        core.end_insert()

    def match(prompt: _Prompt) -> Any:  # noqa: ANN401 - SGLang's type
        return core.match_prefix(prompt[0])

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
    )
