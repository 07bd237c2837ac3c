"""Peers called from the language that they are written in: C++ or Rust."""

from __future__ import annotations

import json
import os
import shutil
from functools import partial
from pathlib import Path

import pagedradix
from pagedradix.config import include_dir

from peers.installing import UnavailableError, output_of
from peers.metrics import EVICTS, INSERTS, MATCHES, MEMORY, ROUTES
from peers.peer import Harness, Peer
from peers.results import NATIVE, Note

_HERE = Path(__file__).parent
_BENCH = _HERE.parent.parent / "cpp" / "bench"


def _compiled(program: Path, source: str, *arguments: str | Path) -> list[str]:
    """Builds a C++ harness for this machine and returns the command that runs it."""
    program.parent.mkdir(parents=True, exist_ok=True)
    includes = [f"-I{directory}" for directory in (include_dir(), _BENCH, _HERE / "cpp")]
    options = ["-std=c++17", "-O3", "-DNDEBUG", "-march=native", *includes]
    compiler = os.environ.get("CXX", "c++")
    output_of([compiler, *options, _HERE / "cpp" / source, *arguments, "-o", program])
    return [str(program)]


def _make_pagedradix(build: Path) -> Harness:
    command = _compiled(build / "cpp" / "pagedradix", "pagedradix_harness.cpp")
    return Harness(command, pagedradix.__version__)


def _make_crate(build: Path, crate: str) -> Harness:
    """One Cargo project for both crates, built for this machine outside of the sources."""
    project = build / "rust"
    shutil.copytree(_HERE / "rust", project, dirs_exist_ok=True)
    cargo = ["cargo", "build", "--release", "--quiet"]
    output_of(cargo, {**os.environ, "RUSTFLAGS": "-C target-cpu=native"}, project)
    metadata = json.loads(output_of(["cargo", "metadata", "--format-version=1"], cwd=project))
    version = next(one["version"] for one in metadata["packages"] if one["name"] == crate)
    program = Path(metadata["target_directory"]) / "release" / "peers"
    return Harness([str(program), crate], version)


def _make_mlc(build: Path) -> Harness:
    checkout = os.environ.get("PAGEDRADIX_MLC_CHECKOUT")
    if checkout is None:
        message = "not given: set PAGEDRADIX_MLC_CHECKOUT"
        raise UnavailableError(message)
    includes = [f"-I{directory}" for directory in (_HERE / "cpp" / "tvm", Path(checkout, "cpp"))]
    command = _compiled(build / "cpp" / "mlc", "mlc_harness.cpp", *includes)
    return Harness(command, _version_of(Path(checkout)))


def _version_of(checkout: Path) -> str:
    # Below another repository's root, git would name that one's commit.
    if not (checkout / ".git").exists():
        return "not a git checkout"
    return output_of(["git", "-C", checkout, "rev-parse", "--short", "HEAD"]).strip()


NATIVE_PEERS = [
    Peer("pagedradix_cpp", "pagedradix", NATIVE, _make_pagedradix, []),
    Peer("kv_index", "kv-index TokenTree", NATIVE, partial(_make_crate, crate="kv-index"), []),
    Peer(
        "smg_radix_tree",
        "smg-radix-tree",
        NATIVE,
        partial(_make_crate, crate="smg-radix-tree"),
        [
            Note(
                "Stores hashes of blocks of 16 tokens, not tokens; each call hashes its prompt, "
                "with kv-index's functions. For one thread.",
                [*INSERTS, *MATCHES, *ROUTES, *MEMORY],
            ),
            Note("Evicts the deepest blocks first, whoever used them last.", EVICTS),
        ],
    ),
    Peer(
        "mlc",
        "MLC PagedRadixTree",
        NATIVE,
        _make_mlc,
        [
            Note(
                "Takes a vector, which each call makes of the prompt.",
                [*INSERTS, *MATCHES, *ROUTES],
            ),
            Note("Keeps sequences, without tenants: matched and inserted, not routed.", ROUTES),
        ],
    ),
]
