"""Gets peers onto this machine: packages into environments of their own, sources into programs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_REASON_LENGTH = 120


class UnavailableError(Exception):
    """A peer cannot take part; the message says why in a few words."""


def output_of(
    command: Sequence[str | Path], env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> str:
    """What a command prints; raises UnavailableError if it is missing or fails."""
    name = str(command[0]).rpartition("/")[2]
    try:
        done = subprocess.run(
            command, env=env, cwd=cwd, capture_output=True, text=True, check=False
        )
    except OSError as error:
        message = f"{name}: {error.strerror}"
        raise UnavailableError(message) from error
    if done.returncode != 0:
        message = f"{name}: {reason(done.stderr)}"
        raise UnavailableError(message)
    return done.stdout


def reason(stderr: str) -> str:
    """The line of a program's complaints that says most."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    # Compilers name the cause first, Python last.
    chosen = errors[-1] if "Traceback" in stderr else (errors or lines or ["failed"])[0]
    return chosen if len(chosen) <= _REASON_LENGTH else f"{chosen[:_REASON_LENGTH]}..."


def environment(directory: Path, requirements: Sequence[str], *extra: Sequence[str]) -> Path:
    """The Python of an environment with these packages; ``extra`` are further calls of pip."""
    python = directory / "bin" / "python"
    if not python.exists():
        output_of([sys.executable, "-m", "venv", directory])
    for arguments in (["numpy", *requirements], *extra):
        output_of([python, "-m", "pip", "install", "--quiet", *arguments])
    return python
