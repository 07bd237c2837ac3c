"""Checks of command line parameters, as click callbacks."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pagedradix.replay_options import POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[[click.Context, click.Parameter, float | None], float | None]


def between(low: float, high: float = math.inf, *, above_low: bool = False) -> Check:
    """A check for finite numbers from ``low`` (or ``above_low``: above it) to ``high``."""

    def check(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
        if value is None:
            return None
        if not math.isfinite(value):
            raise click.BadParameter(f"{value} is not a finite number.", ctx, param)
        if value < low or (above_low and value == low):
            least = f"must be {'more than' if above_low else 'at least'} {low}"
            raise click.BadParameter(f"{value} is too small: it {least}.", ctx, param)
        if value > high:
            raise click.BadParameter(f"{value} is too large: at most {high}.", ctx, param)
        return value

    return check


def policy_names(ctx: click.Context, param: click.Parameter, value: str) -> tuple[str, ...]:
    """The names of policies in ``value``, with commas between them; none twice."""
    names = tuple(name.strip() for name in value.split(","))
    for name in names:
        if name not in POLICIES:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(POLICIES)}.", ctx, param)
        if names.count(name) > 1:
            raise click.BadParameter(f"{name} is named twice.", ctx, param)
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
