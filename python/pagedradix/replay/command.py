"""What ``pagedradix replay`` does between its options and its exit status."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console

from pagedradix.replay.bar import Bar
from pagedradix.replay.json_report import json_report
from pagedradix.replay.origin import Origin, built_in_origin, trace_origin
from pagedradix.replay.plot import can_plot, save_plot
from pagedradix.replay.simulation import Replay
from pagedradix.replay.table_report import WIDTH, footing, heading, policy_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pagedradix.replay.figures import PolicyFigures, TraceFigures
    from pagedradix.replay_options import ReplayOptions


class Command:
    """One run of ``pagedradix replay``."""

    def __init__(
        self, options: ReplayOptions, *, json_file: Path | None, plot_file: Path | None
    ) -> None:
        """Checks what can be checked before any work; raises click's errors."""
        if plot_file is not None and not can_plot():
            raise click.UsageError("--plot needs matplotlib: pip install 'pagedradix[plot]'")
        self._options = options
        self._json_file = json_file
        self._plot_file = plot_file
        self._json_to_stdout = json_file is not None and str(json_file) == "-"
        self._out = _report_console(to_stderr=self._json_to_stdout)

    def run(self, paths: Sequence[str], *, limit: int | None, skip_bad: bool) -> None:
        """Reads, replays, reports; raises TraceError for a trace that cannot be read."""
        with Bar() as bar:
            if paths:
                on_file = bar.stage("reading")
                origin = trace_origin(paths, skip_bad=skip_bad, on_file=on_file)
            else:
                origin = built_in_origin(self._options.seed)
            origin = origin.limited(limit)
            replay = Replay(origin.requests, self._options)
            trace = replay.trace_figures(bar.stage("endless cache"))
        for line in heading(origin, self._options, trace):
            self._out.print(line, soft_wrap=True)
        self._out.print()

        with Bar() as bar:
            names = self._options.policies
            policies = [replay.policy_figures(name, bar.stage(name)) for name in names]
        table = policy_table(policies)
        # Never narrower than the table: a cut number is worse than a broken line.
        needed = self._out.measure(table).maximum
        self._out.print(table, width=max(self._out.width, needed), no_wrap=True)
        for line in footing(self._options, policies):
            self._out.print(line)
        self._write_files(origin, trace, policies)

    def _write_files(
        self, origin: Origin, trace: TraceFigures, policies: list[PolicyFigures]
    ) -> None:
        if self._json_file is not None:
            text = json_report(origin, self._options, trace, policies)
            if self._json_to_stdout:
                click.echo(text, nl=False)
            else:
                with _writing(self._json_file):
                    self._json_file.write_text(text, encoding="utf-8")
        if self._plot_file is not None:
            with _writing(self._plot_file):
                title = f"{origin.name}, {self._options.workers} workers"
                save_plot(self._plot_file, title, trace, policies)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise click.FileError(str(path), error.strerror) from error


def _report_console(*, to_stderr: bool) -> Console:
    """As wide as the table needs, or as the terminal if that is wider."""
    console = Console(stderr=to_stderr, highlight=False, markup=False, emoji=False)
    console.width = max(WIDTH, console.width) if console.is_terminal else WIDTH
    return console
