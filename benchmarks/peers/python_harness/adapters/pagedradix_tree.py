"""pagedradix's TokenTree; prompts are NumPy arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pagedradix import PrefixMatchResult, TokenTree

from peers.python_harness.adapter import Adapter, Tokens

if TYPE_CHECKING:
    from peers.python_harness.router import Router


def make() -> Adapter[Tokens, PrefixMatchResult]:
    """Calls of a new tree."""
    tree = TokenTree()

    def route(tokens: Tokens, router: Router) -> int:
        def select(found: PrefixMatchResult) -> str:
            return router.choose(found.input_token_count, found.matched_token_count, found.tenant)

        return tree.match_and_insert_with(tokens, select).matched_token_count

    return Adapter(
        prepare=lambda tokens: tokens,
        insert=tree.insert_tokens,
        match=tree.match_prefix_with_counts,
        matched_tokens=lambda found: found.matched_token_count,
        route=route,
        evict=lambda tenant, tokens: tree.evict_tenant(
            tenant, tree.tenant_token_size(tenant) - tokens
        ),
    )
