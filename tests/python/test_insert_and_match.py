"""What a match finds of what was inserted: the best owner, or what each of them holds."""

from __future__ import annotations

import pytest
from pagedradix import InvalidArgumentError, PrefixMatchResult, TokenTree
from tree_contents import Untyped, matched, prompt


def test_a_match_finds_the_longest_owned_prefix(page_size: int) -> None:
    tree = TokenTree(page_size)
    held = list(range(3 * page_size))
    tree.insert_tokens(held, "w")
    result = tree.match_prefix_with_counts(
        [*held[: 2 * page_size], *range(10**6, 10**6 + page_size)]
    )
    assert result == PrefixMatchResult("w", 2 * page_size, 3 * page_size)
    assert result.matched
    assert result.hit_ratio == 2 / 3
    tree.check_invariants()


def test_a_prompt_is_cut_down_to_whole_pages(page_size: int) -> None:
    tree = TokenTree(page_size)
    tokens = list(range(3 * page_size - 1))
    tree.insert_tokens(tokens, "w")
    aligned = len(tokens) // page_size * page_size
    assert tree.tenant_token_size("w") == aligned
    result = tree.match_prefix_with_counts(tokens)
    assert result.matched_token_count == aligned
    assert result.input_token_count == len(tokens)


def test_a_prompt_shorter_than_a_page_inserts_nothing_and_names_a_known_tenant() -> None:
    tree = TokenTree(page_size=4)
    tree.insert_tokens([1, 2, 3], "w")
    assert tree.get_tenant_token_counts() == {}
    assert tree.match_prefix_with_counts([1]).tenant == "empty"
    tree.insert_tokens([1, 2, 3, 4], "w")
    assert tree.match_prefix_with_counts([1, 2, 3]) == PrefixMatchResult("w", 0, 3)


def test_a_match_of_nothing_says_empty() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1], "w")
    result = tree.match_prefix_with_counts([2])
    assert result == PrefixMatchResult("empty", 0, 1)
    assert not result.matched
    assert result.hit_ratio == 0.0


def test_a_match_names_the_owner_that_touched_the_prefix_last() -> None:
    tree = TokenTree(page_size=1)
    for tenant in ("a", "b", "a", "c"):
        tree.insert_tokens([1, 2], tenant)
        assert tree.match_prefix_with_counts([1, 2]).tenant == tenant


def test_match_and_insert_answers_for_the_tree_before_the_insert() -> None:
    tree = TokenTree(page_size=1)
    assert tree.match_and_insert([1, 2], "a") == PrefixMatchResult("empty", 0, 2)
    assert tree.match_and_insert([1, 2, 3], "b") == PrefixMatchResult("a", 2, 3)
    assert tree.match_tenants([1, 2, 3]) == {"a": 2, "b": 3}


def test_the_legacy_match_is_a_pair() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1, 2], "w")
    assert tree.prefix_match_legacy([1, 2, 3]) == (2, "w")
    assert tree.prefix_match_legacy([3]) == (0, "empty")


def test_extreme_tokens_are_tokens() -> None:
    tree = TokenTree(page_size=2)
    tree.insert_tokens([2**32 - 1, 0], "w")
    assert tree.match_prefix_with_counts([2**32 - 1, 0]).matched
    assert not tree.match_prefix_with_counts([2**32 - 1, 1]).matched


# --- Per-tenant answers --------------------------------------------------------------------------


def test_match_tenants_tells_what_each_owner_holds() -> None:
    tree = TokenTree(page_size=2)
    tree.insert_tokens([1, 2, 3, 4, 5, 6], "a")
    tree.insert_tokens([1, 2, 3, 4], "b")
    tree.insert_tokens([9, 9], "c")
    assert tree.match_tenants([1, 2, 3, 4, 5, 6, 7]) == {"a": 6, "b": 4}
    assert tree.match_tenants([1, 2, 9, 9]) == {"a": 2, "b": 2}
    assert tree.match_tenants([1]) == {}


def test_match_tenants_with_candidates_has_every_candidate() -> None:
    tree = TokenTree(page_size=2)
    tree.insert_tokens([1, 2, 3, 4], "a")
    tree.insert_tokens([1, 2], "b")
    held = tree.match_tenants([1, 2, 3, 4], iter(["c", "b", "b"]))
    assert held == {"c": 0, "b": 2}
    assert list(held) == ["c", "b"]
    assert tree.match_tenants([1], ["a"]) == {"a": 0}
    assert tree.match_tenants([1, 2], []) == {}


def test_match_tenants_touches_nothing() -> None:
    tree = TokenTree(page_size=1)
    for first in (1, 2):
        tree.insert_tokens(prompt(first), "w")
    before = tree.stats().matches
    tree.match_tenants(prompt(1))
    tree.match_tenants(prompt(1), ["w"])
    assert tree.stats().matches == before
    tree.evict_tenant("w", 4)
    assert matched(tree, prompt(1)) == 0


@pytest.mark.parametrize("candidates", ["w", 3, [3], ["w", None], [b"w"]])
def test_candidates_must_be_names(candidates: Untyped) -> None:
    with pytest.raises(TypeError):
        TokenTree().match_tenants([1], candidates)
    with pytest.raises(InvalidArgumentError):
        TokenTree().match_tenants([1], ["\ud800"])
