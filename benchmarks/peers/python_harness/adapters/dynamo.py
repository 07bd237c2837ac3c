"""Dynamo's RadixTree of block hashes; a match hashes its prompt first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from peers.python_harness.adapter import Adapter, Tokens
from peers.python_harness.router import TENANTS

if TYPE_CHECKING:
    from peers.python_harness.router import Router

_BLOCK_TOKENS = 16
_HASH_BITS = 64


@dataclass(frozen=True)
class _Prompt:
    """Tokens as the hash takes them, and the event by which an engine says that it has them."""

    tokens: list[int]
    event: bytes


def make() -> Adapter[_Prompt, dict[tuple[int, int], int]]:
    """Calls of a new tree, in which a tenant is known by its number."""
    dynamo = import_module("dynamo.llm")
    tree = dynamo.RadixTree()
    workers = {tenant: number for number, tenant in enumerate(TENANTS)}

    def prepare(tokens: Tokens) -> _Prompt:
        listed = tokens.tolist()
        return _Prompt(listed, _stored(dynamo.compute_block_hash_for_seq(listed, _BLOCK_TOKENS)))

    def insert(prompt: _Prompt, tenant: str) -> None:
        tree.apply_event(workers[tenant], prompt.event)

    def match(prompt: _Prompt) -> dict[tuple[int, int], int]:
        hashes = dynamo.compute_block_hash_for_seq(prompt.tokens, _BLOCK_TOKENS)
        scores: dict[tuple[int, int], int] = tree.find_matches(hashes).scores
        return scores

    def route(prompt: _Prompt, router: Router) -> int:
        scores = match(prompt)
        worker, _ = max(scores, key=scores.__getitem__, default=(0, 0))
        matched = _matched_tokens(scores)
        insert(prompt, router.choose(len(prompt.tokens), matched, TENANTS[worker]))
        return matched

    return Adapter(prepare, insert, match, _matched_tokens, route)


def _matched_tokens(scores: dict[tuple[int, int], int]) -> int:
    return max(scores.values(), default=0) * _BLOCK_TOKENS


def _stored(hashes: list[int]) -> bytes:
    """Each block with the hash of its tokens and one of all tokens up to its end."""
    blocks: list[dict[str, Any]] = []
    prefix = 0
    for block in hashes:
        prefix = hash((prefix, block)) % (1 << _HASH_BITS)
        blocks.append({"block_hash": prefix, "tokens_hash": block})
    event = {"event_id": 0, "data": {"stored": {"parent_hash": None, "blocks": blocks}}}
    return json.dumps(event).encode()
