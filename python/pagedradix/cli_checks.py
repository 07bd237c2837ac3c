"""Checks of command line parameters, as click callbacks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pagedradix.replay_options import Limits, policies_problem

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[[click.Context, click.Parameter, float | None], float | None]


def within(limits: Limits) -> Check:
    """A check for numbers within ``limits``."""

    def check(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
        problem = None if value is None else limits.problem(value)
        if problem is not None:
            raise click.BadParameter(f"{problem}.", ctx, param)
        return value

    return check


def policy_names(ctx: click.Context, param: click.Parameter, value: str) -> tuple[str, ...]:
    """The names of policies in ``value``, with commas between them; none twice."""
    names = tuple(name.strip() for name in value.split(","))
    problem = policies_problem(names)
    if problem is not None:
        raise click.BadParameter(f"{problem}.", ctx, param)
    return names


def output_file(ctx: click.Context, param: click.Parameter, value: str | None) -> Path | None:
    """The path of a file to be written: its folder must be there now, not in the end."""
    if value is None:
        return None
    path = Path(value)
    if path.is_dir():
        raise click.BadParameter(f"{value} is a folder.", ctx, param)
    if not path.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {path.parent}.", ctx, param)
    return path
