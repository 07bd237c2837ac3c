"""The corpora of the Python fuzz targets, as regression tests: they need no fuzzer."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

CORPORA = Path(__file__).parent.parent / "fuzz" / "corpus_python"
INPUTS = sorted(CORPORA.glob("*/*"))
TARGETS = sorted((CORPORA.parent / "python").glob("*_fuzz.py"))


def test_every_target_has_a_corpus() -> None:
    named = {path.stem.removesuffix("_fuzz") for path in TARGETS}
    assert named
    assert named == {path.parent.name for path in INPUTS}


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_input_finds_nothing_wrong(path: Path) -> None:
    import_module(f"{path.parent.name}_fuzz").run_input(path.read_bytes())
