"""What is wrong with a trace, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class TraceError(ValueError):
    """A trace that cannot be read; its text is ``file:line: what is wrong``."""

    def __init__(self, source: str, line: int | None, problem: str) -> None:
        """``line`` is None if the whole file is meant."""
        where = source if line is None else f"{source}:{line}"
        super().__init__(f"{where}: {problem}")


class EntryError(ValueError):
    """What is wrong with an entry; the reader knows which file it is in."""

    def __init__(self, problem: str, line: int = 1) -> None:
        """``line`` counts from the first line of the text that was read, from 1."""
        super().__init__(problem)
        self.line = line


class BadEntries:
    """What to do with entries that cannot be read: stop at the first, or skip and count them."""

    def __init__(self, *, skip: bool) -> None:
        """``skip``: count them instead of stopping."""
        self._skip = skip
        self.count = 0
        self.first: TraceError | None = None

    def add(self, source: str, line: int | Callable[[], int] | None, problem: str) -> None:
        """Raises a TraceError, or counts it.

        ``line`` may be a function: to find a line may take as long as to read the file, and none
        but the first is ever shown.
        """
        if self.first is None:
            self.first = TraceError(source, line() if callable(line) else line, problem)
        if not self._skip:
            raise self.first
        self.count += 1
