"""The command: what it prints where, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pagedradix
import pytest
from pagedradix.cli import main
from pagedradix.replay import POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterator

TRACES = Path(__file__).resolve().parents[3] / "shared" / "traces"

POLICY_FIGURES = {
    "name",
    "hit_tokens",
    "hit_rate",
    "ttft_p50_ms",
    "ttft_p90_ms",
    "ttft_p99_ms",
    "imbalance",
    "evicted_tokens",
    "nodes",
    "memory_bytes",
    "bytes_per_token",
    "decisions_per_second",
    "decision_p50_us",
    "decision_p99_us",
    "eviction_seconds",
}
TIMES = {"decisions_per_second", "decision_p50_us", "decision_p99_us", "eviction_seconds"}


@pytest.fixture
def trace(tmp_path: Path) -> str:
    """Forty chats of three turns: 120 requests of 512 to 1,500 tokens."""
    lines = [
        json.dumps(
            {
                "timestamp": 1000 * turn + 10 * chat,
                "input_length": 500 * (turn + 1),
                "output_length": 1,
                "hash_ids": [100 * chat + block for block in range(turn + 1)],
            }
        )
        for turn in range(3)
        for chat in range(40)
    ]
    path = tmp_path / "chats.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def report(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["replay", *arguments, "--json", "-"]) == 0
    loaded: dict[str, Any] = json.loads(capsys.readouterr().out)
    return loaded


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"pagedradix {pagedradix.__version__}\n"
    assert main(["replay", "--help"]) == 0
    text = capsys.readouterr().out
    assert "Examples:\n    pagedradix replay\n" in text
    assert "Exit status: 0 done; 2 wrong usage" in text
    assert main(["--help"]) == 0


def test_version_and_help_do_without_numpy() -> None:
    script = (
        "import sys; from pagedradix.cli import main; "
        "ended = [main(a.split()) for a in ('--version', '--help', 'replay --help')]; "
        "sys.exit(any(ended) or 'numpy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.DEVNULL)


def test_the_table_is_readable_at_100_columns(
    trace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", trace, "--capacity", "5000"]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert captured.err == ""
    assert lines[0] == (f"{trace}: 120 requests, 120,000 input tokens, endless cache hits 49.60%")
    assert lines[1].startswith("8 workers, each cache of 5,000 tokens (lru)")
    assert max(map(len, lines[1:])) <= 100
    rows = [line.split() for line in lines[6 : 6 + len(POLICIES)]]
    assert [row[0] for row in rows] == list(POLICIES)
    assert {len(row) for row in rows} == {13}
    assert lines[11].startswith("seconds in eviction, beside decisions: cache-aware ")
    assert not re.search("…|nan|inf", captured.out)


def test_json_has_the_documented_names(trace: str, tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    assert main(["replay", trace, "--json", str(path), "--workers", "3", "--seed", "9"]) == 0
    loaded = json.loads(path.read_text())
    assert loaded["schema_version"] == 1
    assert loaded["pagedradix_version"] == pagedradix.__version__
    assert loaded["trace"] == {
        "requests": 120,
        "input_tokens": 120_000,
        "infinite_hit_tokens": 59_520,
        "infinite_hit_rate": 0.496,
        "duration_seconds": 2.39,
        "format": "mooncake",
        "files": [trace],
        "skipped": 0,
        "workload": None,
    }
    assert loaded["options"]["workers"] == 3
    assert loaded["options"]["seed"] == 9
    assert [figures["name"] for figures in loaded["policies"]] == list(POLICIES)
    assert all(set(figures) == POLICY_FIGURES for figures in loaded["policies"])


def test_json_on_the_standard_output_leaves_the_table_to_the_other(
    trace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", trace, "--json", "-", "--policy", "random"]) == 0
    captured = capsys.readouterr()
    assert [figures["name"] for figures in json.loads(captured.out)["policies"]] == ["random"]
    assert "120 requests" in captured.err


def test_figures_other_than_times_repeat_for_a_seed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def figures(seed: str) -> list[dict[str, Any]]:
        loaded = report(capsys, "--limit", "300", "--capacity", "50000", "--seed", seed)
        assert loaded["trace"]["requests"] == 300
        assert loaded["trace"]["workload"]["seed"] == int(seed)
        return [
            {name: value for name, value in policy.items() if name not in TIMES}
            for policy in loaded["policies"]
        ]

    assert figures("3") == figures("3")
    assert figures("3") != figures("4")


def test_the_built_in_workload_prints_its_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--limit", "100", "--policy", "cache-aware"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("built-in workload: 100 requests, ")
    for word in ("seed 0", "chats: ", "agents: ", "one-off prompts: "):
        assert word in out


def test_threads_change_times_only(trace: str, capsys: pytest.CaptureFixture[str]) -> None:
    one = report(capsys, trace, "--capacity", "4000")
    three = report(capsys, trace, "--capacity", "4000", "--threads", "3")
    for of_one, of_three in zip(one["policies"], three["policies"], strict=True):
        assert of_three["decisions_per_second"] > 0
        for name in POLICY_FIGURES - TIMES:
            assert of_one[name] == of_three[name]
    assert main(["replay", trace, "--threads", "2"]) == 0
    assert "decisions by 2 threads on one tree" in capsys.readouterr().out


def test_a_bad_line_ends_with_status_2_or_is_counted(
    trace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path(trace).open("a") as file:
        file.write("{]\n")
    assert main(["replay", trace]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"Error: {trace}:121: not JSON: ")

    assert main(["replay", trace, "--skip-bad"]) == 0
    assert f"skipped 1 bad entry, the first: {trace}:121: not JSON" in capsys.readouterr().out
    assert report(capsys, trace, "--skip-bad")["trace"]["skipped"] == 1


def test_an_empty_trace_ends_with_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    assert main(["replay", str(empty)]) == 2
    assert capsys.readouterr().err == f"Error: {empty}: no requests in this trace\n"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--workers", "0"], "'--workers': 0 is too small: it must be at least 1."),
        (["--workers", "many"], "'--workers': 'many' is not a valid integer."),
        (["--capacity", "-1"], "'--capacity': -1 is too small"),
        (["--capacity", str(2**63)], "is too large: at most"),
        (["--page-size", "0"], "'--page-size': 0 is too small"),
        (["--eviction", "newest"], "'--eviction': 'newest' is not one of"),
        (["--policy", "random,best"], "'--policy': 'best' is not one of cache-aware, "),
        (["--policy", "random,random"], "'--policy': random is named twice."),
        (["--policy", ""], "'--policy': '' is not one of"),
        (["--prefill-rate", "0"], "'--prefill-rate': 0.0 is too small: it must be more than 0."),
        (["--prefill-rate", "nan"], "'--prefill-rate': nan is not a finite number."),
        (["--threads", "0"], "'--threads': 0 is too small"),
        (["--limit", "0"], "'--limit': 0 is too small"),
        (["--seed", "-1"], "'--seed': -1 is too small"),
        (["--cache-threshold", "1.5"], "'--cache-threshold': 1.5 is too large: at most 1."),
        (["--balance-abs", "-3"], "'--balance-abs': -3.0 is too small"),
        (["--balance-rel", "inf"], "'--balance-rel': inf is not a finite number."),
        (["--hash-tokens", "0"], "'--hash-tokens': 0 is too small"),
        (["--json", "/no/such/folder/a.json"], "'--json': there is no folder /no/such/folder."),
        (["--plot", "/"], "'--plot': / is a folder."),
        (["--wrong"], "No such option"),
        (["no-such-trace"], "no-such-trace: No such file or directory"),
    ],
)
def test_wrong_usage_ends_with_status_2_and_says_why(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert problem in " ".join(captured.err.split())


def test_an_unknown_command_ends_with_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["repaly"]) == 2
    assert "No such command 'repaly'" in capsys.readouterr().err


@pytest.fixture
def heeds_interrupts() -> Iterator[None]:
    """A shell has what runs in its background ignore interrupts, and so would our children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_interrupts")
@pytest.mark.parametrize("extra", [[], ["--threads", "2"]])
def test_an_interrupt_ends_the_run_unfinished_with_status_130(extra: list[str]) -> None:
    command = [sys.executable, "-m", "pagedradix", "replay", *extra]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("built-in workload")
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        printed, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "cache-aware" not in printed  # the table comes after the last request
    assert errors.split() == ["interrupted"]


def test_plot_writes_a_picture(trace: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "policies.png"
    assert main(["replay", trace, "--plot", str(path)]) == 0
    assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_plot_without_matplotlib_says_how_to_get_it(
    trace: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pagedradix.replay.command.can_plot", lambda: False)
    assert main(["replay", trace, "--plot", "a.png"]) == 2
    assert "pip install 'pagedradix[plot]'" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_ends_with_status_1(
    trace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", trace, "--policy", "random", "--json", "/dev/full"]) == 1
    assert "/dev/full" in capsys.readouterr().err


@pytest.mark.skipif(not TRACES.is_dir(), reason="needs the recorded traces")
def test_one_endless_worker_gives_the_conversation_traces_known_hit_rate(
    capsys: pytest.CaptureFixture[str],
) -> None:
    loaded = report(
        capsys,
        str(TRACES / "conversation_trace.jsonl"),
        *("--workers", "1", "--capacity", "0", "--policy", "round-robin"),
    )
    assert loaded["trace"]["requests"] == 12_031
    assert loaded["trace"]["input_tokens"] == 144_793_823
    assert loaded["trace"]["infinite_hit_tokens"] == 54_097_552
    assert loaded["policies"][0]["hit_tokens"] == 54_097_552
    assert round(loaded["policies"][0]["hit_rate"], 4) == 0.3736


@pytest.mark.skipif(not TRACES.is_dir(), reason="needs the recorded traces")
def test_a_folder_of_agentic_sessions_is_one_trace(capsys: pytest.CaptureFixture[str]) -> None:
    loaded = report(capsys, str(TRACES / "agentic_coding"), "--limit", "400", "--policy", "random")
    assert loaded["trace"]["format"] == "agentic"
    assert len(loaded["trace"]["files"]) == 22
