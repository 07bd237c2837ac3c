"""Trees, results and errors survive pickling; bytes that are no tree never crash."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pagedradix import (
    BatchMatchResult,
    EvictionPolicy,
    InvalidArgumentError,
    PrefixMatchResult,
    SnapshotError,
    TokenTree,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

# Arguments that a type checker would reject.
Untyped = Any

CLONES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle protocol 2": lambda value: pickle.loads(pickle.dumps(value, 2)),
    "newest pickle": lambda value: pickle.loads(pickle.dumps(value, pickle.HIGHEST_PROTOCOL)),
}


def entries(tree: TokenTree) -> list[tuple[list[int], list[tuple[str, int]]]]:
    return [(prefix.tolist(), owners) for prefix, owners in tree.iter_entries()]


def load(state: bytes) -> TokenTree:
    tree = TokenTree.__new__(TokenTree)
    tree.__setstate__(state)
    return tree


def grown(rng: random.Random, page_size: int = 2, policy: Untyped = "lru") -> TokenTree:
    """A tree with shared prefixes, several owners, evictions and a tenant without tokens."""
    tree = TokenTree(page_size, policy)
    for _ in range(100):
        tokens = [rng.choice([0, 1, 2**32 - 1]) for _ in range(rng.randrange(12) * page_size)]
        tree.match_and_insert(tokens, rng.choice("abcé"), rng.randrange(-3, 3))
    tree.evict_tenant("a", tree.tenant_token_size("a") // 2)
    tree.evict_tenant("b", 0)
    return tree


@pytest.mark.parametrize("clone", CLONES.values(), ids=CLONES)
def test_a_clone_is_equal_and_apart(
    clone: Callable[[TokenTree], TokenTree], rng: random.Random, page_size: int
) -> None:
    tree = grown(rng, page_size)
    other = clone(tree)
    other.check_invariants()
    assert other.page_size == page_size
    assert entries(other) == entries(tree)
    assert other.get_tenant_token_counts() == tree.get_tenant_token_counts()
    before = entries(tree)
    other.insert_tokens([7] * page_size, "new")
    other.evict_tenant("c", 0)
    assert entries(tree) == before


@pytest.mark.parametrize("policy", EvictionPolicy)
def test_a_clone_evicts_in_the_same_order(policy: EvictionPolicy, rng: random.Random) -> None:
    tree = grown(rng, policy=policy)
    other = copy.deepcopy(tree)
    assert other.eviction_policy is policy
    for tenant, count in tree.get_tenant_token_counts().items():
        for budget in range(count, -1, -3):
            assert other.evict_tenant(tenant, budget) == tree.evict_tenant(tenant, budget)
            assert [prefix for prefix, _ in entries(other)] == [
                prefix for prefix, _ in entries(tree)
            ]


def test_a_clone_recounts_if_its_original_did() -> None:
    tree = TokenTree(page_size=1, recount_hits=True)
    for _ in range(2):
        tree.insert_tokens([1, 2], "w")
    other = copy.copy(tree)
    assert other.recount_hits is True
    assert other.get_tenant_token_counts() == {"w": 4}


def test_an_empty_tree_can_be_cloned() -> None:
    other = pickle.loads(pickle.dumps(TokenTree(100, "filo")))
    assert (other.page_size, other.eviction_policy) == (100, EvictionPolicy.FILO)
    assert entries(other) == []


def test_a_very_deep_tree_can_be_cloned() -> None:
    tree = TokenTree(page_size=1)
    tokens = np.arange(3000, dtype=np.uint32)
    for end in range(1, tokens.size + 1):
        tree.insert_tokens(tokens[:end], "w")
    other = copy.copy(tree)
    assert other.stats().nodes == tree.stats().nodes == tokens.size
    other.check_invariants()


def test_a_subclass_stays_a_subclass() -> None:
    assert type(copy.copy(Subclass(page_size=1))) is Subclass
    assert type(pickle.loads(pickle.dumps(Subclass(page_size=1)))) is Subclass


class Subclass(TokenTree):
    pass


# --- Bytes that are no tree --------------------------------------------------------------------


def test_every_truncation_is_a_snapshot_error(rng: random.Random) -> None:
    state = grown(rng).__getstate__()
    for size in range(len(state)):
        with pytest.raises(SnapshotError):
            load(state[:size])


def test_bytes_behind_the_end_are_a_snapshot_error(rng: random.Random) -> None:
    with pytest.raises(SnapshotError):
        load(grown(rng).__getstate__() + b"\0")


@pytest.mark.parametrize("state", [b"", b"\0", b"\0" * 1000, b"\xff" * 1000, b"pickle"])
def test_other_bytes_are_a_snapshot_error(state: bytes) -> None:
    with pytest.raises(SnapshotError):
        load(state)


def test_changed_bytes_are_a_snapshot_error_or_another_sound_tree(rng: random.Random) -> None:
    state = grown(rng).__getstate__()
    changes = [(position, 1 << rng.randrange(8)) for position in range(len(state))]
    changes += [(rng.randrange(len(state)), rng.randrange(1, 256)) for _ in range(2000)]
    for position, flip in changes:
        changed = bytearray(state)
        changed[position] ^= flip
        try:
            tree = load(bytes(changed))
        except SnapshotError:
            continue
        tree.check_invariants()
        assert isinstance(tree.get_tenant_token_counts(), dict)
        assert len(entries(tree)) <= tree.stats().nodes
        tree.evict_tenant_by_size(0)


def test_a_name_that_is_no_text_is_a_snapshot_error() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1], "NAME")
    for name in (b"N\xffME", b"\xc3AME", b"\xed\xa0\x80E"):
        with pytest.raises(SnapshotError):
            load(tree.__getstate__().replace(b"NAME", name))


@pytest.mark.parametrize("state", [None, "text", 3, bytearray(b"x")])
def test_a_state_of_another_type_is_rejected(state: Untyped) -> None:
    with pytest.raises(TypeError):
        load(state)


def test_a_tree_that_was_made_cannot_be_loaded_over(rng: random.Random) -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1], "w")
    tree.__setstate__(grown(rng).__getstate__())
    assert [prefix for prefix, _ in entries(tree)] == [[1]]


# --- What is not a tree ------------------------------------------------------------------------


@pytest.mark.parametrize("clone", CLONES.values(), ids=CLONES)
@pytest.mark.parametrize(
    "value", [*EvictionPolicy, PrefixMatchResult("w", 16, 20), PrefixMatchResult()]
)
def test_values_can_be_cloned(clone: Callable[[Any], Any], value: object) -> None:
    assert clone(value) == value


def test_a_batch_result_can_be_pickled() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1], "w")
    result = pickle.loads(pickle.dumps(tree.match_batch([1, 2], [0, 1, 2])))
    assert isinstance(result, BatchMatchResult)
    assert result.tenants == ["w", "empty"]
    assert result.matched_token_counts.tolist() == [1, 0]


def test_errors_can_be_pickled() -> None:
    for error in (InvalidArgumentError("why"), SnapshotError("why")):
        other = pickle.loads(pickle.dumps(error))
        assert type(other) is type(error)
        assert str(other) == "why"
