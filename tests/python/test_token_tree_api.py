"""What each method of TokenTree promises."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pagedradix
import pytest
from pagedradix import (
    EntryIterator,
    EvictionPolicy,
    InvalidArgumentError,
    PagedRadixError,
    PrefixMatchResult,
    SnapshotError,
    TokenTree,
    TreeStats,
)

if TYPE_CHECKING:
    from collections.abc import Callable

# Arguments that a type checker would reject.
Untyped = Any

POLICIES = ["lru", "lfu", "fifo", "mru", "filo", "priority"]


def prompt(first: int, count: int = 4) -> list[int]:
    """A prompt that shares nothing with one of another `first`."""
    return [first * 1000 + i for i in range(count)]


def entries(tree: TokenTree) -> list[tuple[list[int], list[str]]]:
    return [
        (prefix.tolist(), [name for name, _ in owners]) for prefix, owners in tree.iter_entries()
    ]


def matched(tree: TokenTree, tokens: list[int]) -> int:
    """How much anybody holds, without a touch."""
    return max(tree.match_tenants(tokens).values(), default=0)


# --- Construction ------------------------------------------------------------------------------


def test_a_tree_is_lru_with_pages_of_16_unless_told_otherwise() -> None:
    tree = TokenTree()
    assert tree.page_size == 16
    assert tree.eviction_policy is EvictionPolicy.LRU
    assert tree.recount_hits is False


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_is_an_enum_member_or_its_lower_case_name(name: str) -> None:
    member = EvictionPolicy[name.upper()]
    by_name: Any = name
    assert TokenTree(policy=by_name).eviction_policy is member
    assert TokenTree(policy=member).eviction_policy is member


def test_the_enum_lists_every_policy() -> None:
    assert [policy.name.lower() for policy in EvictionPolicy] == POLICIES


@pytest.mark.parametrize("page_size", [0, -1, 2**31 + 1, 2**64])
def test_a_page_has_from_1_to_2_to_the_31_tokens(page_size: int) -> None:
    with pytest.raises(InvalidArgumentError, match="page_size"):
        TokenTree(page_size)
    assert TokenTree(2**31).page_size == 2**31


@pytest.mark.parametrize("page_size", [16.0, True, "16", None])
def test_a_page_size_is_an_int(page_size: Untyped) -> None:
    with pytest.raises(TypeError, match="page_size must be an int"):
        TokenTree(page_size)


@pytest.mark.parametrize("policy", ["LRU", "", "random", "lru\0", "\udc80"])
def test_an_unknown_policy_is_rejected(policy: Untyped) -> None:
    with pytest.raises(InvalidArgumentError, match="policy"):
        TokenTree(policy=policy)


@pytest.mark.parametrize("policy", [0, None, b"lru"])
def test_a_policy_of_another_type_is_rejected(policy: Untyped) -> None:
    with pytest.raises(TypeError, match="policy must be an EvictionPolicy or its name"):
        TokenTree(policy=policy)


def test_properties_are_read_only() -> None:
    tree: Any = TokenTree()
    for name in ("page_size", "eviction_policy", "recount_hits"):
        with pytest.raises(AttributeError):
            setattr(tree, name, getattr(tree, name))


def test_a_subclass_must_call_init() -> None:
    class Forgetful(TokenTree):
        def __init__(self) -> None:
            pass

    with pytest.raises(TypeError, match="__init__"):
        Forgetful()


def test_a_second_init_changes_nothing() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1], "w")
    tree.__init__(page_size=8)  # type: ignore[misc]
    assert tree.page_size == 1
    assert entries(tree) == [([1], ["w"])]


UNMADE: list[tuple[Any, Callable[[Any], object]]] = [
    (TokenTree, lambda tree: tree.page_size),
    (TokenTree, lambda tree: tree.insert_tokens([1], "w")),
    (TokenTree, repr),
    (PrefixMatchResult, lambda result: result.tenant),
    (PrefixMatchResult, hash),
    (TreeStats, lambda stats: stats.nodes),
    (EntryIterator, next),
]


@pytest.mark.parametrize(("cls", "use"), UNMADE)
def test_an_object_whose_init_never_ran_is_refused(
    cls: Untyped, use: Callable[[Any], object]
) -> None:
    with pytest.raises(TypeError, match="__init__"):
        use(cls.__new__(cls))


@pytest.mark.parametrize("cls", [EntryIterator, TreeStats])
def test_what_only_a_tree_can_make_has_no_constructor(cls: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match="No constructor"):
        cls()


def test_exceptions_are_value_errors_with_a_base_of_their_own() -> None:
    for error in (InvalidArgumentError, SnapshotError):
        assert issubclass(error, PagedRadixError)
        assert issubclass(error, ValueError)
        assert error.__module__ == "pagedradix"
    assert not issubclass(PagedRadixError, ValueError)


# --- Insert and match --------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    "tenant", ["http://10.0.0.1:8000", "a\0b", "wörker-é-\U0001f600", "x" * 5000, " "]
)
def test_a_tenant_may_be_any_string(tenant: str) -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1], tenant)
    assert tree.match_prefix_with_counts([1]).tenant == tenant
    assert tree.get_tenant_token_counts() == {tenant: 1}
    assert tree.tenant_token_size(tenant) == 1
    assert tree.match_tenants([1], [tenant]) == {tenant: 1}


INSERTS: list[Callable[[TokenTree, Any], object]] = [
    lambda tree, tenant: tree.insert_tokens([1], tenant),
    lambda tree, tenant: tree.match_and_insert([1], tenant),
    lambda tree, tenant: tree.match_and_insert_with([1], lambda _: tenant),
    lambda tree, tenant: tree.insert_batch([1], [0, 1], tenant),
    lambda tree, tenant: tree.insert_batch([1, 2], [0, 1, 2], ["w", tenant]),
]


@pytest.mark.parametrize("insert", INSERTS)
@pytest.mark.parametrize(
    ("tenant", "message"),
    [("", "must not be an empty"), ("empty", "stands for nobody"), ("a\udc80", "lone surrogate")],
)
def test_a_name_that_cannot_be_a_tenant_is_rejected(
    insert: Callable[[TokenTree, Any], object], tenant: str, message: str
) -> None:
    tree = TokenTree(page_size=1)
    with pytest.raises(InvalidArgumentError, match=message):
        insert(tree, tenant)
    assert entries(tree) == []


@pytest.mark.parametrize("insert", INSERTS)
@pytest.mark.parametrize("tenant", [3, b"w", 1.0])
def test_a_tenant_of_another_type_is_rejected(
    insert: Callable[[TokenTree, Any], object], tenant: object
) -> None:
    tree = TokenTree(page_size=1)
    with pytest.raises(TypeError):
        insert(tree, tenant)
    assert entries(tree) == []


@pytest.mark.parametrize("name", ["", "empty", "nobody"])
def test_looking_up_a_name_that_nobody_has_finds_nothing(name: str) -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1], "w")
    assert tree.tenant_token_size(name) == 0
    assert tree.match_tenants([1], [name]) == {name: 0}
    assert tree.evict_tenant(name, 0) == 0
    assert tree.remove_tenant(name) is False
    assert entries(tree) == [([1], ["w"])]


@pytest.mark.parametrize("tenant", [None, 3, b"w"])
def test_looking_up_something_that_is_no_name_is_an_error(tenant: Untyped) -> None:
    tree = TokenTree()
    for call in (
        tree.tenant_token_size,
        tree.remove_tenant,
        lambda name: tree.evict_tenant(name, 0),
    ):
        with pytest.raises(TypeError, match="tenant must be a str"):
            call(tenant)


# --- Priority ----------------------------------------------------------------------------------

WITH_PRIORITY: list[Callable[[TokenTree, Any], object]] = [
    lambda tree, priority: tree.insert_tokens([1], "w", priority),
    lambda tree, priority: tree.match_and_insert([1], "w", priority=priority),
    lambda tree, priority: tree.match_and_insert_with([1], lambda _: "w", priority),
    lambda tree, priority: tree.insert_batch([1], [0, 1], "w", priority=priority),
]


@pytest.mark.parametrize("insert", WITH_PRIORITY)
def test_a_priority_is_an_int32(insert: Callable[[TokenTree, Any], object]) -> None:
    tree = TokenTree(page_size=1)
    for priority in (2**31, -(2**31) - 1, 2**80):
        with pytest.raises(InvalidArgumentError, match=r"outside -2147483648 \.\. 2147483647"):
            insert(tree, priority)
    for other in (1.0, True, "1", None):
        with pytest.raises(TypeError, match="priority must be an int"):
            insert(tree, other)
    assert entries(tree) == []
    for priority in (2**31 - 1, -(2**31), np.int64(3)):
        insert(tree, priority)
    assert entries(tree) == [([1], ["w"])]


@pytest.mark.parametrize("insert", WITH_PRIORITY)
def test_every_insert_can_raise_a_priority(insert: Callable[[TokenTree, Any], object]) -> None:
    tree = TokenTree(page_size=1, policy="priority")
    insert(tree, 7)
    tree.insert_tokens([2], "w", priority=3)
    assert tree.evict_tenant("w", 1) == 1
    assert entries(tree) == [([1], ["w"])]


# --- select ------------------------------------------------------------------------------------


def test_select_is_asked_once_and_its_tenant_owns_the_prompt() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1, 2], "a")
    asked = []

    def select(result: PrefixMatchResult) -> str:
        asked.append(result)
        return "b"

    result = tree.match_and_insert_with([1, 2, 3], select)
    assert result == PrefixMatchResult("a", 2, 3)
    assert asked == [result]
    assert tree.match_tenants([1, 2, 3]) == {"a": 2, "b": 3}


def test_select_that_returns_none_inserts_nothing() -> None:
    tree = TokenTree(page_size=1)
    assert not tree.match_and_insert_with([1], lambda _: None).matched
    assert entries(tree) == []


def test_select_is_asked_for_a_short_prompt_too() -> None:
    tree = TokenTree(page_size=4)
    asked = []

    def select(result: PrefixMatchResult) -> str:
        asked.append(result.input_token_count)
        return "w"

    tree.match_and_insert_with([1], select)
    assert asked == [1]
    assert tree.get_tenant_token_counts() == {}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, StopIteration, SystemExit])
def test_an_exception_in_select_goes_through_and_inserts_nothing(
    error: type[BaseException],
) -> None:
    tree = TokenTree(page_size=1)

    def select(_: object) -> str:
        raise error("mine")

    with pytest.raises(error, match="mine"):
        tree.match_and_insert_with([1], select)
    assert entries(tree) == []
    tree.check_invariants()


@pytest.mark.parametrize("tenant", [3, b"w", ["w"]])
def test_select_must_return_a_name_or_none(tenant: Untyped) -> None:
    tree = TokenTree(page_size=1)
    with pytest.raises(TypeError, match="the tenant that select returns must be a str"):
        tree.match_and_insert_with([1], lambda _: tenant)
    assert entries(tree) == []


@pytest.mark.parametrize("select", [None, "w", 3])
def test_select_must_be_callable(select: Untyped) -> None:
    tree = TokenTree(page_size=1)
    with pytest.raises(TypeError, match="select must be callable"):
        tree.match_and_insert_with([1], select)
    assert tree.stats().matches == 0


REENTRANT: dict[str, tuple[Callable[[TokenTree], object], dict[str, int]]] = {
    "insert": (lambda tree: tree.insert_tokens([1, 2, 3, 4, 5], "c"), {"a": 2, "c": 5, "b": 4}),
    "split": (lambda tree: tree.insert_tokens([1, 9], "c"), {"a": 2, "c": 2, "b": 4}),
    "evict": (lambda tree: tree.evict_tenant("a", 0), {"a": 0, "b": 4}),
    "remove": (lambda tree: tree.remove_tenant("a"), {"b": 4}),
    "clear": (lambda tree: tree.clear(), {"b": 4}),
    "match": (lambda tree: tree.match_prefix_with_counts([1, 2]), {"a": 2, "b": 4}),
    "walk": (lambda tree: list(tree.iter_entries()), {"a": 2, "b": 4}),
    "stats": (lambda tree: (tree.stats(), repr(tree)), {"a": 2, "b": 4}),
    "snapshot": (lambda tree: tree.__getstate__(), {"a": 2, "b": 4}),
    "batch": (lambda tree: tree.insert_batch([7, 8], [0, 1, 2], "c"), {"a": 2, "c": 2, "b": 4}),
    "select": (
        lambda tree: tree.match_and_insert_with([1, 2, 3], lambda _: "c"),
        {"a": 2, "c": 3, "b": 4},
    ),
}


@pytest.mark.parametrize("action", REENTRANT)
def test_select_may_call_back_into_the_tree(action: str) -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1, 2], "a")
    call, counts = REENTRANT[action]

    def select(_: object) -> str:
        call(tree)
        return "b"

    tree.match_and_insert_with([1, 2, 3, 4], select)
    assert tree.get_tenant_token_counts() == counts
    assert tree.match_tenants([1, 2, 3, 4], ["b"]) == {"b": 4}
    tree.check_invariants()


def test_select_may_nest_deeply() -> None:
    tree = TokenTree(page_size=1)

    def select_at(depth: int) -> str:
        if depth < 50:
            tree.match_and_insert_with(list(range(depth + 1)), lambda _: select_at(depth + 1))
        return f"w{depth}"

    select_at(0)
    assert len(tree.get_tenant_token_counts()) == 50
    tree.check_invariants()


def test_select_may_drop_the_last_reference_to_the_tree() -> None:
    trees = [TokenTree(page_size=1)]

    def select(_: object) -> str:
        trees.clear()
        return "w"

    assert trees[0].match_and_insert_with([1], select) == PrefixMatchResult("empty", 0, 1)


# --- Per-tenant answers ------------------------------------------------------------------------


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


# --- Batches -----------------------------------------------------------------------------------


def test_a_batch_is_its_prompts_one_by_one() -> None:
    tree = TokenTree(page_size=2)
    tree.insert_batch([1, 2, 3, 4, 5, 6], [0, 2, 2, 6], ["a", "b", "c"])
    assert tree.get_tenant_token_counts() == {"a": 2, "c": 4}
    result = tree.match_batch([1, 2, 9, 3, 4], [0, 3, 3, 5])
    assert result.tenants[0] == "a"
    assert result.tenants[2] == "c"
    assert result.matched_token_counts.tolist() == [2, 0, 2]
    assert result.input_token_counts.tolist() == [3, 0, 2]
    assert result.matched_token_counts.dtype == result.input_token_counts.dtype == np.int64
    assert tree.stats().matches == 3


def test_a_batch_goes_to_one_tenant_or_to_one_each() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_batch([1, 2, 3], [0, 1, 3], "a")
    assert tree.get_tenant_token_counts() == {"a": 3}
    tree.insert_batch([1, 2, 3], [0, 1, 3], iter(["b", "c"]))  # type: ignore[arg-type]
    assert tree.get_tenant_token_counts() == {"a": 3, "b": 1, "c": 2}


def test_a_batch_may_begin_and_end_inside_the_tokens() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_batch([1, 2, 3, 4], [1, 2, 3], "a")
    assert entries(tree) == [([2], ["a"]), ([3], ["a"])]


def test_a_batch_of_no_prompts_does_nothing() -> None:
    tree = TokenTree()
    tree.insert_batch([], [0], [])
    result = tree.match_batch([1, 2], [0])
    assert result.tenants == []
    assert result.matched_token_counts.shape == (0,)


@pytest.mark.parametrize("tenants", [["a"], ["a", "b", "c"], []])
def test_a_batch_needs_as_many_tenants_as_prompts(tenants: list[str]) -> None:
    tree = TokenTree(page_size=1)
    with pytest.raises(InvalidArgumentError, match=f"{len(tenants)} tenants for 2 prompts"):
        tree.insert_batch([1, 2], [0, 1, 2], tenants)
    assert entries(tree) == []


# --- Tenants -----------------------------------------------------------------------------------


def test_counts_are_the_tokens_held_however_often_inserted() -> None:
    tree = TokenTree(page_size=1)
    for _ in range(3):
        tree.insert_tokens([1, 2, 3], "b")
        tree.insert_tokens([1, 2], "a")
    assert tree.get_tenant_token_counts() == {"a": 2, "b": 3}
    assert list(tree.get_tenant_token_counts()) == ["a", "b"]
    assert tree.tenant_token_size("b") == 3


def test_recount_hits_counts_a_path_again_as_the_reference_does() -> None:
    tree = TokenTree(page_size=1, recount_hits=True)
    for _ in range(3):
        tree.insert_tokens([1, 2], "w")
    assert tree.recount_hits is True
    assert tree.tenant_token_size("w") == 6


# After a, b and c were inserted in this order and a was matched twice.
FIRST_TO_GO = {"lru": "b", "lfu": "b", "fifo": "a", "mru": "a", "filo": "c", "priority": "c"}


@pytest.mark.parametrize("policy", FIRST_TO_GO)
def test_each_policy_evicts_in_its_own_order(policy: Untyped) -> None:
    tree = TokenTree(page_size=1, policy=policy)
    prompts = {name: prompt(first) for first, name in enumerate("abc", start=1)}
    for name, priority in (("a", 1), ("b", 5), ("c", 0)):
        tree.insert_tokens(prompts[name], "w", priority)
    for _ in range(2):
        tree.match_prefix_with_counts(prompts["a"])
    assert tree.evict_tenant("w", 11) == 4
    gone = [name for name in "abc" if not matched(tree, prompts[name])]
    assert gone == [FIRST_TO_GO[policy]]
    tree.check_invariants()


def test_eviction_takes_whole_leaves_until_the_budget_is_met() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1, 2, 3], "w")
    tree.insert_tokens([1, 2, 3, 4, 5], "w")
    assert tree.evict_tenant("w", 5) == 0
    assert tree.evict_tenant("w", 4) == 2
    assert entries(tree) == [([1, 2, 3], ["w"])]
    assert tree.evict_tenant("w", 0) == 3
    assert tree.get_tenant_token_counts() == {"w": 0}
    assert tree.evict_tenant("w", 0) == 0


def test_eviction_leaves_other_owners_alone() -> None:
    tree = TokenTree(page_size=1)
    for tenant in ("a", "b"):
        tree.insert_tokens([1, 2], tenant)
    assert tree.evict_tenant("a", 0) == 2
    assert entries(tree) == [([1, 2], ["b"])]
    assert tree.stats().evicted_nodes == 0


def test_evict_by_size_trims_every_tenant_above_it() -> None:
    tree = TokenTree(page_size=1)
    for tenant, count in (("a", 3), ("b", 5), ("c", 2)):
        for first in range(1, count + 1):
            tree.insert_tokens([ord(tenant) * 100 + first], tenant)
    assert tree.evict_tenant_by_size(2) == 4
    assert tree.get_tenant_token_counts() == {"a": 2, "b": 2, "c": 2}


@pytest.mark.parametrize("budget", [-1, 2**64])
def test_a_budget_is_not_negative_and_fits(budget: int) -> None:
    tree = TokenTree()
    for call in (
        tree.evict_tenant_by_size,
        tree.reserve,
        lambda count: tree.evict_tenant("w", count),
    ):
        with pytest.raises(InvalidArgumentError, match="outside 0"):
            call(budget)


@pytest.mark.parametrize("budget", [1.0, None, "1", True])
def test_a_budget_is_an_int(budget: Untyped) -> None:
    tree = TokenTree()
    for call in (
        tree.evict_tenant_by_size,
        tree.reserve,
        lambda count: tree.evict_tenant("w", count),
    ):
        with pytest.raises(TypeError, match="must be an int"):
            call(budget)


def test_a_removed_tenant_is_gone_and_can_come_back_clean() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1, 2], "a")
    tree.insert_tokens([1], "b")
    assert tree.remove_tenant("a") is True
    assert tree.remove_tenant("a") is False
    assert tree.get_tenant_token_counts() == {"b": 1}
    assert tree.match_tenants([1, 2]) == {"b": 1}
    tree.insert_tokens([1, 2], "a")
    assert tree.get_tenant_token_counts() == {"a": 2, "b": 1}
    tree.check_invariants()


# --- The whole tree ----------------------------------------------------------------------------


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
    assert stats.memory_bytes > 0
    assert stats.reserved_bytes >= 0
    assert stats.limbo_objects >= 0


# --- How it presents itself --------------------------------------------------------------------


def test_a_repr_tells_what_is_inside() -> None:
    tree = TokenTree(page_size=2, policy="lfu")
    tree.insert_tokens([1, 2, 3], "a")
    assert repr(tree) == "<TokenTree page_size=2 policy='lfu' tenants=1 tokens=2 nodes=1>"
    assert repr(tree.match_prefix_with_counts([1, 2])) == (
        "PrefixMatchResult(tenant='a', matched_token_count=2, input_token_count=2)"
    )
    assert repr(tree.stats()).startswith("TreeStats(nodes=1, tokens=2, tenants=1, memory_bytes=")


def test_a_results_repr_evaluates_to_an_equal_result() -> None:
    for tenant in ("w", "it's", 'say "hi"\n', "\0"):
        result = PrefixMatchResult(tenant, 16, 20)
        assert eval(repr(result)) == result


def test_results_are_values() -> None:
    result = PrefixMatchResult("w", 16, 20)
    assert result == PrefixMatchResult(tenant="w", matched_token_count=16, input_token_count=20)
    assert hash(result) == hash(PrefixMatchResult("w", 16, 20))
    others = [
        PrefixMatchResult("v", 16, 20),
        PrefixMatchResult("w", 0, 20),
        PrefixMatchResult("w", 16, 21),
    ]
    assert result not in others
    assert result != ("w", 16, 20)
    assert PrefixMatchResult() == PrefixMatchResult("empty", 0, 0)
    with pytest.raises(AttributeError):
        result.tenant = "v"  # type: ignore[misc]
    with pytest.raises(ValueError, match="matched_token_count"):
        PrefixMatchResult("w", -1)


def test_the_size_of_a_tree_includes_its_nodes() -> None:
    tree = TokenTree()
    before = sys.getsizeof(tree)
    tree.insert_tokens(range(100_000), "w")
    assert sys.getsizeof(tree) >= before + 400_000


def test_every_public_name_is_documented_and_lives_in_the_package() -> None:
    for name in set(pagedradix.__all__) - {"__version__"}:
        public = getattr(pagedradix, name)
        assert public.__module__ == "pagedradix"
        assert public.__doc__


def test_every_method_shows_its_signature_and_its_documentation() -> None:
    methods = {
        name: getattr(TokenTree, name) for name in dir(TokenTree) if not name.startswith("_")
    }
    for name in ("page_size", "eviction_policy", "recount_hits"):
        assert methods.pop(name).__doc__
    for method in methods.values():
        assert next(iter(inspect.signature(method).parameters)) == "self"
        assert method.__doc__
    assert str(inspect.signature(TokenTree)) == "(page_size=16, policy='lru', recount_hits=False)"
