"""Replays request traces over simulated workers and compares routing policies.

``pagedradix replay`` is the command; the same from Python:

    >>> from pagedradix.replay import Replay, ReplayOptions, load_trace
    >>> trace = load_trace(["conversation_trace.jsonl"])
    >>> replay = Replay(trace.requests, ReplayOptions(workers=4))
    >>> replay.policy_figures("cache-aware").hit_rate

What is simulated, and what the figures mean, is in docs/replay.md.
"""

from pagedradix.replay.figures import PolicyFigures, TraceFigures
from pagedradix.replay.requests import Requests, RequestsBuilder
from pagedradix.replay.simulation import Replay
from pagedradix.replay.traces import Trace, TraceError, TraceFormat, load_trace
from pagedradix.replay.workload import Sessions, Workload
from pagedradix.replay_options import EVICTIONS, POLICIES, ReplayOptions

__all__ = [
    "EVICTIONS",
    "POLICIES",
    "PolicyFigures",
    "Replay",
    "ReplayOptions",
    "Requests",
    "RequestsBuilder",
    "Sessions",
    "Trace",
    "TraceError",
    "TraceFigures",
    "TraceFormat",
    "Workload",
    "load_trace",
]
