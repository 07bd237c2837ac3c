"""The command line: ``pagedradix replay``."""

from __future__ import annotations

import sys
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import click

from pagedradix import __version__
from pagedradix.cli_checks import output_file, policy_names, within
from pagedradix.replay_options import EVICTIONS, LIMITS, POLICIES, Limits, ReplayOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

EXIT_OK = 0
EXIT_UNEXPECTED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

_DEFAULTS = ReplayOptions()

_REPLAY_EPILOG = """
\b
Examples:
  pagedradix replay
  pagedradix replay conversation_trace.jsonl
  pagedradix replay sessions/ --workers 16 --capacity 500000
  pagedradix replay trace.jsonl.gz --policy cache-aware,random --json -
  pagedradix replay trace.jsonl --prefill-rate 8000 --plot policies.png

\b
Exit status: 0 done; 2 wrong usage or a trace that cannot be read;
130 interrupted; 1 anything else.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns its exit status."""
    try:
        status = app.main(arguments, prog_name="pagedradix", standalone_mode=False)
    except click.Abort:
        click.echo("interrupted", err=True)
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except MemoryError:
        click.echo("Error: out of memory", err=True)
        return EXIT_UNEXPECTED
    return status if isinstance(status, int) else EXIT_OK


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Run `pagedradix replay --help` for its options and examples.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def app() -> None:
    """Paged radix trees for cache-aware routing of LLM requests."""


def _option(name: str, **settings: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - click's own
    """The option for the ReplayOptions field of its name: checked, its default is shown."""
    field = name.lstrip("-").replace("-", "_")
    if field in LIMITS:
        settings["callback"] = within(LIMITS[field])
    return click.option(name, default=getattr(_DEFAULTS, field), show_default=True, **settings)


@app.command(epilog=_REPLAY_EPILOG)
@click.argument("trace", nargs=-1)
@_option("--workers", type=int, help="Simulated workers.")
@_option(
    "--capacity",
    type=int,
    help="Tokens that each worker's cache holds; 0: no limit.",
)
@_option("--page-size", type=int, help="Tokens a page.")
@_option(
    "--eviction",
    type=click.Choice(EVICTIONS),
    help="What goes first when a worker is above its capacity.",
)
@click.option(
    "--policy",
    "policies",
    callback=policy_names,
    metavar="NAMES",
    default=",".join(POLICIES),
    show_default=True,
    help="Routing policies to compare.",
)
@_option(
    "--prefill-rate",
    type=float,
    help="Tokens that a worker prefills in a second.",
)
@_option(
    "--threads",
    type=int,
    help="Above 1: time the decisions with that many threads on one tree.",
)
@click.option(
    "--limit", type=int, callback=within(Limits(1)), help="Replay the first so many requests only."
)
@_option(
    "--seed",
    type=int,
    help="Of the built-in workload and of the policy random.",
)
@click.option(
    "--json",
    "json_file",
    metavar="FILE",
    callback=output_file,
    help="Write the figures as JSON; -: to the standard output, the table to the error output.",
)
@click.option(
    "--plot",
    "plot_file",
    metavar="FILE.png",
    callback=output_file,
    help="Draw hit rate and TTFT by policy (needs the extra: pagedradix[plot]).",
)
@click.option("--skip-bad", is_flag=True, help="Skip and count what cannot be read of a trace.")
@_option(
    "--cache-threshold",
    type=float,
    help="cache-aware: follow a match of more than this part of the prompt.",
)
@_option(
    "--balance-abs",
    type=float,
    help="cache-aware: balance first if backlogs differ by more tokens than this, and",
)
@_option(
    "--balance-rel",
    type=float,
    help="cache-aware: the highest is more than this times the lowest.",
)
@_option(
    "--hash-tokens",
    type=int,
    help="consistent-hash: tokens at a prompt's start that are hashed.",
)
def replay(
    trace: tuple[str, ...],
    limit: int | None,
    json_file: Path | None,
    plot_file: Path | None,
    skip_bad: bool,
    **settings: Any,  # noqa: ANN401 - the fields of ReplayOptions
) -> int:
    """Compare routing policies on recorded traffic.

    TRACE is a Mooncake JSONL file, an agentic JSON file, or a folder of them, plain or gzip; - is
    the standard input. Every request is routed in order of time over simulated workers, once for
    each policy. Without TRACE a built-in workload of chats, agents and one-off prompts is replayed.
    """
    from pagedradix.replay.command import Command  # noqa: PLC0415 - numpy, only to replay
    from pagedradix.replay.traces import TraceError  # noqa: PLC0415

    unknown = settings.keys() - {field.name for field in fields(ReplayOptions)}
    assert not unknown, unknown
    command = Command(ReplayOptions(**settings), json_file=json_file, plot_file=plot_file)
    try:
        command.run(trace, limit=limit, skip_bad=skip_bad)
    except TraceError as error:
        click.echo(f"Error: {error}", err=True)
        return EXIT_USAGE
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
