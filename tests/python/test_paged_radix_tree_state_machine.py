"""Any sequence of calls: PagedRadixTree answers like the naive store.

Hypothesis draws the calls and cuts a failing sequence down to the shortest that it finds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from naive_sequence_store import NaiveRangeError, NaiveSequenceError, NaiveSequenceStore
from pagedradix import CapacityError, InvalidArgumentError, PagedRadixTree, SequenceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from naive_sequence_store import SequenceTokens

PAGE_SIZES = (1, 2, 3, 16)
LARGEST_TOKEN = 2**31 - 1
MAX_PAGES = 24

# Few ids and few tokens, so that calls keep coming back to the same sequences.
seq_ids = st.sampled_from([0, 1, 2, 3, -(2**63), 2**63 - 1])
# Tokens before the page size is known: so many pages of so many kinds, and how much more or less.
drafts = st.tuples(
    st.lists(st.integers(0, 2), max_size=3), st.sampled_from((0, 1, -1)), st.booleans()
)
# An offset or a count: so many pages and tokens, or from the end of the sequence backwards.
counts = st.tuples(st.integers(0, 3), st.integers(-1, 1), st.booleans())


class PagedRadixTreeMachine(RuleBasedStateMachine):
    page_size: int
    tree: PagedRadixTree
    naive: NaiveSequenceStore

    @initialize(
        page_size=st.sampled_from(PAGE_SIZES),
        pages_per_block=st.integers(1, 3),
        limited=st.booleans(),
    )
    def start(self, page_size: int, pages_per_block: int, limited: bool) -> None:
        self.page_size = page_size
        max_tokens = MAX_PAGES * page_size if limited else None
        self.tree = PagedRadixTree(page_size, pages_per_block, max_tokens)
        self.naive = NaiveSequenceStore()
        self.fresh_capacity = self.tree.free_capacity()

    def tokens(self, draft: tuple[list[int], int, bool]) -> SequenceTokens:
        """Pages of kind 0 to 2, which differ from each other in one token only."""
        kinds, extra, last = draft
        tokens: list[int] = []
        for kind in kinds:
            page = [7] * self.page_size
            page[-1 if last else 0] = (7, 0, LARGEST_TOKEN)[kind]
            tokens += page
        return (*tokens, 7) if extra > 0 else tuple(tokens[: len(tokens) + extra])

    def count(self, seq_id: int, draft: tuple[int, int, bool]) -> int:
        pages, tokens, backwards = draft
        count = max(0, pages * self.page_size + tokens)
        if backwards and self.naive.has_sequence(seq_id):
            return max(0, self.naive.get_sequence_length(seq_id) - count)
        return count

    def both(self, call: Callable[[], object], naive_call: Callable[[], object]) -> None:
        """Makes the call on both; what does not fit must have changed nothing."""
        free = self.tree.free_capacity()
        try:
            call()
        except CapacityError:
            assert self.tree.max_tokens is not None
            assert self.tree.free_capacity() == free
        except SequenceError:
            with pytest.raises(NaiveSequenceError):
                naive_call()
        except InvalidArgumentError:
            with pytest.raises(NaiveRangeError):
                naive_call()
        else:
            naive_call()

    @rule(seq_id=seq_ids)
    def add(self, seq_id: int) -> None:
        self.both(lambda: self.tree.add_sequence(seq_id), lambda: self.naive.add_sequence(seq_id))

    @rule(seq_id=seq_ids, draft=drafts, typed=st.booleans())
    def extend(self, seq_id: int, draft: tuple[list[int], int, bool], typed: bool) -> None:
        tokens = self.tokens(draft)
        given = np.array(tokens, np.int32) if typed else list(tokens)
        self.both(
            lambda: self.tree.extend_sequence(seq_id, given),
            lambda: self.naive.extend_sequence(seq_id, tokens),
        )

    @rule(seq_id=seq_ids, parent=seq_ids, draft=counts)
    def fork(self, seq_id: int, parent: int, draft: tuple[int, int, bool]) -> None:
        offset = self.count(parent, draft)
        self.both(
            lambda: self.tree.fork_sequence(seq_id, parent, offset),
            lambda: self.naive.fork_sequence(seq_id, parent, offset),
        )

    @rule(seq_id=seq_ids, draft=counts)
    def roll_back(self, seq_id: int, draft: tuple[int, int, bool]) -> None:
        count = self.count(seq_id, draft)
        self.both(
            lambda: self.tree.roll_back_sequence(seq_id, count),
            lambda: self.naive.roll_back_sequence(seq_id, count),
        )

    @rule(seq_id=seq_ids)
    def remove(self, seq_id: int) -> None:
        self.both(
            lambda: self.tree.remove_sequence(seq_id), lambda: self.naive.remove_sequence(seq_id)
        )

    @rule()
    def reset(self) -> None:
        self.tree.reset()
        self.naive.reset()
        assert self.tree.free_capacity() == self.fresh_capacity

    @rule(seq_id=seq_ids, cut=counts, draft=drafts)
    def match(
        self, seq_id: int, cut: tuple[int, int, bool], draft: tuple[list[int], int, bool]
    ) -> None:
        known = self.naive.sequences.get(seq_id, ())
        prompt = (*known[: self.count(seq_id, cut)], *self.tokens(draft))
        length, ids = self.tree.match_prefix(prompt)
        assert (length, sorted(ids)) == self.naive.match_prefix(prompt)

    def teardown(self) -> None:
        """In the end everything is removed, and nothing is left of it."""
        if not hasattr(self, "tree"):
            return
        for seq_id in list(self.naive.sequences):
            self.tree.remove_sequence(seq_id)
        self.tree.check_invariants()
        stats = self.tree.stats()
        assert (stats.sequences, stats.nodes, stats.tokens, stats.pages_used) == (0, 0, 0, 0)
        assert self.tree.free_capacity() == stats.pages_allocated * self.page_size

    @invariant()
    def sequences_agree(self) -> None:
        sequences = {seq_id: tuple(self.tree.get_sequence(seq_id).tolist()) for seq_id in self.tree}
        assert sequences == self.naive.sequences
        assert len(self.tree) == len(sequences)
        for seq_id, tokens in sequences.items():
            assert self.tree.get_sequence_length(seq_id) == len(tokens)

    @invariant()
    def figures_agree(self) -> None:
        stats = self.tree.stats()
        assert stats.sequences == len(self.naive.sequences)
        assert stats.tokens == self.naive.distinct_tokens()
        free_pages = stats.pages_allocated - stats.pages_used
        assert self.tree.free_capacity() == free_pages * self.page_size

    @invariant()
    def the_tree_is_sound(self) -> None:
        self.tree.check_invariants()


TestPagedRadixTreeAnswersLikeTheNaiveStore = PagedRadixTreeMachine.TestCase
TestPagedRadixTreeAnswersLikeTheNaiveStore.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None
)
