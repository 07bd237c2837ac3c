"""Takes out each protection that table.py names, and sees whether its test fails.

    python tests/mutations/run.py [WORDS]     only those whose rule or description contains WORDS

Needs a C++ compiler and GoogleTest. Prints a line for each; exit status 1 if a test passed although
what it guards was missing, or failed with everything in place.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from table import MUTATIONS, Mutation

ROOT = Path(__file__).resolve().parents[2]
TIME_LIMIT_SECONDS = 120
"""A test that hangs without its protection has failed too."""


def build(include: Path, source: str, sanitizer: str, program: Path) -> None:
    """Compiles one test file against the headers in `include`."""
    command = [
        os.environ.get("CXX", "c++"),
        *("-std=c++17", "-O1", "-w", "-pthread", "-DPAGEDRADIX_SYNC_POINTS"),
        *([f"-fsanitize={sanitizer}"] if sanitizer else []),
        *(f"-I{path}" for path in (include, ROOT / "tests", ROOT / "tests" / "cpp")),
        f'-DPAGEDRADIX_TEST_DATA_DIR="{ROOT / "tests" / "data"}"',
        str(ROOT / "tests" / "cpp" / source),
        *("-o", str(program), "-lgtest", "-lgtest_main"),
    ]
    subprocess.run(command, check=True)


def passes(program: Path, test: str) -> bool:
    """Whether the test passes, and is there at all."""
    command = [str(program), f"--gtest_filter={test}"]
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=TIME_LIMIT_SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    if "Running 0 tests" in result.stdout:
        message = f"no test is called {test}"
        raise LookupError(message)
    return result.returncode == 0


def mutate(mutation: Mutation, work: Path) -> Path:
    """A copy of the headers without the protection."""
    include = work / "include"
    shutil.copytree(ROOT / "cpp" / "include", include)
    header = include / "pagedradix" / "detail" / mutation.header
    text = header.read_text()
    if text.count(mutation.old) != 1:
        message = f"{mutation.header} has {text.count(mutation.old)} times: {mutation.old}"
        raise LookupError(message)
    header.write_text(text.replace(mutation.old, mutation.new))
    return include


def check(mutation: Mutation, work: Path) -> bool:
    """Prints and returns whether the test fails without the protection."""
    program = work / "test"
    build(mutate(mutation, work), mutation.source, mutation.sanitizer, program)
    caught = not passes(program, mutation.test)
    verdict = "caught" if caught else "MISSED"
    print(f"{verdict}  {mutation.rule:4} {mutation.removed}: {mutation.test}", flush=True)
    return caught


def main() -> int:
    """Runs the table."""
    words = " ".join(sys.argv[1:])
    chosen = [m for m in MUTATIONS if words in f"{m.rule} {m.removed}"]
    with tempfile.TemporaryDirectory() as directory:
        results = []
        for number, mutation in enumerate(chosen):
            work = Path(directory) / str(number)
            work.mkdir()
            results.append(check(mutation, work))
            shutil.rmtree(work)
        for source, sanitizer in sorted({(m.source, m.sanitizer) for m in chosen}):
            program = Path(directory) / "unchanged"
            build(ROOT / "cpp" / "include", source, sanitizer, program)
            results.append(passes(program, "*"))
            print(f"{'passes' if results[-1] else 'FAILS '}  unchanged: {source} {sanitizer}")
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
