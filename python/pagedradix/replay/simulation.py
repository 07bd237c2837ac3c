"""Drives the engine over requests: once for the trace itself, once for each policy."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from pagedradix._replay import Lane, Policy, Prompts, Simulation
from pagedradix.replay.figures import PolicyFigures, TraceFigures, percentile, ratio
from pagedradix.replay.policies import make_policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from pagedradix.replay.requests import Requests
    from pagedradix.replay_options import ReplayOptions

    OnProgress = Callable[[int, int], None]
    """Called with the requests done and all that are to be done."""


class _Simulated(TypedDict):
    hit_tokens: int
    hit_rate: float
    ttft_p50_ms: float
    ttft_p90_ms: float
    ttft_p99_ms: float
    imbalance: float


SLICE_NS = 50_000_000
"""The engine comes back to Python this often, for interrupts and the progress bar."""


def _no_progress(done: int, total: int) -> None:
    del done, total


class Replay:
    """Requests, ready to be replayed under one set of options."""

    def __init__(self, requests: Requests, options: ReplayOptions) -> None:
        """Nothing runs yet; raises ValueError if there are no requests."""
        if not len(requests):
            raise ValueError("no requests")
        self.requests = requests
        self.options = options
        self._prompts = Prompts(
            requests.ids,
            requests.first_id,
            requests.id_count,
            requests.block_size,
            requests.input_length,
        )
        # In tokens of prefill: no figure then depends on how a division by the rate is rounded.
        self._arrival = requests.arrival_ms * options.prefill_rate / 1000

    def trace_figures(self, on_progress: OnProgress = _no_progress) -> TraceFigures:
        """The trace's own figures, with the hit rate of one endless cache."""
        endless = Simulation(
            self._prompts,
            self._arrival,
            Policy.round_robin(),
            workers=1,
            page_size=self.options.page_size,
            eviction="lru",
            capacity=0,
        )
        _drive(endless, on_progress)
        hit_tokens = int(endless.hit_tokens.sum(dtype=np.uint64))
        input_tokens = self.requests.input_tokens
        return TraceFigures(
            requests=len(self.requests),
            input_tokens=input_tokens,
            infinite_hit_tokens=hit_tokens,
            infinite_hit_rate=ratio(hit_tokens, input_tokens),
            duration_seconds=self.requests.duration_ms / 1000,
        )

    def simulate(self, name: str) -> Simulation:
        """A new simulation of the policy ``name``, on a fresh tree; nothing is routed yet."""
        options = self.options
        return Simulation(
            self._prompts,
            self._arrival,
            make_policy(name, options),
            workers=options.workers,
            page_size=options.page_size,
            eviction=options.eviction,
            capacity=options.capacity,
        )

    def policy_figures(self, name: str, on_progress: OnProgress = _no_progress) -> PolicyFigures:
        """Replays everything under the policy ``name``.

        With more than one thread it is replayed a second time, for the times of decisions; all
        other figures are those of one thread.
        """
        simulation = self.simulate(name)
        lane = _drive(simulation, on_progress)
        simulated = self._simulated_figures(simulation)
        nodes, stored_tokens, memory_bytes = simulation.tree_figures()
        threads = self.options.threads
        if threads > 1:
            del simulation  # its tree goes before the next one grows
            simulation = self.simulate(name)
            _drive_threads(simulation, threads, on_progress)
        decision_ns = np.sort(simulation.decision_ns)
        seconds = float(decision_ns.sum(dtype=np.uint64)) / 1e9 / threads
        return PolicyFigures(
            name=name,
            **simulated,
            evicted_tokens=lane.evicted_tokens,
            nodes=nodes,
            memory_bytes=memory_bytes,
            bytes_per_token=memory_bytes / stored_tokens if stored_tokens else None,
            decisions_per_second=ratio(len(self.requests), seconds),
            decision_p50_us=percentile(decision_ns, 50) / 1000,
            decision_p99_us=percentile(decision_ns, 99) / 1000,
            eviction_seconds=lane.eviction_ns / 1e9,
        )

    def _simulated_figures(self, simulation: Simulation) -> _Simulated:
        prefilled = np.zeros(self.options.workers, dtype=np.int64)
        missed = self.requests.input_length.astype(np.int64) - simulation.hit_tokens
        np.add.at(prefilled, simulation.worker, missed)
        ttft_ms = np.sort(simulation.ttft) * 1000 / self.options.prefill_rate
        hit_tokens = int(simulation.hit_tokens.sum(dtype=np.uint64))
        return {
            "hit_tokens": hit_tokens,
            "hit_rate": ratio(hit_tokens, self.requests.input_tokens),
            "ttft_p50_ms": percentile(ttft_ms, 50),
            "ttft_p90_ms": percentile(ttft_ms, 90),
            "ttft_p99_ms": percentile(ttft_ms, 99),
            "imbalance": ratio(
                int(prefilled.max()) * len(prefilled), int(prefilled.sum()), of_nothing=1.0
            ),
        }


def _drive(simulation: Simulation, on_progress: OnProgress) -> Lane:
    lane = simulation.lane()
    while simulation.run_slice(lane, SLICE_NS):
        on_progress(simulation.done, len(simulation.worker))
    return lane


def _drive_threads(simulation: Simulation, threads: int, on_progress: OnProgress) -> None:
    """Routes everything from ``threads`` threads; an exception in one of them is raised here."""
    stop = Event()
    failures: list[BaseException] = []

    def route(lane: Lane) -> None:
        try:
            while not stop.is_set() and simulation.run_slice(lane, SLICE_NS):
                pass
        except BaseException as error:
            failures.append(error)
            stop.set()

    crew = [Thread(target=route, args=(simulation.lane(),)) for _ in range(threads)]
    started: list[Thread] = []
    try:
        for thread in crew:
            thread.start()
            started.append(thread)
        for thread in crew:
            while thread.is_alive():
                thread.join(timeout=SLICE_NS / 1e9)
                on_progress(simulation.done, len(simulation.worker))
    finally:
        stop.set()
        for thread in started:
            thread.join()
    if failures:
        raise failures[0]
