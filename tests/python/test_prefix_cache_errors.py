"""What PrefixCache refuses, and what it says then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from pagedradix import CapacityError, InvalidArgumentError, PrefixCache, SequenceError
from served_prompts import finish, forked, serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_contents import Untyped


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda cache: cache.insert_sequence(1, []), "at least one token"),
        (lambda cache: cache.insert_sequence(-1, [1, 2]), "seq_id is -1"),
        (lambda cache: cache.insert_sequence(1, [1, 2], 0), "sliding_window_size is 0"),
        (lambda cache: cache.insert_sequence(1, [1, 2], -2), "sliding_window_size is -2"),
        (lambda cache: cache.insert_sequence(1, [1, 2], 2**40), f"sliding_window_size is {2**40}"),
        (lambda cache: cache.insert_sequence(1, [1, 2], -1, -4), "attention_sink_size is -4"),
        (lambda cache: cache.insert_sequence(1, [1, -2]), "token at index 1 is -2"),
        (lambda cache: cache.insert_sequence(2**63, [1]), f"seq_id is {2**63}"),
        (lambda cache: cache.extend_sequence(10, [1, 2**31]), f"token at index 1 is {2**31}"),
    ],
)
def test_arguments_out_of_range_are_named(
    call: Callable[[PrefixCache], object], message: str
) -> None:
    cache = PrefixCache()
    serve(cache, 10, [1, 2, 3, 4])
    with pytest.raises(InvalidArgumentError, match=f"{message}\\b"):
        call(cache)
    assert 1 not in cache
    assert cache.insert_sequence(11, [1, 2, 3, 4, 5]) == forked(10, 4)


OUT_OF_RANGE = [0, 5, 2**62, 2**63, 2**64 - 1, 2**64, 10**30, -1, -4, -(2**64)]


@pytest.mark.parametrize("count", OUT_OF_RANGE)
def test_a_count_out_of_range_is_named_with_the_range(count: int) -> None:
    cache = PrefixCache()
    serve(cache, 10, [1, 2, 3, 4])
    with pytest.raises(InvalidArgumentError) as caught:
        cache.roll_back_sequence(10, count)
    assert str(caught.value) == (
        f"num_tokens is {count} for sequence 10, which has 4 tokens: valid is 1 .. 4"
    )
    assert cache.insert_sequence(11, [1, 2, 3, 4, 5]) == forked(10, 4)


@pytest.mark.parametrize("count", OUT_OF_RANGE)
def test_a_sequence_is_looked_for_before_its_range(count: int) -> None:
    cache = PrefixCache()
    finish(cache, 10, [1, 2, 3, 4])
    with pytest.raises(SequenceError, match=r"^sequence 10 is recycling, not active$"):
        cache.roll_back_sequence(10, count)
    with pytest.raises(SequenceError, match=r"^sequence 777 does not exist$"):
        cache.roll_back_sequence(777, count)
    with pytest.raises(SequenceError, match=r"^sequence 777 does not exist: the prefix cache is"):
        PrefixCache.disabled().roll_back_sequence(777, count)


def calls_with_id(cache: PrefixCache, seq_id: Untyped) -> list[Callable[[], object]]:
    return [
        lambda: cache.insert_sequence(seq_id, [1, 2]),
        lambda: cache.extend_sequence(seq_id, [1, 2]),
        lambda: cache.roll_back_sequence(seq_id, 1),
        lambda: cache.recycle_sequence(seq_id),
        lambda: cache.has_sequence(seq_id),
        lambda: seq_id in cache,
    ]


@pytest.mark.parametrize("seq_id", [2**63, -(2**63) - 1, 10**30, np.uint64(2**64 - 1)])
def test_an_id_beyond_64_bits_is_named(seq_id: int) -> None:
    cache = PrefixCache()
    for call in calls_with_id(cache, seq_id):
        with pytest.raises(InvalidArgumentError) as caught:
            call()
        assert str(caught.value) == f"seq_id is {seq_id}, outside {-(2**63)} .. {2**63 - 1}"


@pytest.mark.parametrize("seq_id", ["1", 1.0, None, True, [1], np.float32(1)])
def test_an_id_is_an_integer(seq_id: Untyped) -> None:
    cache = PrefixCache()
    for call in calls_with_id(cache, seq_id):
        with pytest.raises(TypeError, match="seq_id must be an int, not"):
            call()


def test_ids_in_the_wrong_state_are_named() -> None:
    cache = PrefixCache()
    serve(cache, 10, [1, 2])
    finish(cache, 4242, [7, 8])
    calls: list[tuple[str, Callable[[], object]]] = [
        ("10", lambda: cache.insert_sequence(10, [1])),
        ("4242", lambda: cache.insert_sequence(4242, [1])),
        ("4242", lambda: cache.roll_back_sequence(4242, 1)),
        ("4242", lambda: cache.recycle_sequence(4242)),
        ("777", lambda: cache.recycle_sequence(777, lazy=False)),
        ("777", lambda: cache.roll_back_sequence(777, 1)),
    ]
    for seq_id, call in calls:
        with pytest.raises(SequenceError, match=f"\\b{seq_id}\\b"):
            call()


@pytest.mark.parametrize("tokens", [[1.5], [True], None, "12"])
def test_tokens_are_integers(tokens: Untyped) -> None:
    cache = PrefixCache()
    with pytest.raises(TypeError):
        cache.insert_sequence(1, tokens)
    with pytest.raises(TypeError):
        cache.extend_sequence(1, tokens)
    assert 1 not in cache


def test_options_are_checked() -> None:
    with pytest.raises(InvalidArgumentError, match="max_recycling_seqs is -2"):
        PrefixCache(-2)
    with pytest.raises(InvalidArgumentError, match="page_size is 0"):
        PrefixCache(page_size=0)
    with pytest.raises(TypeError, match="remove_callback"):
        PrefixCache(1, 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        PrefixCache(1, None, 64)  # type: ignore[call-arg]


def test_a_full_tree_refuses_until_something_is_freed() -> None:
    cache = PrefixCache(page_size=4, pages_per_block=1, max_tokens=16)
    finish(cache, 1, list(range(8)))
    serve(cache, 2, list(range(100, 112)))
    for _ in range(2):
        with pytest.raises(CapacityError):
            cache.commit_sequence_extension()
    assert cache.try_free_memory()
    cache.commit_sequence_extension()
    assert cache.insert_sequence(3, [*range(100, 112), 5]) == forked(2, 12)
