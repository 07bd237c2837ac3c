"""A progress bar on the error output, while that is a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable


@final
class Bar:
    """One line that shows the stage of the work and its part done; gone when it is left."""

    def __init__(self) -> None:
        """Shows nothing yet."""
        console = Console(stderr=True)
        self._shown = console.is_terminal
        self._progress = Progress(
            TextColumn("{task.description:<16}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("", total=None)

    def __enter__(self) -> Bar:
        """Shows the bar."""
        if self._shown:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Takes it away."""
        if self._shown:
            self._progress.stop()

    def stage(self, name: str) -> Callable[[int, int], None]:
        """Begins a stage; call the result with what is done of it and its total."""
        self._progress.reset(self._task, description=name, total=None)

        def on_progress(done: int, total: int) -> None:
            self._progress.update(self._task, completed=done, total=total)

        return on_progress
