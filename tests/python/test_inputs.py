"""What may hold a prompt, and what is said about everything else."""

from __future__ import annotations

import array
import collections
import contextlib
import enum
import itertools
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pagedradix import InvalidArgumentError, TokenTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Arguments that a type checker would reject, or would not see through.
Untyped = Any

SMALL = [7, 0, 99, 3, 3, 127, 64, 1]
EXTREME = [0, 1, 2**30 - 1, 2**30, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]
LARGEST = "outside 0 .. 4294967295"


def stored(tree: TokenTree) -> list[list[int]]:
    return [prefix.tolist() for prefix, _ in tree.iter_entries()]


def inserted(tokens: Untyped) -> list[int]:
    """The tokens that the tree holds after it was given `tokens`."""
    tree = TokenTree(page_size=1)
    tree.insert_tokens(tokens, "w")
    tree.check_invariants()
    (prefix,) = stored(tree)
    return prefix


class Token:
    """Anything with __index__ is an integer."""

    def __init__(self, value: int, before: Callable[[], object] = lambda: None) -> None:
        self.value = value
        self.before = before

    def __index__(self) -> int:
        self.before()
        return self.value


class Sequence:
    """The old protocol: __getitem__ until IndexError."""

    def __init__(self, tokens: list[int]) -> None:
        self.tokens = tokens

    def __getitem__(self, index: int) -> int:
        return self.tokens[index]


class ListSubclass(list[int]):
    def __iter__(self) -> Iterator[int]:
        return iter([*super().__iter__(), 5])


class Tensor:
    """Nothing but DLPack, as PyTorch's tensors: version 1 where the consumer asks for it."""

    def __init__(self, values: np.ndarray[Any, Any]) -> None:
        self.values = values

    def __dlpack__(self, **options: Untyped) -> object:
        return self.values.__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)


class OldTensor(Tensor):
    """A producer from before DLPack had versions."""

    def __dlpack__(self) -> object:  # type: ignore[override]
        return self.values.__dlpack__()


class Vocabulary(enum.IntEnum):
    BOS = 1
    EOS = 2


def interleaved(dtype: str) -> Callable[[list[int]], object]:
    """Every third element of an array."""
    return lambda tokens: np.repeat(np.array(tokens, dtype), 3)[1::3]


def unaligned(tokens: list[int]) -> object:
    return np.frombuffer(b"x" + np.array(tokens, np.uint32).tobytes(), np.uint32, offset=1)


def frozen(tokens: list[int]) -> np.ndarray[Any, Any]:
    values = np.array(tokens, np.uint32)
    values.flags.writeable = False
    return values


HOLDERS: dict[str, Callable[[list[int]], object]] = {
    "list": list,
    "tuple": tuple,
    "deque": collections.deque,
    "iterator": iter,
    "generator": lambda tokens: (token for token in tokens),
    "old sequence": Sequence,
    "list of NumPy integers": lambda tokens: [np.int64(token) for token in tokens],
    "list of objects with __index__": lambda tokens: [Token(token) for token in tokens],
    "list of one-element arrays": lambda tokens: [np.array(token) for token in tokens],
    "object array": lambda tokens: np.array(tokens, object),
    "read-only array": frozen,
    "unaligned array": unaligned,
    "reversed array": lambda tokens: np.array(tokens[::-1], np.uint32)[::-1],
    "interleaved uint32": interleaved("u4"),
    "interleaved int64": interleaved("i8"),
    "column": lambda tokens: np.array([tokens, tokens], np.uint32).T[:, 0],
    "big-endian uint32": lambda tokens: np.array(tokens, ">u4"),
    "little-endian int64": lambda tokens: np.array(tokens, "<i8"),
    "big-endian int64": lambda tokens: np.array(tokens, ">i8"),
    "array of unsigned": lambda tokens: array.array("I", tokens),
    "array of long long": lambda tokens: array.array("q", tokens),
    "memoryview": lambda tokens: memoryview(array.array("I", tokens)),
    "memoryview slice": lambda tokens: memoryview(array.array("Q", [*tokens, *tokens]))[
        : len(tokens)
    ],
    "tensor of uint32": lambda tokens: Tensor(np.array(tokens, np.uint32)),
    "tensor of int64": lambda tokens: Tensor(np.array(tokens, np.int64)),
    "read-only tensor": lambda tokens: Tensor(frozen(tokens)),
    "interleaved tensor": lambda tokens: Tensor(np.repeat(np.array(tokens, np.uint32), 3)[1::3]),
    "old tensor": lambda tokens: OldTensor(np.array(tokens, np.int64)),
}
INTEGER_TYPES = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"]


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("tokens", [SMALL, EXTREME], ids=["small", "extreme"])
def test_anything_that_holds_integers_holds_a_prompt(holder: str, tokens: list[int]) -> None:
    assert inserted(HOLDERS[holder](tokens)) == tokens


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


def test_a_list_subclass_is_read_the_way_it_iterates() -> None:
    assert inserted(ListSubclass([1, 2])) == [1, 2, 5]


def test_bytes_are_small_integers() -> None:
    assert inserted(b"\x00\x7f\xff") == [0, 127, 255]
    assert inserted(bytearray(b"\x01\x02")) == [1, 2]


def test_a_range_is_a_prompt() -> None:
    assert inserted(range(5, 2000, 3)) == list(range(5, 2000, 3))


def test_integer_enums_are_integers() -> None:
    assert inserted([Vocabulary.BOS, Vocabulary.EOS]) == [1, 2]


def test_repeated_elements_without_memory_of_their_own_are_read() -> None:
    assert inserted(np.broadcast_to(np.uint32(9), 4)) == [9, 9, 9, 9]


def test_pytorch_tensors_are_read() -> None:
    torch = pytest.importorskip("torch")
    for dtype in (torch.uint8, torch.int16, torch.int32, torch.int64):
        assert inserted(torch.tensor(SMALL, dtype=dtype)) == SMALL
    assert inserted(torch.tensor(SMALL).repeat_interleave(2)[::2]) == SMALL
    with pytest.raises(TypeError):
        inserted(torch.tensor([1.0]))


@pytest.mark.parametrize("holder", [list, tuple, iter, lambda _: np.array([], np.int64), bytes])
def test_an_empty_prompt_matches_and_inserts_nothing(holder: Callable[[list[int]], Any]) -> None:
    tree = TokenTree(page_size=1)
    tree.insert_tokens(holder([]), "w")
    result = tree.match_and_insert(holder([]), "w")
    assert (result.matched_token_count, result.input_token_count, result.hit_ratio) == (0, 0, 0.0)
    assert stored(tree) == []


@pytest.mark.parametrize("holder", ["list", "tuple", "generator", "array", "int32", "int64"])
def test_prompts_of_a_million_tokens_are_read(holder: str, page_size: int) -> None:
    values = np.arange(1_000_000, dtype=np.uint32)
    prompts: dict[str, Callable[[], Any]] = {
        "list": values.tolist,
        "tuple": lambda: tuple(values.tolist()),
        "generator": lambda: iter(range(1_000_000)),
        "array": lambda: values,
        "int32": lambda: values.astype(np.int32),
        "int64": lambda: values.astype(np.int64),
    }
    tree = TokenTree(page_size)
    tree.insert_tokens(prompts[holder](), "w")
    assert (
        tree.match_prefix_with_counts(values).matched_token_count
        == 1_000_000 // page_size * page_size
    )
    ((prefix, _),) = tree.iter_entries()
    assert np.array_equal(prefix, values[: prefix.size])


# --- What is no prompt -------------------------------------------------------------------------


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


# --- Elements and iterators that run code ------------------------------------------------------


def test_an_error_in_index_goes_through() -> None:
    def fail() -> None:
        raise KeyError("mine")

    tree = TokenTree(page_size=1)
    with pytest.raises(KeyError, match="mine"):
        tree.insert_tokens([1, Token(2, fail)], "w")
    assert stored(tree) == []


def test_an_error_in_an_iterator_goes_through() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise KeyError("mine")

    tree = TokenTree(page_size=1)
    with pytest.raises(KeyError, match="mine"):
        tree.insert_tokens(broken(), "w")
    assert stored(tree) == []


@pytest.mark.parametrize("change", ["clear", "pop", "append"])
def test_a_list_that_changes_its_size_while_it_is_read_is_safe(change: str) -> None:
    for position in range(4):
        tokens: list[Any] = [1000, 2000, 3000, 4000]
        changes: dict[str, Callable[[], object]] = {
            "clear": tokens.clear,
            "pop": tokens.pop,
            "append": partial(tokens.extend, range(10_000)),
        }
        tokens[position] = Token(9, changes[change])
        tree = TokenTree(page_size=1)
        expected = [1000, 2000, 3000, 4000]
        expected[position] = 9
        # Either it is noticed, or the list is read as it was when the call began.
        with contextlib.suppress(InvalidArgumentError):
            tree.insert_tokens(tokens, "w")
        assert stored(tree) in ([], [expected])


def test_a_list_whose_elements_are_replaced_while_it_is_read_is_safe() -> None:
    tokens: list[Any] = [0, 0, 0, 0]

    def replace() -> None:
        tokens[:] = [Token(2**20 + i) for i in range(4)]

    tokens[0] = Token(5, replace)
    assert inserted(tokens) in ([5, 0, 0, 0], [5, 2**20 + 1, 2**20 + 2, 2**20 + 3])


def test_an_element_that_drops_itself_from_the_list_is_safe() -> None:
    tokens: list[Any] = [Token(1)]
    tokens[0].before = lambda: tokens.__setitem__(0, 8)
    assert inserted(tokens) == [1]


def test_an_endless_iterator_can_be_interrupted() -> None:
    def endless() -> Iterator[int]:
        for count in itertools.count():
            if count == 100_000:
                raise KeyboardInterrupt
            yield 3

    with pytest.raises(KeyboardInterrupt):
        TokenTree().match_prefix_with_counts(endless())


def test_a_length_hint_need_not_be_true() -> None:
    class Hint:
        def __init__(self, hint: int) -> None:
            self.hint = hint

        def __iter__(self) -> Iterator[int]:
            return iter([4, 5])

        def __length_hint__(self) -> int:
            return self.hint

    assert inserted(Hint(0)) == [4, 5]
    assert inserted(Hint(2**60)) == [4, 5]


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


# --- Offsets -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "offsets",
    [
        [0, 2, 4],
        (0, 2, 4),
        range(0, 5, 2),
        np.array([0, 2, 4]),
        np.array([0, 2, 4], np.uint8),
        array.array("Q", [0, 2, 4]),
        Tensor(np.array([0, 2, 4])),
    ],
)
def test_offsets_may_be_in_anything_that_holds_integers(offsets: Untyped) -> None:
    tree = TokenTree(page_size=2)
    tree.insert_batch([1, 2, 3, 4], offsets, "w")
    assert stored(tree) == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    "offsets",
    [
        [],
        [0, -1],
        [0, 5],
        [3, 2],
        [0, 4, 2],
        [0, 2**63],
        [2**64],
        np.array([0, -1]),
        np.array([], int),
    ],
)
def test_offsets_that_name_no_prompts_are_rejected(offsets: Untyped) -> None:
    tree = TokenTree(page_size=1)
    with pytest.raises(InvalidArgumentError, match="offset"):
        tree.insert_batch([1, 2, 3, 4], offsets, "w")
    with pytest.raises(InvalidArgumentError, match="offset"):
        tree.match_batch([1, 2, 3, 4], offsets)
    assert stored(tree) == []


@pytest.mark.parametrize("offsets", [[0, 1.0], [0, True], np.array([0.0, 1.0]), 3, None, "01"])
def test_offsets_of_other_types_are_rejected(offsets: Untyped) -> None:
    with pytest.raises(TypeError, match="offset"):
        TokenTree().match_batch([1, 2], offsets)
