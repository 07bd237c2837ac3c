"""The command line: runs the comparison and reports on it."""

from __future__ import annotations

import argparse
from pathlib import Path

from peers.comparison import compare
from peers.plot import save_plot
from peers.results import Results
from peers.table import document


def main() -> None:
    """Does what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m peers", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/peers"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--report-only",
        action="store_true",
        help="make table and plot again from results.json in the directory",
    )
    arguments = parser.parse_args()
    out: Path = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    if not arguments.report_only:
        compare(out, arguments.rounds).write(out / "results.json")
    results = Results.read(out / "results.json")
    text = document(results)
    (out / "table.md").write_text(text)
    save_plot(results, out / "match.svg")
    print(text)


if __name__ == "__main__":
    main()
