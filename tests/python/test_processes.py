"""Processes that fork, that end while a thread is inside, that import without a GIL."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import textwrap

import pytest


def run_script(script: str) -> str:
    """Runs a script in a process of its own, warnings as errors."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


TOKEN_TREE = """
tree = TokenTree(page_size=1)
tree.insert_tokens(range(1000), "w")
walk = tree.iter_entries()

def child():
    global tree, walk
    assert tree.match_prefix_with_counts(range(1000)).matched_token_count == 1000
    tree.insert_tokens([5, 6], "child")
    tree.evict_tenant("w", 0)
    assert [prefix.tolist() for prefix, _ in walk] == [[5, 6]]
    tree.check_invariants()
    tree.clear()
    del tree, walk

def parent():
    assert tree.get_tenant_token_counts() == {"w": 1000}
    tree.insert_tokens([5, 6], "parent")
    tree.check_invariants()
"""

PAGED_RADIX_TREE = """
tree = PagedRadixTree(page_size=4)
tree.add_sequence(0)
tree.extend_sequence(0, range(1000))

def child():
    global tree
    assert tree.match_prefix(range(1000)) == (1000, [0])
    tree.fork_sequence(1, 0, 501)
    tree.remove_sequence(0)
    tree.extend_sequence(1, [5, 6])
    assert tree.get_sequence(1).tolist() == [*range(501), 5, 6]
    tree.check_invariants()
    tree.reset()
    del tree

def parent():
    assert list(tree) == [0]
    assert tree.get_sequence_length(0) == 1000
    tree.extend_sequence(0, [5, 6])
    tree.check_invariants()
"""

PREFIX_CACHE = """
removed = []
cache = PrefixCache(1, removed.append, page_size=4)
cache.insert_sequence(0, range(100))
cache.extend_sequence(0, range(100))

def child():
    global cache
    assert cache.insert_sequence(1, range(101)).forked_seq_id == 0
    cache.recycle_sequence(0)
    cache.recycle_sequence(1)
    assert removed == [0]
    assert cache.try_free_memory()
    assert removed == [0, 1]
    cache.reset()
    del cache

def parent():
    assert removed == []
    assert 0 in cache
    assert cache.insert_sequence(1, range(101)).forked_seq_id == 0
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
@pytest.mark.parametrize(
    "script",
    [TOKEN_TREE, PAGED_RADIX_TREE, PREFIX_CACHE],
    ids=["TokenTree", "PagedRadixTree", "PrefixCache"],
)
def test_a_forked_child_can_use_and_drop_what_it_has(script: str) -> None:
    fork = """
import os
from pagedradix import PagedRadixTree, PrefixCache, TokenTree
{script}
forked = os.fork()
if forked == 0:
    child()
    os._exit(7)
_, status = os.waitpid(forked, 0)
assert os.waitstatus_to_exitcode(status) == 7
parent()
print("parent goes on")
"""
    assert run_script(fork.format(script=script)) == "parent goes on\n"


@pytest.mark.parametrize(
    "call",
    [
        "tree.insert_tokens(range(5000), 'w')",
        "tree.match_and_insert_with(range(5000), lambda _: time.sleep(0.001) or 'w')",
    ],
)
def test_the_process_may_end_while_a_thread_is_inside_a_call(call: str) -> None:
    script = f"""
        import threading
        import time
        from pagedradix import TokenTree

        tree = TokenTree(page_size=1)
        inside = threading.Event()

        def work():
            while True:
                {call}
                inside.set()

        for _ in range(3):
            threading.Thread(target=work, daemon=True).start()
        inside.wait()
        print("bye")
    """
    assert run_script(script) == "bye\n"


@pytest.mark.skipif(not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="has a GIL")
def test_importing_leaves_the_gil_disabled() -> None:
    script = """
        import importlib
        import pkgutil
        import sys
        import pagedradix

        modules = {module.name for module in pkgutil.iter_modules(pagedradix.__path__)}
        assert {"_core", "_replay"} <= modules
        for name in modules - {"__main__"}:
            importlib.import_module(f"pagedradix.{name}")
        print(sys._is_gil_enabled())
    """
    assert run_script(script) == "False\n"
