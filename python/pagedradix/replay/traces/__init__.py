"""Readers for request traces: Mooncake JSONL and agentic JSON, plain or gzip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pagedradix.replay.requests import Requests, RequestsBuilder
from pagedradix.replay.traces.agentic import read_agentic
from pagedradix.replay.traces.detect import HEAD_BYTES, TraceFormat, detect_format
from pagedradix.replay.traces.errors import BadEntries, TraceError
from pagedradix.replay.traces.mooncake import read_mooncake
from pagedradix.replay.traces.sources import TraceSource, find_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Trace", "TraceError", "TraceFormat", "load_trace"]


@dataclass(frozen=True)
class Trace:
    """Requests, and where they came from."""

    requests: Requests
    files: tuple[str, ...]
    format: TraceFormat
    skipped: int
    first_skipped: TraceError | None


def load_trace(
    paths: Iterable[str],
    *,
    skip_bad: bool = False,
    on_file: Callable[[int, int], None] | None = None,
) -> Trace:
    """Reads files and folders as one trace, in order of (timestamp, file, line).

    Files are ordered by name, whatever the order of ``paths``. ``-`` is the standard input.

    Args:
        paths: files, or folders of them.
        skip_bad: skip what cannot be read, and count it, instead of raising.
        on_file: called before each file with the number of those read and of all.

    Raises:
        TraceError: the first problem, or that nothing is left to replay.
    """
    sources = find_sources(paths)
    trace_format = _common_format(sources)
    builder = RequestsBuilder()
    bad = BadEntries(skip=skip_bad)
    for number, source in enumerate(sources):
        if on_file is not None:
            on_file(number, len(sources))
        try:
            _read(source, trace_format, number, builder, bad)
        except UnicodeDecodeError as error:
            bad.add(source.name, None, f"not UTF-8: {error.reason}")
    names = tuple(source.name for source in sources)
    if not len(builder):
        skipped = f" ({bad.count} skipped; {bad.first})" if bad.count else ""
        raise TraceError(", ".join(names), None, f"no requests in this trace{skipped}")
    return Trace(builder.build(), names, trace_format, bad.count, bad.first)


def _common_format(sources: list[TraceSource]) -> TraceFormat:
    formats = [detect_format(source.head(HEAD_BYTES)) for source in sources]
    for source, found in zip(sources, formats, strict=True):
        if found is not formats[0]:
            raise TraceError(
                source.name,
                None,
                f"is a trace of the {found.value} format, {sources[0].name} of the "
                f"{formats[0].value} format: replay them one after the other",
            )
    return formats[0]


def _read(
    source: TraceSource,
    trace_format: TraceFormat,
    number: int,
    builder: RequestsBuilder,
    bad: BadEntries,
) -> None:
    if trace_format is TraceFormat.MOONCAKE:
        with source.opened() as lines:
            read_mooncake(source.name, lines, builder, bad)
    else:
        read_agentic(source.name, source.read().decode("utf-8-sig"), number, builder, bad)
