"""What is no prompt, and what is said about it."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pagedradix import InvalidArgumentError, TokenTree
from token_holders import Tensor
from tree_contents import Untyped, stored

if TYPE_CHECKING:
    from collections.abc import Callable


LARGEST = "outside 0 .. 4294967295"


def signed(values: list[int], dtype: str) -> list[object]:
    """The values in everything that can hold negative ones."""
    typed = np.array(values, dtype)
    return [
        values,
        tuple(values),
        typed,
        np.repeat(typed, 2)[::2],
        typed.astype(">" + dtype),
        Tensor(typed),
    ]


def rejected(tokens: Untyped, error: type[Exception]) -> str:
    """Every method that takes a prompt rejects it, and the tree stays as it was."""
    tree = TokenTree(page_size=1)
    tree.insert_tokens([1, 2], "w")
    calls: list[Callable[[], object]] = [
        lambda: tree.insert_tokens(tokens, "v"),
        lambda: tree.match_prefix_with_counts(tokens),
        lambda: tree.match_and_insert(tokens, "v"),
        lambda: tree.match_and_insert_with(tokens, lambda _: "v"),
        lambda: tree.prefix_match_legacy(tokens),
        lambda: tree.match_tenants(tokens),
        lambda: tree.match_tenants(tokens, ["w"]),
        lambda: tree.match_batch(tokens, [0, 1]),
        lambda: tree.insert_batch(tokens, [0, 1], "v"),
    ]
    messages = set()
    for call in calls:
        with pytest.raises(error) as caught:
            call()
        messages.add(str(caught.value))
    assert stored(tree) == [[1, 2]]
    assert tree.get_tenant_token_counts() == {"w": 2}
    assert tree.stats().matches == 0
    (message,) = messages
    return message


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8"])
def test_a_negative_token_is_named_with_its_index(dtype: str) -> None:
    for tokens in signed([4, 5, -6, 7, -8], dtype):
        assert rejected(tokens, ValueError) == f"token at index 2 is -6, {LARGEST}"


@pytest.mark.parametrize("value", [2**32, 2**63 - 1])
def test_a_token_that_is_too_large_is_named_with_its_index(value: int) -> None:
    for tokens in signed([0, value, 2], "i8"):
        assert rejected(tokens, InvalidArgumentError) == f"token at index 1 is {value}, {LARGEST}"


def test_unsigned_64_bit_tokens_are_checked_too() -> None:
    message = rejected(np.array([1, 2**64 - 1], np.uint64), ValueError)
    assert message == f"token at index 1 is {2**64 - 1}, {LARGEST}"


@pytest.mark.parametrize("sign", [1, -1])
def test_a_huge_token_is_named_in_a_short_message(sign: int) -> None:
    assert (
        rejected([sign * 10**30], ValueError) == f"token at index 0 is {sign * 10**30}, {LARGEST}"
    )
    message = rejected([sign * 10**5000], ValueError)
    assert message == f"token at index 0 is an integer of 16610 bits, {LARGEST}"


@pytest.mark.parametrize(
    ("element", "name"),
    [
        (2.0, "float"),
        (True, "bool"),
        (None, "NoneType"),
        ("3", "str"),
        ([4], "list"),
        (np.float32(5), "numpy.float32"),
        (6j, "complex"),
    ],
)
def test_an_element_of_another_type_is_named_with_its_index(element: object, name: str) -> None:
    message = f"token at index 1 must be an integer, not {name}"
    assert rejected([1, element], TypeError) == message
    assert rejected((1, element), TypeError) == message
    assert rejected(collections.deque([1, element]), TypeError) == message
    holder = np.empty(2, object)
    holder[:] = [1, element]
    assert rejected(holder, TypeError) == message


@pytest.mark.parametrize("element", [np.array([1, 2]), np.array(1.5)])
def test_the_reason_why_an_element_has_no_index_is_kept(element: object) -> None:
    with pytest.raises(TypeError, match="token at index 0 must be an integer, not numpy") as caught:
        TokenTree().insert_tokens([element], "w")  # type: ignore[list-item]
    assert isinstance(caught.value.__cause__, TypeError)


def test_a_numpy_bool_is_no_integer_in_any_version_of_numpy() -> None:
    assert "token at index 1 must be an integer, not numpy.bool" in rejected(
        [1, np.True_], TypeError
    )


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "c8", "?", "S1", "U1", [("x", "u4")]])
def test_arrays_of_other_types_are_rejected_even_when_empty(dtype: Untyped) -> None:
    assert "tokens must be integers" in rejected(np.zeros(3, dtype), TypeError)
    assert "tokens must be integers" in rejected(np.zeros(0, dtype), TypeError)


@pytest.mark.parametrize("dtype", ["f4", "?"])
def test_tensors_of_other_types_are_rejected(dtype: str) -> None:
    assert "tokens must be integers" in rejected(Tensor(np.zeros(3, dtype)), TypeError)


def test_characters_are_not_integers() -> None:
    assert "format 'c'" in rejected(memoryview(b"ab").cast("c"), TypeError)


@pytest.mark.parametrize("shape", [(), (1, 3), (2, 2), (0, 4)])
def test_only_one_dimension_is_a_prompt(shape: tuple[int, ...]) -> None:
    values = np.zeros(shape, np.uint32)
    message = f"tokens must be one-dimensional, not of shape {shape}"
    assert rejected(values, ValueError) == message
    assert rejected(Tensor(values), ValueError) == message


@pytest.mark.parametrize("tokens", ["12", {1, 2}, frozenset({1}), {1: 2}, 3, 4.0, None, object()])
def test_what_has_no_order_or_no_elements_is_rejected(tokens: object) -> None:
    name = type(tokens).__name__
    assert rejected(tokens, TypeError) == (
        f"tokens must be an array, a tensor or a sequence of integers, not {name}"
    )


def test_a_tensor_on_another_device_is_rejected_before_it_is_exported() -> None:
    class Elsewhere:
        def __dlpack_device__(self) -> tuple[int, int]:
            return (2, 0)

        def __dlpack__(self, **_: object) -> object:
            pytest.fail("exporting may wait for the device")

    assert rejected(Elsewhere(), ValueError) == (
        "tokens must be in the CPU's memory, not on DLPack device type 2"
    )


@pytest.mark.parametrize("capsule", [None, 3, np.zeros(2)])
def test_a_tensor_that_exports_no_capsule_is_rejected(capsule: object) -> None:
    class Liar(Tensor):
        def __dlpack__(self, **_: object) -> object:
            return capsule

    assert "DLPack capsule" in rejected(Liar(np.zeros(1)), TypeError)


def test_a_released_memoryview_is_an_error_of_its_own() -> None:
    view = memoryview(b"1234")
    view.release()
    with pytest.raises(ValueError, match="released"):
        TokenTree().match_prefix_with_counts(view)
