"""What PrefixCache refuses, and what it says then."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        (lambda cache: cache.roll_back_sequence(10, 0), "num_tokens is 0"),
        (lambda cache: cache.roll_back_sequence(10, 5), "num_tokens is 5"),
        (lambda cache: cache.roll_back_sequence(10, -5), "num_tokens is -5"),
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
