"""NaiveSequenceStore: what PagedRadixTree must do, in the simplest way that is obviously right.

A dictionary from ids to tokens, and a match that looks at every one of them.
"""

from __future__ import annotations

SequenceTokens = tuple[int, ...]


class NaiveSequenceError(Exception):
    """The id is unknown or taken."""


class NaiveRangeError(Exception):
    """The offset or count is out of range."""


class NaiveSequenceStore:
    """The naive store; the methods are PagedRadixTree's unless their docstring says otherwise."""

    def __init__(self) -> None:
        self.sequences: dict[int, SequenceTokens] = {}

    def has_sequence(self, seq_id: int) -> bool:
        return seq_id in self.sequences

    def get_sequence(self, seq_id: int) -> SequenceTokens:
        if seq_id not in self.sequences:
            raise NaiveSequenceError
        return self.sequences[seq_id]

    def get_sequence_length(self, seq_id: int) -> int:
        return len(self.get_sequence(seq_id))

    def match_prefix(self, tokens: SequenceTokens) -> tuple[int, list[int]]:
        """The ids come sorted."""
        shared = {
            seq_id: common_prefix(sequence, tokens) for seq_id, sequence in self.sequences.items()
        }
        length = max(shared.values(), default=0)
        if length == 0:
            return 0, []
        return length, sorted(seq_id for seq_id in shared if shared[seq_id] == length)

    def add_sequence(self, seq_id: int) -> None:
        self._must_not_exist(seq_id)
        self.sequences[seq_id] = ()

    def extend_sequence(self, seq_id: int, tokens: SequenceTokens) -> None:
        self.sequences[seq_id] = self.get_sequence(seq_id) + tokens

    def fork_sequence(self, seq_id: int, parent_seq_id: int, forked_offset: int) -> None:
        self._must_not_exist(seq_id)
        parent = self.get_sequence(parent_seq_id)
        must_be_within(forked_offset, parent)
        self.sequences[seq_id] = parent[:forked_offset]

    def roll_back_sequence(self, seq_id: int, num_tokens: int) -> None:
        sequence = self.get_sequence(seq_id)
        must_be_within(num_tokens, sequence)
        self.sequences[seq_id] = sequence[:-num_tokens]

    def remove_sequence(self, seq_id: int) -> None:
        self.get_sequence(seq_id)
        del self.sequences[seq_id]

    def reset(self) -> None:
        self.sequences.clear()

    def distinct_tokens(self) -> int:
        """How many tokens are left to store when common prefixes are stored once."""
        return len(
            {
                sequence[:length]
                for sequence in self.sequences.values()
                for length in range(1, len(sequence) + 1)
            }
        )

    def _must_not_exist(self, seq_id: int) -> None:
        if seq_id in self.sequences:
            raise NaiveSequenceError


def common_prefix(a: SequenceTokens, b: SequenceTokens) -> int:
    length = 0
    while length < min(len(a), len(b)) and a[length] == b[length]:
        length += 1
    return length


def must_be_within(count: int, sequence: SequenceTokens) -> None:
    if not 1 <= count <= len(sequence):
        raise NaiveRangeError
