"""Trace files: which ones a command line means, and their bytes, unpacked where needed."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pagedradix.replay.traces.errors import TraceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SUFFIXES = (".json", ".jsonl", ".json.gz", ".jsonl.gz")
STDIN = "-"

_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True)
class TraceSource:
    """A trace file, or the standard input; may be opened several times."""

    name: str
    order: tuple[str, str]
    open_raw: Callable[[], io.BufferedIOBase]

    def head(self, size: int) -> bytes:
        """The first ``size`` bytes."""
        with self.opened() as file:
            return file.read(size)

    def read(self) -> bytes:
        """All bytes."""
        with self.opened() as file:
            return file.read()

    @contextmanager
    def opened(self) -> Iterator[io.BufferedIOBase]:
        """The file, unpacked if it is gzip; errors of reading it name it, and each closes it."""
        try:
            with self.open_raw() as raw:
                magic = raw.read(len(_GZIP_MAGIC))
                raw.seek(0)
                if magic != _GZIP_MAGIC:
                    yield raw
                    return
                with gzip.GzipFile(fileobj=raw) as unpacked:
                    yield unpacked
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise TraceError(self.name, None, f"broken gzip file: {error}") from error
        except OSError as error:
            raise TraceError(self.name, None, error.strerror or str(error)) from error


def find_sources(arguments: Iterable[str]) -> list[TraceSource]:
    """The files that the arguments name, a folder's with them, in order of their names."""
    sources: dict[object, TraceSource] = {}
    for argument in arguments:
        for key, source in _sources_of(argument):
            if key in sources:
                raise TraceError(source.name, None, "given twice")
            sources[key] = source
    return sorted(sources.values(), key=lambda source: source.order)


def _sources_of(argument: str) -> Iterator[tuple[object, TraceSource]]:
    if argument == STDIN:
        yield STDIN, TraceSource("<stdin>", (STDIN, ""), _read_once(sys.stdin.buffer.read))
        return
    path = Path(argument)
    if not path.is_dir():
        yield _file_source(path)
        return
    files = [file for file in path.iterdir() if _looks_like_a_trace(file)]
    if not files:
        raise TraceError(argument, None, f"no trace in this folder ({', '.join(SUFFIXES)})")
    yield from map(_file_source, files)


def _file_source(path: Path) -> tuple[object, TraceSource]:
    def open_file() -> io.BufferedIOBase:
        return path.open("rb")

    # What is there and no regular file is a pipe, as of <(zcat trace.gz): it cannot be rewound.
    is_pipe = path.exists() and not path.is_file()
    open_raw = _read_once(path.read_bytes) if is_pipe else open_file
    return path.resolve(), TraceSource(str(path), (path.name, str(path)), open_raw)


def _read_once(read: Callable[[], bytes]) -> Callable[[], io.BufferedIOBase]:
    """Opens what ``read`` returns, any number of times; it is called at the first."""
    read = cache(read)
    return lambda: io.BytesIO(read())


def _looks_like_a_trace(path: Path) -> bool:
    return path.name.endswith(SUFFIXES) and not path.name.startswith(".") and path.is_file()
