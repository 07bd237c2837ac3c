"""Prompts that are read from memory: arrays, buffers and tensors."""

from __future__ import annotations

import array

import numpy as np
import pytest
from pagedradix import TokenTree
from token_holders import (
    BUFFERS,
    EXTREME,
    SMALL,
    Tensor,
    check_empty_prompt,
    check_long_prompt,
    inserted,
)
from tree_contents import Untyped, stored

INTEGER_TYPES = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"]


@pytest.mark.parametrize("holder", BUFFERS)
@pytest.mark.parametrize("tokens", [SMALL, EXTREME], ids=["small", "extreme"])
def test_any_array_or_tensor_of_integers_holds_a_prompt(holder: str, tokens: list[int]) -> None:
    assert inserted(BUFFERS[holder](tokens)) == tokens


@pytest.mark.parametrize("dtype", INTEGER_TYPES)
@pytest.mark.parametrize("order", "<>")
def test_every_integer_format_in_either_byte_order_is_read(dtype: str, order: str) -> None:
    limits = np.iinfo(dtype)
    tokens = [*SMALL, min(limits.max, 2**32 - 1)]
    assert inserted(np.array(tokens, order + dtype)) == tokens
    assert inserted(np.repeat(np.array(tokens, order + dtype), 2)[::2]) == tokens
    assert inserted(Tensor(np.array(tokens, dtype))) == tokens


@pytest.mark.parametrize("code", "bBhHiIlLqQ")
def test_every_integer_array_of_the_standard_library_is_read(code: str) -> None:
    assert inserted(array.array(code, SMALL)) == SMALL


def test_bytes_are_small_integers() -> None:
    assert inserted(b"\x00\x7f\xff") == [0, 127, 255]
    assert inserted(bytearray(b"\x01\x02")) == [1, 2]


def test_repeated_elements_without_memory_of_their_own_are_read() -> None:
    assert inserted(np.broadcast_to(np.uint32(9), 4)) == [9, 9, 9, 9]


def test_pytorch_tensors_are_read() -> None:
    torch = pytest.importorskip("torch")
    for dtype in (torch.uint8, torch.int16, torch.int32, torch.int64):
        assert inserted(torch.tensor(SMALL, dtype=dtype)) == SMALL
    assert inserted(torch.tensor(SMALL).repeat_interleave(2)[::2]) == SMALL
    with pytest.raises(TypeError):
        inserted(torch.tensor([1.0]))


@pytest.mark.parametrize("tokens", [np.array([], np.int64), b""], ids=["array", "bytes"])
def test_an_empty_buffer_matches_and_inserts_nothing(tokens: Untyped) -> None:
    check_empty_prompt(lambda: tokens)


@pytest.mark.parametrize("dtype", [np.uint32, np.int32, np.int64])
def test_arrays_of_a_million_tokens_are_read(dtype: type, page_size: int) -> None:
    check_long_prompt(lambda values: values.astype(dtype), page_size)


def test_a_buffer_cannot_be_resized_during_a_call() -> None:
    tokens = array.array("I", SMALL)
    tree = TokenTree(page_size=1)

    def select(_: object) -> str:
        with pytest.raises(BufferError):
            tokens.append(1)
        return "w"

    tree.match_and_insert_with(tokens, select)
    tokens.append(1)
    assert stored(tree) == [SMALL]


def test_a_tensor_lives_as_long_as_the_call() -> None:
    tensor = Tensor(np.array(SMALL, np.uint32))
    tree = TokenTree(page_size=1)

    def select(_: object) -> str:
        tensor.values = np.zeros(0)
        return "w"

    tree.match_and_insert_with(tensor, select)
    assert stored(tree) == [SMALL]
