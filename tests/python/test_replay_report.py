"""How figures are computed and written."""

from __future__ import annotations

import numpy as np
import pytest
from pagedradix.replay import Replay, ReplayOptions, RequestsBuilder
from pagedradix.replay.figures import percentile, ratio
from pagedradix.replay.policies import make_policy
from pagedradix.replay.table_report import short_count, three_digits


def test_percentiles_are_values_that_occurred() -> None:
    values = np.arange(1.0, 201.0)
    assert [percentile(values, percent) for percent in (50, 90, 99)] == [100, 180, 198]
    assert percentile(np.array([7.0]), 99) == 7
    assert percentile(np.array([1.0, 2.0]), 50) == 1


def test_a_ratio_of_nothing_is_what_was_said() -> None:
    assert ratio(1, 4) == 0.25
    assert ratio(0, 0) == 0
    assert ratio(0, 0, of_nothing=1) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.00123, "0.001"),
        (0.99949, "0.999"),
        (0.9996, "1.00"),
        (9.994, "9.99"),
        (9.996, "10.0"),
        (99.94, "99.9"),
        (99.96, "100"),
        (12345.6, "12,346"),
        (99_999.4, "99,999"),
        (123_456, "123k"),
    ],
)
def test_three_digits(value: float, text: str) -> None:
    assert three_digits(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (99_999, "99,999"),
        (100_000, "100k"),
        (999_949, "1000k"),
        (1_234_567, "1.23M"),
        (12_345_678, "12.3M"),
        (123_456_789_012, "123G"),
        (10**16, "1.00e+16"),
    ],
)
def test_counts_are_short(value: int, text: str) -> None:
    assert short_count(value) == text
    assert len(text) <= 8


def test_figures_follow_from_the_queue() -> None:
    """Two workers of 10 tokens a second, three prompts: the second turn of a chat hits."""
    builder = RequestsBuilder()
    for arrival, length, ids in ((0.0, 40, [1, 2]), (0.0, 20, [9]), (1000.0, 60, [1, 2, 3])):
        builder.add(arrival, length, np.array(ids, dtype=np.uint64), 20)
    options = ReplayOptions(workers=2, page_size=4, prefill_rate=10, policies=("cache-aware",))
    replay = Replay(builder.build(), options)
    figures = replay.policy_figures("cache-aware")
    assert figures.hit_tokens == 40
    assert figures.hit_rate == 40 / 120
    # Prefill 4 s; prefill 2 s; 3 s of waiting and 2 s of prefill.
    assert (figures.ttft_p50_ms, figures.ttft_p90_ms, figures.ttft_p99_ms) == (4000, 5000, 5000)
    assert figures.imbalance == 60 / 40
    assert figures.nodes == 3
    assert figures.bytes_per_token == figures.memory_bytes / 80

    trace = replay.trace_figures()
    assert (trace.requests, trace.input_tokens, trace.infinite_hit_tokens) == (3, 120, 40)
    assert trace.duration_seconds == 1


def test_prompts_that_hit_whole_are_prefilled_at_once() -> None:
    builder = RequestsBuilder()
    for arrival in (0.0, 10_000.0):
        builder.add(arrival, 32, np.array([5], dtype=np.uint64), 32)
    figures = Replay(builder.build(), ReplayOptions(workers=1, prefill_rate=32)).policy_figures(
        "random"
    )
    assert (figures.ttft_p50_ms, figures.ttft_p99_ms) == (0, 1000)


def test_an_unknown_policy_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown policy 'best'"):
        make_policy("best", ReplayOptions())
