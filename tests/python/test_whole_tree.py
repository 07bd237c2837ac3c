"""Calls that concern the whole tree: its entries, clear, reserve and stats."""

from __future__ import annotations

import numpy as np
import pytest
from pagedradix import TokenTree
from tree_contents import entries


def test_entries_come_in_order_with_the_whole_prefix_and_its_owners() -> None:
    tree = TokenTree(page_size=2)
    tree.insert_tokens([5, 6, 7, 8], "b")
    tree.insert_tokens([5, 6, 1, 1], "a")
    tree.insert_tokens([2**32 - 1, 0], "c")
    tree.insert_tokens([0, 2**32 - 1], "c")
    assert entries(tree) == [
        ([0, 2**32 - 1], ["c"]),
        ([5, 6], ["a", "b"]),
        ([5, 6, 1, 1], ["a"]),
        ([5, 6, 7, 8], ["b"]),
        ([2**32 - 1, 0], ["c"]),
    ]


def test_an_entry_is_an_array_and_a_list_of_its_own() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1, 2], "w")
    (prefix, owners) = next(tree.iter_entries())
    assert isinstance(prefix, np.ndarray)
    assert prefix.dtype == np.uint32
    assert isinstance(owners, list)
    ((name, last_access),) = owners
    assert name == "w"
    assert isinstance(last_access, int)
    prefix[:] = 7
    assert entries(tree) == [([1, 2], ["w"])]


def test_last_access_grows_with_each_touch() -> None:
    tree = TokenTree(page_size=1)
    ticks = []
    for _ in range(3):
        tree.match_and_insert([1], "w")
        ((_, ((_, tick),)),) = tree.iter_entries()
        ticks.append(tick)
    assert ticks == sorted(set(ticks))


def test_an_iterator_is_lazy_survives_changes_and_stays_at_its_end() -> None:
    tree = TokenTree(page_size=1)
    for token in (1, 3, 5):
        tree.insert_tokens([token], "w")
    walk = tree.iter_entries()
    assert iter(walk) is walk
    assert next(walk)[0].tolist() == [1]
    tree.clear()
    assert list(walk) == []
    assert list(walk) == []
    assert entries(tree) == []


def test_an_iterator_keeps_the_tree_alive() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1], "w")
    walk = tree.iter_entries()
    del tree
    assert [prefix.tolist() for prefix, _ in walk] == [[1]]


def test_clear_forgets_everything() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1], "w")
    tree.clear()
    assert entries(tree) == []
    assert tree.get_tenant_token_counts() == {}
    assert tree.stats().inserts == 0
    assert not tree.match_prefix_with_counts([1]).matched
    tree.check_invariants()


def test_reserve_takes_memory_ahead_of_use() -> None:
    tree = TokenTree()
    before = tree.stats().reserved_bytes
    tree.reserve(1_000_000)
    assert tree.stats().reserved_bytes >= before + 4_000_000
    tree.check_invariants()


def test_reserving_more_than_there_is_is_a_memory_error() -> None:
    tree = TokenTree(page_size=1)
    with pytest.raises(MemoryError):
        tree.reserve(2**60)
    tree.insert_tokens([1], "w")
    assert entries(tree) == [([1], ["w"])]


def test_stats_tell_what_happened() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1, 2, 3], "a")
    tree.insert_tokens([1, 2, 4], "b")
    tree.match_prefix_with_counts([1, 2])
    tree.match_prefix_with_counts([7])
    tree.evict_tenant("a", 2)
    stats = tree.stats()
    assert (stats.nodes, stats.tokens, stats.tenants) == (2, 3, 2)
    assert (stats.matches, stats.hits, stats.matched_tokens) == (2, 1, 2)
    assert (stats.inserts, stats.splits) == (2, 1)
    assert (stats.evicted_tokens, stats.evicted_nodes) == (1, 1)
    assert stats.memory_bytes >= 4 * stats.tokens
    assert stats.reserved_bytes >= stats.memory_bytes
    assert stats.limbo_objects == 0  # No other thread is inside.
