"""Prompts that another thread changes, or tries to resize, while a call reads them."""

from __future__ import annotations

import array
import contextlib
import sys
import sysconfig
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pagedradix import InvalidArgumentError, TokenTree
from token_holders import SMALL, Token
from token_takers import TAKERS
from tree_contents import stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_contents import Untyped

CALLS = 20
MANY = 20_000  # tokens: enough for the GIL to be given up

methods = pytest.mark.parametrize("method", TAKERS)
needs_gil = pytest.mark.skipif(
    bool(sysconfig.get_config_var("Py_GIL_DISABLED")), reason="needs the GIL"
)


@pytest.fixture(autouse=True)
def quick_switches() -> Iterator[None]:
    """Threads take turns often: an interval is what a call waits for the GIL."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


def take_beside(method: str, tokens: Untyped, change: Callable[[], object]) -> int:
    """Calls the method again and again while a thread makes changes.

    Returns how often the method refused, which must leave no trace.
    """
    untouched = TAKERS[method]().state()
    refused = 0
    done = threading.Event()

    def keep_changing() -> None:
        while not done.is_set():
            change()

    changing = threading.Thread(target=keep_changing)
    changing.start()
    try:
        for _ in range(CALLS):
            taker = TAKERS[method]()
            try:
                taker.take(tokens)
            except InvalidArgumentError:
                refused += 1
                assert taker.state() == untouched
            else:
                taker.state()
    finally:
        done.set()
        changing.join()
    return refused


@methods
@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_an_array_may_get_other_tokens(method: str, dtype: type) -> None:
    values: np.ndarray[Any, Any] = np.zeros(MANY, dtype)
    numbers = iter(range(10**9))

    def change() -> None:
        number = next(numbers)
        values[number % MANY] = number % 3

    assert take_beside(method, values, change) == 0


@methods
def test_an_array_may_get_tokens_that_are_none(method: str) -> None:
    values = np.zeros(MANY, np.int64)

    def change() -> None:
        values[MANY // 2] = -1
        values[MANY // 2] = 2**40
        values[MANY // 2] = 0

    take_beside(method, values, change)


@methods
def test_a_list_may_grow_and_shrink(method: str) -> None:
    tokens = [3] * 500

    def change() -> None:
        tokens.clear()
        tokens.append(3)
        tokens.extend([3] * 999)

    refused = take_beside(method, tokens, change)
    # One that is empty has no second offset, and is no prompt for a cache.
    assert refused == 0 or "batch" in method or method == "PrefixCache.insert_sequence"


@methods
def test_a_list_whose_elements_run_code_may_grow_and_shrink(method: str) -> None:
    tokens: list[Any] = [Token(3) for _ in range(50)]
    more = [Token(4) for _ in range(50)]

    def change() -> None:
        tokens.clear()
        tokens.extend(more)
        tokens.append(more[0])

    take_beside(method, tokens, change)


@needs_gil
@methods
def test_an_array_that_is_resized_without_a_check_of_references_is_read_whole(method: str) -> None:
    """NumPy refuses while the call holds it, and else resizes it in place."""
    values = np.full(MANY, 7, np.int32)

    def change() -> None:
        for size in (MANY * 3, MANY):
            with contextlib.suppress(ValueError):
                values.resize(size, refcheck=False)

    assert take_beside(method, values, change) == 0


@needs_gil
@methods
def test_an_array_of_the_standard_library_that_is_resized_is_read_whole(method: str) -> None:
    values = array.array("i", [7]) * MANY

    def change() -> None:
        for size in (MANY * 2, MANY):
            with contextlib.suppress(BufferError):
                del values[MANY:]
            with contextlib.suppress(BufferError):
                values.extend(array.array("i", [7]) * (size - len(values)))

    assert take_beside(method, values, change) == 0


RESIZABLE: dict[str, tuple[Callable[[list[int]], Any], Callable[[Any], object]]] = {
    "array, append": (lambda tokens: array.array("I", tokens), lambda held: held.append(1)),
    "array, pop": (lambda tokens: array.array("q", tokens), lambda held: held.pop()),
    "bytearray, append": (bytearray, lambda held: held.append(1)),
    "bytearray, clear": (bytearray, lambda held: held.clear()),
    "memoryview, release": (lambda tokens: memoryview(bytes(tokens)), lambda held: held.release()),
    "ndarray, resize": (
        lambda tokens: np.array(tokens, np.uint32),
        lambda held: held.resize(10**6),
    ),
    "ndarray, resize in spite of references": (
        lambda tokens: np.array(tokens, np.uint32),
        lambda held: held.resize(10**6, refcheck=False),
    ),
    "int64 ndarray, resize in spite of references": (
        np.array,
        lambda held: held.resize(10**6, refcheck=False),
    ),
}


@pytest.mark.parametrize("way", RESIZABLE)
def test_what_is_being_read_is_not_resized(way: str) -> None:
    make, resize = RESIZABLE[way]
    tokens = make(SMALL)
    tree = TokenTree(page_size=1)

    def select(_: object) -> str:
        with pytest.raises((BufferError, ValueError)):
            resize(tokens)
        return "w"

    tree.match_and_insert_with(tokens, select)
    assert stored(tree) == [SMALL]
    if way != "ndarray, resize":  # whose check counts this frame's references, too
        resize(tokens)
