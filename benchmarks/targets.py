"""The targets: what a benchmark may cost, in terms of the floor beside it or of a fixed bound.

A program has a floor of its own, in the same process. Three things have none: Python is compared
with the same calls from C++ in the same round, and the calls that threads make beside each other
with themselves and with a figure of the Rust reference from another machine. Times are processor
time where one thread of a C++ program works, so that other programs on the machine count as little
as possible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from figures import Benchmark, Round

Value = Callable[[Round], float]


@dataclass(frozen=True)
class Target:
    """A bound for one value of a round; ``time`` and ``floor``, in nanoseconds, are shown too."""

    work: str
    bound: float
    unit: str
    value: Value
    time: Value | None = None
    floor: Value | None = None
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        """Whether a value is within the bound."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        """The bound, as the table shows it."""
        return f"{'>=' if self.at_least else '<='} {self.bound:g} {self.unit}"


def _cpu(program: str, name: str) -> Value:
    return lambda figures: figures[Benchmark(program, name)].cpu_ns


def _wall(program: str, name: str) -> Value:
    return lambda figures: figures[Benchmark(program, name)].wall_ns


def _counter(program: str, name: str, counter: str) -> Value:
    def value(figures: Round) -> float:
        return figures[Benchmark(program, name)].counters[counter]

    return value


def _ratio(work: str, bound: float, time: Value, floor: Value, unit: str = "x memcmp") -> Target:
    return Target(work, bound, unit, lambda f: time(f) / floor(f), time, floor)


def _speed(work: str, bound: float, time: Value, floor: Value) -> Target:
    return Target(
        work, bound, "x the floor's rate", lambda f: floor(f) / time(f), time, floor, at_least=True
    )


def _beyond(work: str, bound: float, time: Value, floor: Value, unit: str = "ns more") -> Target:
    return Target(work, bound, unit, lambda f: time(f) - floor(f), time, floor)


def _a_node(work: str, bound: float, time: Value, nodes: Value) -> Target:
    return Target(work, bound, "ns a node", lambda f: time(f) / nodes(f), time)


def _a_node_beyond(work: str, bound: float, time: Value, floor: Value, nodes: Value) -> Target:
    return Target(
        work, bound, "ns a node more", lambda f: (time(f) - floor(f)) / nodes(f), time, floor
    )


def _hot_paths(program: str, call: str, slack: float = 1.0) -> list[Target]:
    """Matches of what is in cache, and inserts of it; ``slack`` is what an insert may cost more."""

    def time(shape: str) -> Value:
        return _cpu(program, f"{call}/{shape}")

    def floor(tokens: int) -> Value:
        return _cpu(program, f"floor/memcmp/{tokens}")

    def nodes(shape: str) -> Value:
        return _counter(program, f"{call}/{shape}", "nodes")

    at_1024 = Target(
        f"{call}, one edge, 1024 tokens",
        60,
        "ns more" if slack == 1 else f"ns more than memcmp, all x {slack:g}",
        lambda f: time("one_edge/1024")(f) / slack - floor(1024)(f),
        time("one_edge/1024"),
        floor(1024),
    )
    targets = [at_1024]
    for tokens in (8192, 150000):
        shape = f"one_edge/{tokens}"
        work = f"{call}, one edge, {tokens} tokens"
        targets.append(_ratio(work, round(1.08 * slack, 3), time(shape), floor(tokens)))
    for tokens in (8192, 150000):
        shape = f"nodes256/{tokens}"
        work = f"{call}, nodes of 256, {tokens} tokens"
        targets += [
            _ratio(work, round(1.75 * slack, 3), time(shape), floor(tokens)),
            _a_node_beyond(work, 16 * slack, time(shape), floor(tokens), nodes(shape)),
        ]
    for tokens, bound in ((8192, 24), (150000, 32)):
        shape = f"nodes16/{tokens}"
        work = f"{call}, nodes of 16, {tokens} tokens"
        targets.append(_a_node(work, bound * slack, time(shape), nodes(shape)))
    return targets


def _forks() -> list[Target]:
    """The same matches where each node of the path has a second child, so that a table is asked."""
    targets = []
    for shape, bound in (("forks256", 16.0), ("forks16", 0.0)):
        for tokens in (8192, 150000):
            name = f"match/{shape}/{tokens}"
            time, nodes = _cpu("match_bench", name), _counter("match_bench", name, "nodes")
            floor = _cpu("match_bench", f"floor/memcmp/{tokens}")
            work = f"match, nodes of {shape[5:]} that fork, {tokens} tokens"
            if bound:
                targets.append(_ratio(work, 1.75, time, floor))
                targets.append(_a_node_beyond(work, bound, time, floor, nodes))
            else:
                targets.append(_a_node(work, 24 if tokens == 8192 else 32, time, nodes))
    return targets


def _cold() -> list[Target]:
    targets = []
    for shape, what in (("nodes256", "nodes of 256"), ("forks256", "nodes of 256 that fork")):
        for tokens in (8192, 150000):
            name = f"match/{shape}_cold/{tokens}"
            time, nodes = _cpu("match_bench", name), _counter("match_bench", name, "nodes")
            targets.append(_a_node(f"match, {what}, {tokens} tokens, cold", 350, time, nodes))
    return targets


def _short_prompts() -> list[Target]:
    match, insert, memory, evict = "match_bench", "insert_bench", "memory_bench", "evict_bench"
    return [
        _ratio(
            "insert, short prompts",
            1.5,
            _cpu(insert, "insert/short_prompts"),
            _cpu(insert, "floor/memcpy_short_prompts_fresh"),
            "x memcpy",
        ),
        _ratio(
            "match, short prompts, cold",
            2.0,
            _cpu(match, "match/short_prompts_cold"),
            _cpu(match, "floor/memcmp_short_prompts_cold"),
        ),
        _ratio(
            "match, short prompts, cold, reserved",
            2.0,
            _cpu(match, "match/short_prompts_cold_reserved"),
            _cpu(match, "floor/memcmp_short_prompts_cold"),
        ),
        Target(
            "memory beyond the tokens, short prompts",
            128,
            "bytes a node",
            _counter(memory, "memory/short_prompts", "overhead_a_node"),
        ),
        _a_node(
            "evict 100K tokens, short prompts",
            150,
            _cpu(evict, "evict/short_prompts"),
            _counter(evict, "evict/short_prompts", "evicted_nodes"),
        ),
        Target(
            "destroy, short prompts",
            0.1,
            "s",
            lambda f: _cpu(evict, "destroy/short_prompts")(f) / 1e9,
            _cpu(evict, "destroy/short_prompts"),
            _cpu(evict, "floor/free_short_prompts"),
        ),
        Target(
            "destroy, short prompts, reserved",
            0.1,
            "s",
            lambda f: _cpu(evict, "destroy/short_prompts_reserved")(f) / 1e9,
            _cpu(evict, "destroy/short_prompts_reserved"),
            _cpu(evict, "floor/free_short_prompts"),
        ),
    ]


def _trace() -> list[Target]:
    program = "trace_bench"
    return [
        _speed(
            "conversation trace, cold start",
            1.0,
            _cpu(program, "trace/conversation"),
            _cpu(program, "floor/trace_fresh"),
        ),
        _speed(
            "conversation trace, after reserve()",
            0.6,
            _cpu(program, "trace/conversation_reserved"),
            _cpu(program, "floor/trace_faulted_in"),
        ),
        Target(
            "memory, conversation trace",
            4.15,
            "bytes a token",
            _counter(program, "trace/conversation", "bytes_a_token"),
        ),
    ]


REFERENCE_CALL_NS = {1: 1e9 / 209e3, 2: 1e9 / 322e3}
"""The Rust reference, 80% match / 20% match_and_insert, by threads; measured on another machine."""


def _against_reference(threads: int, time: Value) -> Target:
    reference = REFERENCE_CALL_NS[threads]
    return Target(
        f"80% match, 20% insert, hot prefix, {threads} thread(s)",
        5.0,
        "x the reference's calls/s",
        lambda f: reference / time(f),
        time,
        lambda _: reference,
        at_least=True,
    )


def _threads() -> list[Target]:
    program = "mixed_threads_bench"
    one = _wall(program, "threads/match80_insert20/1")
    two = _wall(program, "threads/match80_insert20/2")
    inserts = _counter(program, "threads/insert_alone", "p99_ns")
    inserts_beside = _counter(program, "threads/insert_beside_evictor", "p99_ns")
    matches = _counter(program, "threads/match_alone", "p50_ns")
    matches_beside = _counter(program, "threads/match_beside_writer", "p999_ns")

    def beside(work: str, bound: float, time: Value, alone: Value, unit: str) -> Target:
        return Target(work, bound, unit, lambda f: time(f) / alone(f), time, alone)

    return [
        Target(
            "80% match, 20% insert, hot prefix: 2 threads over 1",
            1.9,
            "x one thread",
            lambda f: one(f) / two(f),
            two,
            one,
            at_least=True,
        ),
        _against_reference(1, _cpu(program, "threads/match80_insert20/1")),
        _against_reference(2, two),
        beside("insert beside an evictor, p99", 3, inserts_beside, inserts, "x alone"),
        beside("match beside a writer, p99.9", 5, matches_beside, matches, "x its median alone"),
    ]


def _python() -> list[Target]:
    tokens = 4096
    array = _wall("python", "test_match[uint32]")
    integers = _wall("python", "test_match[list]")
    return [
        _beyond(
            "Python, NumPy uint32, 4096 tokens: match",
            150,
            array,
            _cpu("match_bench", f"match/one_edge/{tokens}"),
            "ns more than C++",
        ),
        Target(
            "Python, list of 4096 ints: conversion",
            3,
            "ns a token",
            lambda f: (integers(f) - array(f)) / tokens,
            integers,
            array,
        ),
        _ratio(
            "Python, batch of 1000 prompts of 512 tokens",
            1.2,
            _wall("python", "test_match_batch[batch]"),
            _cpu("match_bench", "match/batch_of_512/1000"),
            "x C++",
        ),
    ]


TARGETS: list[Target] = [
    *_hot_paths("match_bench", "match"),
    *_forks(),
    *_cold(),
    *_hot_paths("insert_bench", "match_and_insert", 1.1),
    *_hot_paths("insert_bench", "match_and_insert_with", 1.1),
    *_short_prompts(),
    *_trace(),
    *_threads(),
    *_python(),
]
