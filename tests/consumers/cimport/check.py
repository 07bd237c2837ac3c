"""Runs the consumer and checks its answers."""

from consumer import round_trip

held, worker, after_eviction = round_trip(list(range(1000, 1050)), b"worker-1")

assert held == 48, f"50 tokens match as three whole pages, not as {held} tokens"
assert worker == b"worker-1", worker
assert after_eviction == 0, after_eviction
print(f"cimport consumer of pagedradix: matched {held} tokens of {worker.decode()}")
