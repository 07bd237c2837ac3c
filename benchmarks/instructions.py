"""Compares instruction counts with those of an earlier commit.

    python benchmarks/instructions.py [COMMIT]      # the parent, if none is named

Builds cpp/bench/counted_workloads.cpp against the headers of both, runs each workload under
callgrind, and prints a table. Exit status 1 if a workload takes a tenth more instructions than
before. Where that is meant, a line `Slower: why` in the commit's message says so, and it passes.

Wall time is too noisy on shared machines; the same program takes the same instructions to within a
few in a thousand.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from markdown import table

ROOT = Path(__file__).parents[1]
TOLERANCE = 1.1


def output(*command: str) -> str:
    """What a command prints."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def exists(commit: str) -> bool:
    """Whether the repository has the commit: a shallow clone may not."""
    command = ["git", "rev-parse", "--quiet", "--verify", commit]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def headers_of(commit: str, directory: Path) -> Path:
    """The headers of a commit, in a directory."""
    archive = subprocess.run(
        ["git", "archive", commit, "cpp/include"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    subprocess.run(["tar", "-x", "-C", str(directory)], input=archive, check=True)
    return directory / "cpp" / "include"


def build(include: Path, program: Path) -> bool:
    """Whether the workloads compile against these headers, with a wheel's flags."""
    flags = ["-std=c++17", "-O3", "-DNDEBUG", "-g1", "-pthread", f"-I{include}"]
    source = ROOT / "cpp" / "bench" / "counted_workloads.cpp"
    command = [os.environ.get("CXX", "c++"), *flags, str(source), "-o", str(program)]
    return subprocess.run(command, check=False).returncode == 0


def instructions(program: Path, workload: str) -> int:
    """Instructions of the measured part of a workload."""
    result = subprocess.run(
        [
            "valgrind",
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            "--toggle-collect=PagedradixMeasured",
            str(program),
            workload,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    counted = re.search(r"Collected : (\d+)", result.stderr)
    if counted is None:
        message = f"callgrind did not count: {result.stderr}"
        raise ValueError(message)
    return int(counted.group(1))


def compare(before: Path, now: Path) -> list[str]:
    """Prints the table; returns the workloads that became slower."""
    rows = [["workload", "before", "now", "ratio"]]
    slower = []
    for workload in output(str(now)).split():
        counts = [instructions(program, workload) for program in (before, now)]
        ratio = counts[1] / counts[0]
        rows.append([workload, *(f"{count:,}" for count in counts), f"{ratio:.3f}"])
        if ratio > TOLERANCE:
            slower.append(workload)
    print(table(rows))
    return slower


def main() -> None:
    """Compares the working tree with the commit that the command line names."""
    commit = sys.argv[1] if len(sys.argv) > 1 else "HEAD^"
    if not exists(commit):
        print(f"nothing to compare with: there is no commit {commit} here")
        return
    with tempfile.TemporaryDirectory() as work:
        before, now = Path(work, "before"), Path(work, "now")
        if not build(ROOT / "cpp" / "include", now):
            sys.exit("counted_workloads.cpp does not compile")
        if not build(headers_of(commit, Path(work)), before):
            print(f"nothing to compare with: {commit} has another interface")
            return
        slower = compare(before, now)
    if not slower:
        return
    if re.search(r"^Slower: \S", output("git", "log", "-1", "--format=%B"), re.MULTILINE):
        print("Slower, as the commit says.")
        return
    sys.exit(f"more than {TOLERANCE - 1:.0%} more instructions: {', '.join(slower)}")


if __name__ == "__main__":
    main()
