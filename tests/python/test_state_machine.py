"""Any sequence of calls: TokenTree answers like the naive tree.

Hypothesis draws the calls and cuts a failing sequence down to the shortest that it finds.
"""

from __future__ import annotations

import array
import copy
import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from naive_token_tree import NaiveTokenTree
from pagedradix import PrefixMatchResult, TokenTree

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    from naive_token_tree import Tokens
    from pagedradix._core import _Integers, _PolicyName

PAGE_SIZES = (1, 2, 3, 16)
LARGEST_TOKEN = 2**32 - 1

# A prompt before the page size is known: a long one of a few, and how many pages and further tokens
# of it. So few of them that calls keep coming back to the same nodes.
Draft = tuple[int, int, int]

whole_prompts = st.lists(st.integers(0, 3), min_size=1, max_size=4)
drafts = st.tuples(st.integers(0, 4), st.sampled_from((4, 3, 2, 1)), st.sampled_from((0, 1, 15)))
tenants = st.sampled_from(["a", "http://worker-3:8000", "ü"])
anyone = tenants | st.just("stranger")
priorities = st.integers(-2, 2)
budgets = st.integers(0, 4)
policies: st.SearchStrategy[_PolicyName] = st.sampled_from(
    ("lru", "lfu", "fifo", "mru", "filo", "priority")
)
forms: st.SearchStrategy[Callable[[Tokens], _Integers]] = st.sampled_from(
    (
        list,
        tuple,
        lambda tokens: np.array(tokens, np.uint32),
        lambda tokens: np.array(tokens, np.int64),
        lambda tokens: array.array("I", tokens),
        lambda tokens: memoryview(array.array("I", tokens)),
    )
)
copiers: st.SearchStrategy[Callable[[TokenTree], TokenTree]] = st.sampled_from(
    (copy.deepcopy, lambda tree: pickle.loads(pickle.dumps(tree)))
)


class SelectError(Exception):
    pass


class TokenTreeMachine(RuleBasedStateMachine):
    page_size: int
    whole: list[list[int]]
    tree: TokenTree
    naive: NaiveTokenTree

    @initialize(
        page_size=st.sampled_from(PAGE_SIZES),
        policy=policies,
        recount_hits=st.booleans(),
        whole=st.lists(whole_prompts, min_size=5, max_size=5),
    )
    def start(
        self, page_size: int, policy: _PolicyName, recount_hits: bool, whole: list[list[int]]
    ) -> None:
        self.page_size = page_size
        self.whole = whole
        self.tree = TokenTree(page_size, policy, recount_hits)
        self.naive = NaiveTokenTree(page_size, policy, recount_hits=recount_hits)

    def prompt(self, draft: Draft) -> Tokens:
        """Pages of kind 0 to 3: the last two differ from the first in one token only."""
        which, pages, rest = draft
        tokens: list[int] = []
        for kind in self.whole[which][:pages]:
            page = [7] * self.page_size
            page[-1 if kind % 2 else 0] = (7, 0, LARGEST_TOKEN, 8)[kind]
            tokens += page
        return (*tokens, *[7] * (rest % self.page_size))

    def follow(self, tokens: Tokens, tenant: str, matched: int, given: int) -> None:
        """Compares a match's answer, then lets the naive tree route to the same owner."""
        expected, owners = self.naive.peek(tokens)
        known = self.naive.get_tenant_token_counts()
        assert matched == expected
        assert given == len(tokens)
        if expected:
            assert tenant in owners
        elif given >= self.page_size or not known:
            assert tenant == "empty"
        else:
            assert tenant in known
        self.naive.match_prefix(tokens, tenant)

    def follow_result(self, tokens: Tokens, result: PrefixMatchResult) -> None:
        assert result.matched == (result.matched_token_count > 0)
        ratio = result.matched_token_count / len(tokens) if tokens else 0.0
        assert result.hit_ratio == ratio
        self.follow(tokens, result.tenant, result.matched_token_count, result.input_token_count)

    @rule(draft=drafts, tenant=tenants, priority=priorities, form=forms)
    def insert_tokens(
        self, draft: Draft, tenant: str, priority: int, form: Callable[[Tokens], _Integers]
    ) -> None:
        tokens = self.prompt(draft)
        self.tree.insert_tokens(form(tokens), tenant, priority=priority)
        self.naive.insert_tokens(tokens, tenant, priority)

    @rule(draft=drafts, form=forms)
    def match_prefix(self, draft: Draft, form: Callable[[Tokens], _Integers]) -> None:
        tokens = self.prompt(draft)
        self.follow_result(tokens, self.tree.match_prefix_with_counts(form(tokens)))

    @rule(draft=drafts)
    def prefix_match_legacy(self, draft: Draft) -> None:
        tokens = self.prompt(draft)
        matched, tenant = self.tree.prefix_match_legacy(tokens)
        self.follow(tokens, tenant, matched, len(tokens))

    @rule(draft=drafts, tenant=tenants, priority=priorities)
    def match_and_insert(self, draft: Draft, tenant: str, priority: int) -> None:
        tokens = self.prompt(draft)
        self.follow_result(tokens, self.tree.match_and_insert(tokens, tenant, priority))
        self.naive.insert_tokens(tokens, tenant, priority)

    @rule(draft=drafts, tenant=tenants | st.none(), priority=priorities, nested=drafts | st.none())
    def match_and_insert_with(
        self, draft: Draft, tenant: str | None, priority: int, nested: Draft | None
    ) -> None:
        tokens = self.prompt(draft)
        told: list[PrefixMatchResult] = []

        def select(result: PrefixMatchResult) -> str | None:
            told.append(result)
            self.follow_result(tokens, result)
            if nested is not None:
                self.match_and_insert(nested, "a", 0)
            return tenant

        assert [self.tree.match_and_insert_with(tokens, select, priority)] == told
        if tenant is not None:
            self.naive.insert_tokens(tokens, tenant, priority)

    @rule(draft=drafts)
    def select_raises(self, draft: Draft) -> None:
        tokens = self.prompt(draft)

        def select(result: PrefixMatchResult) -> str | None:
            self.follow_result(tokens, result)
            raise SelectError

        with pytest.raises(SelectError):
            self.tree.match_and_insert_with(tokens, select)

    @rule(draft=drafts, candidates=st.none() | st.lists(anyone))
    def match_tenants(self, draft: Draft, candidates: list[str] | None) -> None:
        tokens = self.prompt(draft)
        held = self.naive.match_tenants(tokens)
        if candidates is not None:
            held = {name: held.get(name, 0) for name in candidates}
        assert self.tree.match_tenants(tokens, candidates) == held

    @rule(batch=st.lists(st.tuples(drafts, tenants), max_size=4), priority=priorities)
    def insert_batch(self, batch: list[tuple[Draft, str]], priority: int) -> None:
        prompts = [self.prompt(draft) for draft, _ in batch]
        names = [name for _, name in batch]
        self.tree.insert_batch(*flatten(prompts), names, priority)
        for tokens, name in zip(prompts, names, strict=True):
            self.naive.insert_tokens(tokens, name, priority)

    @rule(batch=st.lists(drafts, max_size=4))
    def match_batch(self, batch: list[Draft]) -> None:
        prompts = [self.prompt(draft) for draft in batch]
        results = self.tree.match_batch(*flatten(prompts))
        for tokens, tenant, matched, given in zip(prompts, *results, strict=True):
            self.follow(tokens, tenant, matched, given)

    @rule(tenant=anyone, pages=budgets)
    def evict_tenant(self, tenant: str, pages: int) -> None:
        held = self.tree.tenant_token_size(tenant)
        budget = max(0, held - pages * self.page_size)
        lost = self.tree.evict_tenant(tenant, budget)
        assert lost == self.naive.evict_tenant(tenant, budget)

    @rule(tokens=budgets)
    def evict_tenant_by_size(self, tokens: int) -> None:
        lost = self.tree.evict_tenant_by_size(tokens)
        assert lost == self.naive.evict_tenant_by_size(tokens)

    @rule(tenant=anyone | st.none())
    def remove_tenant_or_all(self, tenant: str | None) -> None:
        if tenant is None:
            self.tree.clear()
            self.naive.clear()
        else:
            assert self.tree.remove_tenant(tenant) == self.naive.remove_tenant(tenant)

    @rule(copier=copiers)
    def go_on_with_a_copy(self, copier: Callable[[TokenTree], TokenTree]) -> None:
        original = self.tree
        self.tree = copier(original)
        original.clear()

    def teardown(self) -> None:
        """In the end everything is evicted, node by node: the whole order is compared."""
        if not hasattr(self, "tree"):
            return
        for tenant in self.naive.get_tenant_token_counts():
            while self.naive.owns_a_node(tenant):
                budget = self.naive.get_tenant_token_counts()[tenant] - 1
                lost = self.tree.evict_tenant(tenant, budget)
                assert lost == self.naive.evict_tenant(tenant, budget)
                self.entries_agree()

    @invariant()
    def counts_agree(self) -> None:
        counts = self.naive.get_tenant_token_counts()
        assert self.tree.get_tenant_token_counts() == counts
        for tenant, count in counts.items():
            assert self.tree.tenant_token_size(tenant) == count
        assert self.tree.tenant_token_size("stranger") == 0

    @invariant()
    def entries_agree(self) -> None:
        entries = [
            (tuple(prefix.tolist()), [name for name, _ in owners])
            for prefix, owners in self.tree.iter_entries()
        ]
        assert entries == self.naive.entries()

    @invariant()
    def the_tree_is_sound(self) -> None:
        self.tree.check_invariants()


def flatten(prompts: list[Tokens]) -> tuple[npt.NDArray[np.uint32], list[int]]:
    """The prompts one after the other, and where each begins and ends."""
    offsets = [0]
    for tokens in prompts:
        offsets.append(offsets[-1] + len(tokens))
    return np.array([token for tokens in prompts for token in tokens], np.uint32), offsets


TestTokenTreeAnswersLikeTheNaiveTree = TokenTreeMachine.TestCase
TestTokenTreeAnswersLikeTheNaiveTree.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None
)
