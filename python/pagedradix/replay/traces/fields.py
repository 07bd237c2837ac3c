"""Checked access to the fields of a trace's entries."""

from __future__ import annotations

import json
from array import array
from typing import Any

from pagedradix.replay.requests import MAX_PROMPT_TOKENS
from pagedradix.replay.traces.errors import EntryError

MAX_BLOCK_SIZE = 1 << 24
MAX_TIME = 2.0**63
"""No clock counts further, in nanoseconds either; sums and differences of times stay finite."""


def parse_json(text: str | bytes) -> Any:  # noqa: ANN401 - whatever the text says
    """The value that ``text`` spells."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        problem = f"not JSON: {error.msg} (column {error.colno})"
        raise EntryError(problem, error.lineno) from None
    except RecursionError:
        raise EntryError("not JSON that can be read: nested too deeply") from None
    except ValueError as error:  # bytes that are not UTF-8, numbers of thousands of digits
        raise EntryError(f"not JSON: {error}") from None


def shown(value: object) -> str:
    """``value`` as a message can show it."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def entry_of(value: object) -> dict[str, Any]:
    """``value``, which must be a JSON object."""
    if not isinstance(value, dict):
        raise EntryError(f"expected an object, not {shown(value)}")
    return value


def _present(entry: dict[str, Any], key: str) -> object:
    if key not in entry:
        raise EntryError(f"{key} is missing")
    return entry[key]


def whole_number(entry: dict[str, Any], key: str, low: int, high: int) -> int:
    """The integer ``entry[key]``, ``low`` to ``high``."""
    value = _present(entry, key)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise EntryError(f"{key}: expected a whole number, not {shown(value)}")
    if not low <= value <= high:
        raise EntryError(f"{key}: {shown(value)} is not between {low} and {high}")
    return value


def prompt_length(entry: dict[str, Any], key: str) -> int:
    """The number of tokens ``entry[key]``."""
    return whole_number(entry, key, 0, MAX_PROMPT_TOKENS)


def time(entry: dict[str, Any], key: str) -> float:
    """The number ``entry[key]``, up to MAX_TIME."""
    value = _present(entry, key)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise EntryError(f"{key}: expected a number, not {shown(value)}")
    if not -MAX_TIME <= value <= MAX_TIME:
        raise EntryError(f"{key}: {shown(value)} is not a time")
    return float(value)


def block_ids(entry: dict[str, Any], key: str, bits: int) -> array[int]:
    """The list of unsigned integers of ``bits`` bits ``entry[key]``."""
    value = _present(entry, key)
    if not isinstance(value, list):
        raise EntryError(f"{key}: expected a list of block ids, not {shown(value)}")
    try:
        ids = array("Q", value)
    except (OverflowError, TypeError):
        raise EntryError(_first_bad_id(value, key, 64)) from None
    if bits < 64 and ids and max(ids) >> bits:
        raise EntryError(_first_bad_id(value, key, bits))
    return ids


def _first_bad_id(values: list[object], key: str, bits: int) -> str:
    for index, value in enumerate(values):
        if not isinstance(value, int) or not 0 <= value < 1 << bits:
            return f"{key}[{index}]: {shown(value)} is not a block id (0 to 2^{bits} - 1)"
    raise AssertionError("called without a bad id")
