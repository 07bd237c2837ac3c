"""The reference implementations' answers, one by one, through the Python API.

What the fields of tests/data/token_tree_*.jsonl mean: `tenants` are the owners of the deepest
matched node, `entries` the nodes as (prefix length, crc32 of the prefix, owners). In
paged_radix_tree.jsonl, `seq_ids` are all that share the matched tokens, sorted.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pagedradix import PagedRadixTree, PrefixMatchResult, TokenTree

DATA = Path(__file__).parents[1] / "data"
FILES = sorted(DATA.glob("token_tree_*.jsonl"))
SEQUENCES = DATA / "paged_radix_tree.jsonl"
# The reference recounts while it evicts, so its evictions cannot be compared with recounting on.
RECOUNTED = [path for path in FILES if "evict" not in path.name]

Operation = dict[str, Any]


def entries_of(tree: TokenTree) -> list[list[Any]]:
    return [
        [len(prefix), zlib.crc32(np.asarray(prefix, "<u4").tobytes()), [name for name, _ in owners]]
        for prefix, owners in tree.iter_entries()
    ]


def answer(tree: TokenTree, operation: Operation) -> PrefixMatchResult:
    tokens = operation["tokens"]
    if operation["op"] == "match_and_insert":
        return tree.match_and_insert(tokens, operation["tenant"])
    if operation["op"] == "match_and_insert_with":
        return tree.match_and_insert_with(tokens, lambda _: operation["select"])
    return tree.match_prefix_with_counts(tokens)


def check_match(result: PrefixMatchResult, operation: Operation, page_size: int) -> None:
    assert result.matched_token_count == operation["matched"]
    assert result.input_token_count == operation["input"]
    assert result.matched == (operation["matched"] > 0)
    if operation["input"] >= page_size:
        assert result.tenant in (operation["tenants"] or ["empty"])


def replay(tree: TokenTree, operation: Operation) -> None:
    match operation["op"]:
        case "insert_tokens":
            tree.insert_tokens(operation["tokens"], operation["tenant"])
        case "evict_tenant":
            tree.evict_tenant(operation["tenant"], operation["max_tokens"])
        case "check":
            tree.check_invariants()
        case _:
            check_match(answer(tree, operation), operation, tree.page_size)


def read(path: Path) -> tuple[Operation, list[Operation]]:
    with path.open() as lines:
        header, *operations = map(json.loads, lines)
    return header, operations


def test_there_are_vectors() -> None:
    assert len(FILES) == 7
    assert len(RECOUNTED) == 2


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_answer_is_the_references(path: Path) -> None:
    header, operations = read(path)
    tree = TokenTree(header["page_size"], header["policy"])
    for line, operation in enumerate(operations, start=2):
        replay(tree, operation)
        where = f"{path.name}:{line}"
        if "token_counts" in operation:
            assert tree.get_tenant_token_counts() == operation["token_counts"], where
        if "entries" in operation:
            assert entries_of(tree) == operation["entries"], where
    tree.check_invariants()


@pytest.mark.parametrize("path", RECOUNTED, ids=lambda path: path.stem)
def test_recount_hits_counts_like_the_reference(path: Path) -> None:
    header, operations = read(path)
    tree = TokenTree(header["page_size"], header["policy"], recount_hits=True)
    compared = 0
    for line, operation in enumerate(operations, start=2):
        replay(tree, operation)
        if "recounted" in operation:
            assert tree.get_tenant_token_counts() == operation["recounted"], f"{path.name}:{line}"
            assert entries_of(tree) == operation["entries"], f"{path.name}:{line}"
            compared += 1
    assert compared == 12


def follow(tree: PagedRadixTree, operation: Operation) -> None:
    """Makes the call on the tree; its answer is the reference's."""
    arguments = dict(operation)
    match arguments.pop("op"):
        case "match_prefix":
            length, seq_ids = tree.match_prefix(operation["tokens"])
            assert (length, sorted(seq_ids)) == (operation["matched"], operation["seq_ids"])
        case "get_sequence":
            assert tree.get_sequence(operation["seq_id"]).tolist() == operation["tokens"]
            assert tree.get_sequence_length(operation["seq_id"]) == operation["length"]
        case name:
            getattr(tree, name)(**arguments)


@pytest.mark.parametrize("page_size", [1, 2, 7, 64])
def test_every_answer_about_sequences_is_the_references(page_size: int) -> None:
    tree = PagedRadixTree(page_size)
    answers = 0
    with SEQUENCES.open() as lines:
        for operation in map(json.loads, lines):
            follow(tree, operation)
            answers += operation["op"] in {"match_prefix", "get_sequence"}
    assert answers == 726
    tree.check_invariants()
    for seq_id in tree:
        tree.remove_sequence(seq_id)
    assert tree.stats().pages_used == 0
