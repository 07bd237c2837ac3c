"""TokenTree beside the naive tree, under any stream of calls with any arguments."""

from __future__ import annotations

import copy
import pickle
from itertools import pairwise
from typing import TYPE_CHECKING

from arguments import Argument, RefusedError, Tokens, call_with
from naive_token_tree import NaiveTokenTree
from pagedradix import InvalidArgumentError, PrefixMatchResult, TokenTree
from steps import Steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz_bytes import FuzzBytes

LARGEST_TOKEN = 2**32 - 1
LARGEST_OFFSET = 2**63 - 1
TENANTS = ("a", "b", "ü", "a\0b")
POLICIES = ("lru", "lfu", "fifo", "mru", "filo", "priority")


class TokenTreeSteps(Steps):
    """Both trees, and the calls that the bytes mean."""

    def __init__(self, source: FuzzBytes) -> None:
        super().__init__(source)
        self._page_size = source.pick(1, 2, 3, 16)
        policy = source.pick(*POLICIES)
        self._tree = TokenTree(self._page_size, policy)  # type: ignore[arg-type]
        self._naive = NaiveTokenTree(self._page_size, policy)

    def step(self) -> None:
        try:
            self._source.pick(
                self._insert,
                self._insert,
                self._match,
                self._match_legacy,
                self._match_and_insert,
                self._match_and_insert_with,
                self._match_tenants,
                self._match_batch,
                self._insert_batch,
                self._evict,
                self._evict_by_size,
                self._remove,
                self._clear_or_copy,
                self.compare,
            )()
        except RefusedError:
            self.compare()

    def compare(self) -> None:
        self._tree.check_invariants()
        assert self._tree.get_tenant_token_counts() == self._naive.get_tenant_token_counts()
        entries = [
            (tuple(prefix.tolist()), [name for name, _ in owners])
            for prefix, owners in self._tree.iter_entries()
        ]
        assert entries == self._naive.entries()

    def _prompt(self) -> Argument[Tokens]:
        return self._few_tokens(60, LARGEST_TOKEN)

    def _tenant(self) -> Argument[str]:
        return self._arguments.name(self._source.pick(*TENANTS))

    def _priority(self) -> Argument[int]:
        return self._arguments.integer(self._source.below(4) - 1)

    def _count(self) -> Argument[int]:
        return self._arguments.integer(self._source.below(64))

    def _follow(self, tokens: Tokens, tenant: str, matched: int, given: int) -> None:
        """Compares a match's answer, then lets the naive tree route to the same owner."""
        expected, owners = self._naive.peek(tokens)
        assert (matched, given) == (expected, len(tokens))
        known = self._naive.get_tenant_token_counts()
        if matched:
            assert tenant in owners
        elif given >= self._page_size or not known:
            assert tenant == "empty"
        else:
            assert tenant in known
        self._naive.match_prefix(tokens, tenant)

    def _follow_result(self, tokens: Tokens, result: PrefixMatchResult) -> None:
        self._follow(tokens, result.tenant, result.matched_token_count, result.input_token_count)

    def _insert(self) -> None:
        prompt, tenant, priority = self._prompt(), self._tenant(), self._priority()
        call_with(self._tree.insert_tokens, prompt, tenant, priority)
        self._naive.insert_tokens(prompt.value, tenant.value, priority.value)

    def _match(self) -> None:
        prompt = self._prompt()
        self._follow_result(prompt.value, call_with(self._tree.match_prefix_with_counts, prompt))

    def _match_legacy(self) -> None:
        prompt = self._prompt()
        matched, tenant = call_with(self._tree.prefix_match_legacy, prompt)
        self._follow(prompt.value, tenant, matched, len(prompt.value))

    def _match_and_insert(self) -> None:
        prompt, tenant, priority = self._prompt(), self._tenant(), self._priority()
        result = call_with(self._tree.match_and_insert, prompt, tenant, priority)
        self._follow_result(prompt.value, result)
        self._naive.insert_tokens(prompt.value, tenant.value, priority.value)

    def _match_and_insert_with(self) -> None:
        prompt, priority = self._prompt(), self._priority()
        chosen = self._source.pick(None, *TENANTS)
        tenant = Argument(None, "") if chosen is None else self._arguments.name(chosen)
        told = []

        def select(result: PrefixMatchResult) -> object:
            told.append(result)
            self._follow_result(prompt.value, result)
            self._step_inside()
            return tenant.given

        returned = Argument(select, None, tenant.errors)
        result = call_with(self._tree.match_and_insert_with, prompt, returned, priority)
        assert [result] == told
        if tenant.given is not None:
            self._naive.insert_tokens(prompt.value, tenant.value, priority.value)

    def _match_tenants(self) -> None:
        prompt = self._prompt()
        names = [self._tenant() for _ in range(self._source.below(4))]
        errors = tuple(error for name in names for error in name.errors)
        candidates = Argument([name.given for name in names], None, errors)
        if self._source.below(2):
            held = call_with(self._tree.match_tenants, prompt)
            assert held == self._naive.match_tenants(prompt.value)
        else:
            held = call_with(self._tree.match_tenants, prompt, candidates)
            found = self._naive.match_tenants(prompt.value)
            assert held == {name.value: found.get(name.value, 0) for name in names}

    def _batch(self) -> tuple[Argument[Tokens], Argument[Tokens], list[tuple[int, int]]]:
        """Tokens, offsets, and where each prompt begins and ends."""
        prompt = self._prompt()
        count = len(prompt.value)
        cuts = sorted(self._source.below(count + 1) for _ in range(1 + self._source.below(4)))
        bounds = list(pairwise(cuts))
        if self._source.below(8) == 7:
            beyond = Argument([*cuts, count + 1], tuple(cuts), (InvalidArgumentError,))
            return prompt, beyond, bounds
        return prompt, self._arguments.tokens(tuple(cuts), LARGEST_OFFSET), bounds

    def _match_batch(self) -> None:
        prompt, offsets, bounds = self._batch()
        results = call_with(self._tree.match_batch, prompt, offsets)
        for (begin, end), tenant, matched, given in zip(bounds, *results, strict=True):
            self._follow(prompt.value[begin:end], tenant, matched, given)

    def _insert_batch(self) -> None:
        prompt, offsets, bounds = self._batch()
        tenant, priority = self._tenant(), self._priority()
        call_with(self._tree.insert_batch, prompt, offsets, tenant, priority)
        for begin, end in bounds:
            self._naive.insert_tokens(prompt.value[begin:end], tenant.value, priority.value)

    def _evict(self) -> None:
        tenant, count = self._tenant(), self._count()
        lost = call_with(self._tree.evict_tenant, tenant, count)
        assert lost == self._naive.evict_tenant(tenant.value, count.value)

    def _evict_by_size(self) -> None:
        count = self._count()
        lost = call_with(self._tree.evict_tenant_by_size, count)
        assert lost == self._naive.evict_tenant_by_size(count.value)

    def _remove(self) -> None:
        tenant = self._tenant()
        removed = call_with(self._tree.remove_tenant, tenant)
        assert removed == self._naive.remove_tenant(tenant.value)

    def _clear_or_copy(self) -> None:
        if self._source.below(8) == 7:
            self._tree.clear()
            self._naive.clear()
        elif (
            not self._nested
        ):  # A call that is under way goes on with the tree that it was made on.
            copier: Callable[[TokenTree], TokenTree] = self._source.pick(
                copy.deepcopy, lambda tree: pickle.loads(pickle.dumps(tree))
            )
            self._tree = copier(self._tree)
