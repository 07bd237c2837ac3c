"""Routing policies by their names."""

from __future__ import annotations

from pagedradix._replay import Policy
from pagedradix.replay_options import POLICIES, ReplayOptions


def make_policy(name: str, options: ReplayOptions) -> Policy:
    """A new policy of that name, in its first state."""
    if name == "cache-aware":
        return Policy.cache_aware(options.cache_threshold, options.balance_abs, options.balance_rel)
    if name == "round-robin":
        return Policy.round_robin()
    if name == "least-loaded":
        return Policy.least_loaded()
    if name == "consistent-hash":
        return Policy.consistent_hash(options.workers, options.hash_tokens)
    if name == "random":
        return Policy.random(options.seed)
    raise ValueError(f"unknown policy {name!r}, expected one of {', '.join(POLICIES)}")
