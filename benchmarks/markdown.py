"""Markdown tables, and the parts of a document that are made by a program."""

from __future__ import annotations


def table(rows: list[list[str]]) -> str:
    """A table whose first row is its head, with columns as wide as their longest cell."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rule = ["-" * width for width in widths]
    lines = []
    for row in (rows[0], rule, *rows[1:]):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


class MissingPartError(LookupError):
    """A document has no such part."""


def replace_part(document: str, name: str, content: str) -> str:
    """The document with what stands between the marks of a part replaced.

    The marks are comments, ``<!-- begin: name -->`` and ``<!-- end: name -->``.
    """
    begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
    if begin not in document or end not in document:
        message = f"no part {name!r} in the document"
        raise MissingPartError(message)
    before, _, rest = document.partition(begin)
    after = rest.partition(end)[2]
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"
