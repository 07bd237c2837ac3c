"""Trees and their results as Python objects: how they are made and how they present themselves."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

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
from tree_contents import Untyped, entries

if TYPE_CHECKING:
    from collections.abc import Callable


# --- Construction --------------------------------------------------------------------------------


POLICIES = ["lru", "lfu", "fifo", "mru", "filo", "priority"]


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
    with pytest.raises(InvalidArgumentError) as caught:
        TokenTree(page_size)
    assert str(caught.value) == f"page_size is {page_size}, outside 1 .. 2147483648"
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
    (TreeStats, lambda stats: stats.nodes),
    (EntryIterator, next),
]


@pytest.mark.parametrize(("cls", "use"), UNMADE)
def test_an_object_whose_init_never_ran_is_refused(
    cls: Untyped, use: Callable[[Any], object]
) -> None:
    with pytest.raises(TypeError, match="__init__"):
        use(cls.__new__(cls))


def test_a_result_is_whole_before_its_init() -> None:
    result = PrefixMatchResult.__new__(PrefixMatchResult, "w", 16)
    assert result == PrefixMatchResult("w", 16)
    result.__init__("v", 32)  # type: ignore[call-arg]
    assert result == PrefixMatchResult("w", 16, 0)


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


# --- Calls ---------------------------------------------------------------------------------------


def test_arguments_may_be_named() -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens(priority=1, tenant="w", tokens=[1, 2])
    assert tree.match_prefix_with_counts(tokens=[1, 2]) == PrefixMatchResult("w", 2, 2)
    assert tree.match_tenants([1], candidates=["w", "v"]) == {"w": 1, "v": 0}


MISFITS: list[tuple[Callable[[Any], object], str]] = [
    (lambda tree: tree.match_and_insert(), "missing required argument 'tokens'"),
    (lambda tree: tree.match_and_insert([1], priority=1), "missing required argument 'tenant'"),
    (lambda tree: tree.match_and_insert([1], "w", tokens=[1]), "multiple values .* 'tokens'"),
    (lambda tree: tree.match_and_insert([1], "w", token=[1]), "unexpected keyword .* 'token'"),
    (lambda tree: tree.match_and_insert([1], "w", 1, 1), "at most 3 arguments .4 given."),
    (lambda tree: tree.match_prefix_with_counts([1], 1), "at most 1 argument .2 given."),
]


@pytest.mark.parametrize(("call", "message"), MISFITS)
def test_arguments_that_do_not_fit_are_named(call: Callable[[Any], object], message: str) -> None:
    tree = TokenTree(page_size=1)
    with pytest.raises(TypeError, match=message):
        call(tree)
    assert entries(tree) == []


def test_a_method_is_not_for_other_objects() -> None:
    method: Any = TokenTree.match_prefix_with_counts
    for other in (3, PrefixMatchResult(), EvictionPolicy.LRU):
        with pytest.raises(TypeError, match="match_prefix_with_counts"):
            method(other, [1])


# --- Presentation --------------------------------------------------------------------------------


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
