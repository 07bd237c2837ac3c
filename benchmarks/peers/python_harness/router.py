"""Who gets a request, and the tenants of all workloads."""

from __future__ import annotations

TENANTS = [f"http://worker-{i}:8000" for i in range(8)]


class Router:
    """Sends a prompt to whoever holds more than half of it, else to who was given fewest tokens."""

    def __init__(self) -> None:
        """Starts with nothing given."""
        self._given = dict.fromkeys(TENANTS, 0)

    def choose(self, prompt_tokens: int, matched_tokens: int, holder: str) -> str:
        """The tenant of a prompt."""
        worth_going_to = 2 * matched_tokens > prompt_tokens
        chosen = holder if worth_going_to else min(self._given, key=self._given.__getitem__)
        self._given[chosen] += prompt_tokens
        return chosen


def take_turns(i: int) -> str:
    """The tenant of the i-th prompt where nobody routes."""
    return TENANTS[i % len(TENANTS)]
