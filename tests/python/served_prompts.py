"""What tests of PrefixCache say for short: an engine's calls and the answers to them."""

from __future__ import annotations

from pagedradix import PrefixCache, PrefixCacheMatchedResult

NEW = PrefixCacheMatchedResult()


def forked(seq_id: int, offset: int) -> PrefixCacheMatchedResult:
    return PrefixCacheMatchedResult(prefilled_offset=offset, forked_seq_id=seq_id)


def reused(seq_id: int, offset: int, popped: int = 0) -> PrefixCacheMatchedResult:
    return PrefixCacheMatchedResult(offset, -1, seq_id, popped)


def serve(
    cache: PrefixCache, seq_id: int, prompt: list[int], window: int = -1, sink: int = 0
) -> PrefixCacheMatchedResult:
    """Inserts as an engine does, and extends by what was not matched."""
    result = cache.insert_sequence(seq_id, prompt, window, sink)
    running = seq_id if result.reused_seq_id == -1 else result.reused_seq_id
    cache.extend_sequence(running, prompt[result.prefilled_offset :])
    return result


def finish(cache: PrefixCache, seq_id: int, prompt: list[int], window: int = -1) -> None:
    serve(cache, seq_id, prompt, window)
    cache.recycle_sequence(seq_id)


def own_prompt(seq_id: int) -> list[int]:
    """Shares nothing with that of another id."""
    return list(range(1000 * seq_id, 1000 * seq_id + 10))
