"""Where in a JSON text a value begins: json.loads keeps no positions, messages need them."""

from __future__ import annotations

import json
from json.decoder import WHITESPACE, scanstring  # type: ignore[attr-defined]

Path = tuple[str | int, ...]

_DECODER = json.JSONDecoder()


def line_of(text: str, path: Path) -> int:
    """The line, from 1, of the value that ``path`` (keys and indexes) leads to.

    ``text`` must be valid JSON that has such a value. Where a key is repeated, the last counts, as
    for json.loads.
    """
    at = _skip(text, 0)
    for key in path:
        at = _item(text, at, key) if isinstance(key, int) else _member(text, at, key)
    return text.count("\n", 0, at) + 1


def _skip(text: str, at: int) -> int:
    end: int = WHITESPACE.match(text, at).end()
    return end


def _past(text: str, at: int) -> int:
    """The position of what follows the value at ``at``: a comma or a closing bracket."""
    return _skip(text, _DECODER.raw_decode(text, at)[1])


def _item(text: str, at: int, index: int) -> int:
    at = _skip(text, at + 1)
    for _ in range(index):
        at = _skip(text, _past(text, at) + 1)
    return at


def _member(text: str, at: int, key: str) -> int:
    found = -1
    while text[at] != "}":
        name, at = scanstring(text, _skip(text, at + 1) + 1)
        at = _skip(text, _skip(text, at) + 1)
        if name == key:
            found = at
        at = _past(text, at)
    return found
