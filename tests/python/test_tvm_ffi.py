"""MLC-LLM's class for a paged radix tree works on top of the functions that we register."""

from __future__ import annotations

import importlib
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    import tvm_ffi
    from conftest import RunTogether
else:
    tvm_ffi = pytest.importorskip("tvm_ffi", reason="apache-tvm-ffi is not installed")

importlib.import_module("pagedradix.integrations.tvm_ffi")

KEY = "mlc.serve.PagedRadixTree"
INT32 = 2**31
PAGE = 64


def call(operation: str, *arguments: object) -> Any:  # noqa: ANN401
    return tvm_ffi.get_global_func(KEY + operation)(*arguments)


@tvm_ffi.register_object(KEY)
class Tree(tvm_ffi.Object):
    """Written as MLC-LLM writes its class."""

    def __init__(self) -> None:
        self.__init_handle_by_constructor__(tvm_ffi.get_global_func(KEY))

    def match(self, tokens: Sequence[int]) -> tuple[int, list[int]]:
        length, *ids = call("MatchPrefix", self, tvm_ffi.Shape(tuple(tokens)))
        return length, sorted(ids)

    def has(self, seq_id: int) -> bool:
        found: bool = call("HasSequence", self, seq_id)
        return found

    def add(self, seq_id: int, tokens: Sequence[int] = ()) -> None:
        call("AddSequence", self, seq_id)
        if tokens:
            self.extend(seq_id, tokens)

    def remove(self, seq_id: int) -> None:
        call("RemoveSequence", self, seq_id)

    def extend(self, seq_id: int, tokens: Sequence[int]) -> None:
        call("ExtendSequence", self, seq_id, tvm_ffi.Shape(tuple(tokens)))

    def rollback(self, seq_id: int, num_tokens: int) -> None:
        call("RollBackSequence", self, seq_id, num_tokens)

    def fork(self, seq_id: int, parent_seq_id: int, forked_offset: int) -> None:
        call("ForkSequence", self, seq_id, parent_seq_id, forked_offset)

    def get(self, seq_id: int) -> list[int]:
        tokens = call("GetSequence", self, seq_id)
        assert isinstance(tokens, tvm_ffi.Shape)
        return list(tokens)

    def get_length(self, seq_id: int) -> int:
        length: int = call("GetSequenceLength", self, seq_id)
        return length

    def free_capacity(self) -> int:
        capacity: int = call("FreeCapacity", self)
        return capacity


@pytest.fixture
def tree() -> Tree:
    return Tree()


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(code)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def expect_success(code: str) -> None:
    done = run_python(code)
    assert done.returncode == 0, done.stderr


# --- Operations -----------------------------------------------------------------------------------


def test_a_fresh_tree_has_64_free_pages_of_64_tokens(tree: Tree) -> None:
    assert tree.free_capacity() == 64 * PAGE


def test_the_function_makes_objects_of_the_registered_class() -> None:
    made = call("")
    assert type(made) is Tree
    assert made.free_capacity() == 64 * PAGE


def test_an_added_sequence_is_empty(tree: Tree) -> None:
    tree.add(0)
    tree.add(1)
    assert tree.get(0) == tree.get(1) == []
    assert tree.get_length(0) == 0
    assert tree.match([1, 2]) == (0, [])


def test_removing_gives_back_what_extending_took(tree: Tree) -> None:
    capacity = tree.free_capacity()
    tree.add(0, [1] * 200)
    assert tree.free_capacity() == capacity - 4 * PAGE
    tree.remove(0)
    assert tree.free_capacity() == capacity


@pytest.mark.parametrize("shared", [100, 128, 200])
def test_removing_beside_a_sequence_that_shares_tokens_gives_back_the_rest(
    tree: Tree, shared: int
) -> None:
    tree.add(1, [1] * 200)
    capacity = tree.free_capacity()
    tree.add(2, [1] * shared + [2] * (200 - shared))
    tree.remove(2)
    assert tree.free_capacity() == capacity
    assert tree.get(1) == [1] * 200


def test_an_empty_sequence_takes_no_page(tree: Tree) -> None:
    capacity = tree.free_capacity()
    for seq_id in range(3):
        tree.add(seq_id)
    assert tree.free_capacity() == capacity
    for seq_id in range(3):
        tree.remove(seq_id)
    assert tree.free_capacity() == capacity


@pytest.mark.parametrize("length", [16, 32, 64, 96, 128])
@pytest.mark.parametrize("start", [0, 32, 64, 96])
def test_extending_appends(tree: Tree, start: int, length: int) -> None:
    tree.add(7, [7] * start)
    tree.extend(7, [8] * length)
    assert tree.get(7) == [7] * start + [8] * length
    assert tree.get_length(7) == start + length


@pytest.mark.parametrize("length", [16, 32, 64, 80, 96, 128])
def test_a_fork_is_a_prefix_of_its_parent(tree: Tree, length: int) -> None:
    parent = list(range(128))
    tree.add(0, parent)
    tree.fork(1, 0, length)
    assert tree.get(1) == parent[:length]
    assert tree.get(0) == parent


def test_forks_go_their_own_ways(tree: Tree) -> None:
    tree.add(10, [5, 6, 7, 8])
    tree.fork(11, 10, 2)
    tree.extend(11, [70])
    tree.fork(12, 10, 2)
    tree.extend(12, [71, 72])
    assert tree.match([5, 6, 70]) == (3, [11])
    assert tree.match([5, 6, 71, 73]) == (3, [12])
    assert tree.match([5, 6, 99]) == (2, [10, 11, 12])
    assert tree.match([99]) == (0, [])


@pytest.mark.parametrize("dropped", [16, 64, 96, 127, 128])
def test_rolling_back_drops_the_end(tree: Tree, dropped: int) -> None:
    tokens = list(range(128))
    tree.add(0, tokens)
    tree.fork(1, 0, 128)
    tree.rollback(1, dropped)
    assert tree.get(1) == tokens[: 128 - dropped]
    assert tree.get(0) == tokens


def test_has_tells_which_sequences_exist(tree: Tree) -> None:
    tree.add(3)
    assert tree.has(3) is True
    tree.remove(3)
    assert tree.has(3) is False


# --- Numbers --------------------------------------------------------------------------------------


def test_ids_have_64_bits(tree: Tree) -> None:
    ids = [-(2**63), -1, 5, INT32 + 5, 2**32 + 5, 2**63 - 1]
    for seq_id in ids:
        tree.add(seq_id, [1, 2, seq_id % 1000])
    assert tree.match([1, 2]) == (2, ids)
    tree.remove(5)
    assert tree.get(2**32 + 5) == [1, 2, (2**32 + 5) % 1000]


def test_tokens_are_any_int32(tree: Tree) -> None:
    tokens = [-INT32, -1, 0, INT32 - 1]
    tree.add(0, tokens)
    assert tree.get(0) == tokens
    assert tree.match(tokens) == (4, [0])


# --- Errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mistake", "error", "message"),
    [
        (lambda tree: tree.add(0), KeyError, "0 exists"),
        (lambda tree: tree.remove(9), KeyError, "9 does not exist"),
        (lambda tree: tree.get(9), KeyError, "9 does not exist"),
        (lambda tree: tree.get_length(9), KeyError, "9 does not exist"),
        (lambda tree: tree.extend(9, [1]), KeyError, "9 does not exist"),
        (lambda tree: tree.rollback(9, 1), KeyError, "9 does not exist"),
        (lambda tree: tree.fork(1, 9, 1), KeyError, "9 does not exist"),
        (lambda tree: tree.fork(0, 0, 1), KeyError, "0 exists"),
        (lambda tree: tree.fork(1, 0, 0), ValueError, "forked_offset is 0"),
        (lambda tree: tree.fork(1, 0, 101), ValueError, "forked_offset is 101"),
        (lambda tree: tree.fork(1, 0, -1), ValueError, "forked_offset must not be negative"),
        (lambda tree: tree.rollback(0, 0), ValueError, "num_tokens is 0"),
        (lambda tree: tree.rollback(0, 101), ValueError, "num_tokens is 101"),
        (lambda tree: tree.rollback(0, -(2**63)), ValueError, "num_tokens must not be negative"),
        (lambda tree: tree.extend(0, [1, INT32]), ValueError, "token at index 1 is 2147483648"),
        (lambda tree: tree.extend(0, [-INT32 - 1]), ValueError, "token at index 0 is -2147483649"),
        (lambda tree: tree.match([1, 2, 2**40]), ValueError, "token at index 2"),
    ],
)
def test_a_mistake_is_named_and_changes_nothing(
    tree: Tree, mistake: Callable[[Tree], None], error: type[Exception], message: str
) -> None:
    tree.add(0, [1] * 100)
    capacity = tree.free_capacity()
    with pytest.raises(error, match=message) as raised:
        mistake(tree)
    assert type(raised.value) is error
    assert tree.get(0) == [1] * 100
    assert tree.match([1]) == (1, [0])
    assert tree.free_capacity() == capacity
    assert not tree.has(1)


@pytest.mark.parametrize("other", [None, 1, "tree", (1, 2)])
def test_what_is_no_tree_is_refused(other: object) -> None:
    with pytest.raises(TypeError, match=KEY):
        call("FreeCapacity", other)


# --- Together -------------------------------------------------------------------------------------


def test_the_tree_answers_as_lists_do(tree: Tree, rng: random.Random) -> None:
    expected: dict[int, list[int]] = {}
    for seq_id in range(60):
        if expected and rng.random() < 0.5:
            parent = rng.choice(list(expected))
            offset = rng.randint(1, len(expected[parent]))
            tree.fork(seq_id, parent, offset)
            expected[seq_id] = expected[parent][:offset]
        else:
            tree.add(seq_id)
            expected[seq_id] = []
        more = [rng.randrange(2) for _ in range(rng.randint(1, 150))]
        tree.extend(seq_id, more)
        expected[seq_id] += more
        if rng.random() < 0.3:
            gone = rng.choice(list(expected))
            tree.remove(gone)
            del expected[gone]
    assert {seq_id: tree.get(seq_id) for seq_id in expected} == expected
    for seq_id, tokens in expected.items():
        holders = [other for other, theirs in expected.items() if theirs[: len(tokens)] == tokens]
        assert tree.match(tokens) == (len(tokens), sorted(holders))
        assert seq_id in holders


def test_threads_share_a_tree(tree: Tree, run_together: RunTogether) -> None:
    def work(first: int) -> None:
        for seq_id in range(first, first + 50):
            tree.add(seq_id, [1] * 100 + [seq_id] * 100)
            assert tree.match([1] * 100 + [seq_id]) == (101, [seq_id])
            tree.remove(seq_id)

    run_together(*(lambda first=first: work(first) for first in range(0, 200, 50)))
    assert tree.match([1]) == (0, [])


# --- Loading --------------------------------------------------------------------------------------


def test_without_the_package_the_error_says_what_to_install() -> None:
    done = run_python("""
        import sys
        sys.modules["tvm_ffi"] = None
        import pagedradix.integrations.tvm_ffi
    """)
    assert done.stderr.endswith("needs apache-tvm-ffi: pip install 'pagedradix[tvm-ffi]'\n")


def test_a_build_without_the_module_says_so() -> None:
    done = run_python("""
        import pagedradix.config, pagedradix.integrations
        pagedradix.__path__ = []
        import pagedradix.integrations.tvm_ffi
    """)
    assert "ImportError: this build of pagedradix has no TVM FFI module" in done.stderr


def test_functions_that_are_there_already_are_replaced() -> None:
    expect_success("""
        import sys, types
        import tvm_ffi
        for name in ("PagedRadixTree", "PagedRadixTreeFreeCapacity", "Something"):
            tvm_ffi.register_global_func("mlc.serve." + name, lambda *args: "theirs")
        theirs = types.ModuleType("mlc_llm.serve._ffi_api")
        sys.modules[theirs.__name__] = theirs
        tvm_ffi.init_ffi_api("mlc.serve", theirs.__name__)
        assert theirs.PagedRadixTree() == "theirs"

        import pagedradix.integrations.tvm_ffi

        assert theirs.PagedRadixTreeFreeCapacity(theirs.PagedRadixTree()) == 4096
        assert tvm_ffi.get_global_func("mlc.serve.PagedRadixTree")() != "theirs"
        assert theirs.Something() == "theirs"
    """)


@pytest.mark.skipif(
    not hasattr(tvm_ffi.dataclasses, "py_class"), reason="this release makes no types in Python"
)
def test_a_tree_that_another_library_made_is_refused() -> None:
    expect_success("""
        import tvm_ffi

        @tvm_ffi.dataclasses.py_class("mlc.serve.PagedRadixTree")
        class Theirs(tvm_ffi.Object):
            pages: int

        theirs = Theirs(3)
        import pagedradix.integrations.tvm_ffi

        try:
            tvm_ffi.get_global_func("mlc.serve.PagedRadixTreeFreeCapacity")(theirs)
        except TypeError as error:
            assert "made before pagedradix took over" in str(error), error
        else:
            raise AssertionError("their tree was read as ours")
        assert theirs.pages == 3
    """)
