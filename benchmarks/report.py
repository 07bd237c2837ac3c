"""Prints which targets the benchmarks met: `python benchmarks/report.py DIRECTORY`.

The directory holds files `<program>.<round>.json`, as `nox -s bench` writes them. Each value is
computed within a round, where all programs ran shortly after each other, and the table shows the
median over the rounds.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

from figures import MissingFigureError, Round, UnfinishedRunError, read_rounds
from markdown import table
from targets import TARGETS, Target, Value

HEAD = ["work", "target", "measured", "time", "floor", "met"]


def show_time(nanoseconds: float) -> str:
    """A time with three digits, in a unit that fits."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def measured_in(figures: Round, value: Value) -> float | None:
    """A value of one round, if what it needs was measured there."""
    try:
        return value(figures)
    except MissingFigureError:
        return None


def middle(value: Value | None, rounds: list[Round]) -> float | None:
    """The median of a value over the rounds that measured it, if any did."""
    if value is None:
        return None
    values = [measured_in(figures, value) for figures in rounds]
    known = [one for one in values if one is not None]
    return median(known) if known else None


def row(target: Target, rounds: list[Round]) -> list[str]:
    """A line of the table."""
    measured = middle(target.value, rounds)
    if measured is None:
        return [target.work, str(target), "not measured", "", "", ""]
    times = [
        "" if nanoseconds is None else show_time(nanoseconds)
        for nanoseconds in (middle(target.time, rounds), middle(target.floor, rounds))
    ]
    met = "yes" if target.is_met(measured) else "NO"
    shown = f"{measured:.3g}" if measured < 1000 else f"{measured:,.0f}"
    return [target.work, str(target), shown, *times, met]


def target_table(rounds: list[Round]) -> str:
    """The table, as Markdown."""
    return table([HEAD, *(row(target, rounds) for target in TARGETS)])


def main() -> None:
    """Reads the directory that the command line names and prints the table."""
    try:
        rounds = read_rounds(Path(sys.argv[1]))
    except UnfinishedRunError as error:
        sys.exit(str(error))
    print(target_table(rounds))
    print(f"\nmedians of {len(rounds)} round{'s' * (len(rounds) != 1)}")


if __name__ == "__main__":
    main()
