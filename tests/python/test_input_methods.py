"""Every method that takes tokens: it reads whatever holds some, and refuses all else."""

from __future__ import annotations

import array
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pagedradix import InvalidArgumentError
from token_holders import BUFFERS, SEQUENCES, SMALL, Tensor, Token
from token_takers import TAKERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_contents import Untyped

HOLDERS: dict[str, Callable[[list[int]], object]] = {**BUFFERS, **SEQUENCES}

methods = pytest.mark.parametrize("method", TAKERS)


@methods
@pytest.mark.parametrize("holder", HOLDERS)
def test_the_answer_is_that_for_a_list_of_the_same_tokens(method: str, holder: str) -> None:
    given, plain = TAKERS[method](), TAKERS[method]()
    assert given.take(HOLDERS[holder](SMALL)) == plain.take(SMALL)
    assert given.state() == plain.state()


def refused(method: str, tokens: object, error: type[Exception]) -> None:
    taker = TAKERS[method]()
    with pytest.raises(error):
        taker.take(tokens)
    assert taker.state() == TAKERS[method]().state()


def with_second(value: object) -> list[object]:
    """Token sequences whose second element is `value`."""
    objects = np.empty(2, object)
    objects[:] = [1, value]
    return [[1, value], (1, value), iter([1, value]), objects]


@methods
@pytest.mark.parametrize("element", [1.0, True, None, "1", b"1", np.True_, np.float64(1), 1j, [1]])
def test_an_element_that_is_no_integer_is_refused(method: str, element: object) -> None:
    for tokens in with_second(element):
        refused(method, tokens, TypeError)


@methods
@pytest.mark.parametrize("value", [-1, -(2**31), -(2**63), -(2**64), 2**32, 2**63, 2**64, 2**100])
def test_an_integer_that_is_no_token_is_refused(method: str, value: int) -> None:
    for tokens in with_second(value):
        refused(method, tokens, InvalidArgumentError)


@methods
@pytest.mark.parametrize(
    ("dtype", "value"),
    [("i1", -1), ("i2", -1), ("i4", -(2**31)), ("i8", -1), ("i8", 2**32), ("u8", 2**63)],
)
def test_an_array_with_an_integer_that_is_no_token_is_refused(
    method: str, dtype: str, value: int
) -> None:
    typed = np.array([1, value], dtype)
    fixed = typed.copy()
    fixed.flags.writeable = False
    for tokens in (typed, fixed, typed.astype(">" + dtype), np.repeat(typed, 2)[::2]):
        refused(method, tokens, InvalidArgumentError)
        refused(method, Tensor(tokens.astype(dtype)), InvalidArgumentError)


@methods
@pytest.mark.parametrize("shape", [(), (1, 2), (2, 1), (0, 2), (1, 1, 1)])
def test_only_one_dimension_holds_tokens(method: str, shape: tuple[int, ...]) -> None:
    values: Untyped = np.zeros(shape, np.int32)
    for tokens in (values, values.astype(">i4"), Tensor(values), memoryview(values)):
        refused(method, tokens, InvalidArgumentError)


@methods
@pytest.mark.parametrize("dtype", ["f4", "f8", "c16", "?", "S1", "U1", "V4", [("x", "i4")]])
def test_arrays_of_other_types_are_refused(method: str, dtype: Untyped) -> None:
    refused(method, np.zeros(2, dtype), TypeError)
    refused(method, np.zeros(0, dtype), TypeError)


@methods
@pytest.mark.parametrize("tokens", ["12", {1}, frozenset({1}), {1: 1}, 1, 1.0, None, object(), int])
def test_what_is_no_sequence_is_refused(method: str, tokens: object) -> None:
    refused(method, tokens, TypeError)


@methods
def test_an_error_in_an_element_goes_through(method: str) -> None:
    def fail() -> None:
        raise KeyError("mine")

    refused(method, [1, Token(2, fail)], KeyError)
    refused(method, iter([1, Token(2, fail)]), KeyError)


@methods
@pytest.mark.parametrize("last", [1, -1])
def test_a_buffer_is_let_go_after_the_call(method: str, last: int) -> None:
    """Whether it succeeds or fails; what is exported could not grow."""
    tokens = array.array("i", [7, 0, last])
    octets = bytearray([7, 0, 1])
    values = np.array([7, 0, last])
    for holder in (tokens, octets, values):
        taker = TAKERS[method]()
        try:
            taker.take(holder)
        except InvalidArgumentError:
            assert last == -1
    tokens.append(5)
    octets.append(5)
    values.resize(1000, refcheck=False)
