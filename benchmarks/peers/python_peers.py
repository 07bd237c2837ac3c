"""Peers called from Python, each in an environment of its own."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import pagedradix

from peers.installing import environment, output_of
from peers.metrics import EVICTS, INSERTS, MATCHES, MEMORY, ROUTES
from peers.peer import Harness, Peer
from peers.results import PYTHON, Note

_SGLANG = "0.5.23"
_SGLANG_NEEDS = [
    "apache-tvm-ffi==0.1.11",
    "compressed-tensors==0.18.0",
    "dill",
    "gguf",
    "ipython",
    "msgspec",
    "orjson",
    "packaging",
    "pillow",
    "psutil",
    "pybase64",
    "pydantic",
    "pyzmq",
    "requests",
    "sentencepiece",
    "starlette",
    "torch==2.14.1",
    "torchvision",
    "transformers==5.19.0",
]
"""What its trees import; the rest of what it asks for is for GPUs."""

_IMPORT_PATH = {"PYTHONPATH": str(Path(__file__).parent.parent)}


def _harness(python: str | Path, adapter: str, version: str) -> Harness:
    """The harness in an environment, tried once: what installs cannot always be imported."""
    trial = f"import peers.python_harness.adapters.{adapter} as adapter; adapter.make()"
    output_of([python, "-c", trial], {**os.environ, **_IMPORT_PATH})
    return Harness([str(python), "-m", "peers.python_harness", adapter], version, _IMPORT_PATH)


def _make_pagedradix(_: Path) -> Harness:
    return _harness(sys.executable, "pagedradix_tree", pagedradix.__version__)


def _make_package(build: Path, adapter: str, requirement: str) -> Harness:
    python = environment(build / "environments" / adapter, [requirement])
    return _harness(python, adapter, requirement.partition("==")[2])


def _make_sglang(build: Path, adapter: str) -> Harness:
    without_dependencies = ["--no-deps", f"sglang=={_SGLANG}"]
    directory = build / "environments" / "sglang"
    return _harness(environment(directory, _SGLANG_NEEDS, without_dependencies), adapter, _SGLANG)


_SGLANG_NOTES = [
    Note(
        "Takes an array of 64-bit integers, and for inserts a tensor with a slot for each token, "
        "which it keeps; both are made before the clock starts.",
        [*INSERTS, *MATCHES, *MEMORY],
    ),
    Note("Has no tenants: evicts from all, and the trace is not routed.", [*EVICTS, *ROUTES]),
]

PYTHON_PEERS = [
    Peer("pagedradix_python", "pagedradix", PYTHON, _make_pagedradix, []),
    Peer(
        "dynamo",
        "Dynamo RadixTree",
        PYTHON,
        partial(_make_package, adapter="dynamo", requirement="ai-dynamo-runtime==1.6.1"),
        [
            Note(
                "Stores hashes of blocks of 16 tokens. A match takes a list, hashes it and asks "
                "the tree, which answers from a thread of its own.",
                [*INSERTS, *MATCHES, *MEMORY, *ROUTES],
            ),
            Note(
                "Inserts apply an engine's event, which is made before the clock starts.",
                [*INSERTS, *ROUTES],
            ),
        ],
    ),
    Peer(
        "ray_serve",
        "Ray Serve LLM prefix tree",
        PYTHON,
        partial(_make_package, adapter="ray_serve", requirement="ray[serve]==2.60.0"),
        [
            Note(
                "Keeps text: one character stands for a token here.",
                [*INSERTS, *MATCHES, *MEMORY, *EVICTS, *ROUTES],
            )
        ],
    ),
    Peer(
        "sglang_python",
        "SGLang RadixCache",
        PYTHON,
        partial(_make_sglang, adapter="sglang_python"),
        _SGLANG_NOTES,
    ),
    Peer(
        "sglang_compiled",
        "SGLang compiled tree core",
        PYTHON,
        partial(_make_sglang, adapter="sglang_compiled"),
        _SGLANG_NOTES,
    ),
]
