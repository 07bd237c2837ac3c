"""The programs in examples/ run as their opening lines say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOY_ENGINE = ROOT / "examples" / "toy_engine.py"
CONVERSATION = ROOT.parent / "shared" / "traces" / "conversation_trace.jsonl"


def run(*arguments: object) -> str:
    command = [sys.executable, "-W", "error", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout


def number_before(text: str, words: str) -> int:
    found = re.search(rf"([\d,]+) {words}", text)
    assert found, f"no '{words}' in: {text}"
    return int(found[1].replace(",", ""))


def test_the_toy_engine_serves_generated_requests() -> None:
    output = run(TOY_ENGINE, "--requests", 120)
    assert number_before(output, "requests") == 120
    saved = re.search(r"prefill tokens saved: ([\d,]+)", output)
    assert saved
    # Chats under shared system prompts: most of every prompt was seen before.
    assert int(saved[1].replace(",", "")) > number_before(output, "prompt tokens") // 2
    assert number_before(output, "sequences forked") > 0
    assert number_before(output, "finished ones reused") > 0
    assert number_before(output, "rolled back") > 0


def test_the_toy_engine_lets_finished_sequences_go_under_pressure() -> None:
    output = run(TOY_ENGINE, "--requests", 120, "--kv-tokens", 30_000)
    assert number_before(output, "requests") == 120
    assert number_before(output, "finished sequences removed") > 0


@pytest.mark.skipif(not CONVERSATION.exists(), reason="the trace is not here")
def test_the_toy_engine_serves_a_trace() -> None:
    output = run(TOY_ENGINE, CONVERSATION, "--requests", 60)
    assert number_before(output, "requests") == 60
    assert number_before(output, "sequences forked") > 0
