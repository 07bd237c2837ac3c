"""Connects a target to Atheris: `fuzz.py TARGET [libFuzzer's arguments]`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import atheris  # type: ignore[import-untyped]

HERE = Path(__file__).parent
REFERENCE = HERE.parent.parent / "reference"


def modules_of_targets() -> list[str]:
    """The native module cannot be instrumented: its branches are seen in the naive reference."""
    return [path.stem for folder in (HERE, REFERENCE) for path in folder.glob("*.py")]


def main() -> None:
    target = sys.argv.pop(1)
    with atheris.instrument_imports(include=["pagedradix", *modules_of_targets()]):
        run_input = importlib.import_module(f"{target}_fuzz").run_input
    atheris.Setup(sys.argv, run_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
