"""Runs `python -m peers.python_harness ADAPTER FILE SCENARIO ARGUMENT`; prints the values as JSON.

The garbage collector is off, as in timeit.
"""

from __future__ import annotations

import gc
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peers.python_harness.scenarios import measure_path, measure_short_prompts, measure_trace
from peers.workload_file import Prompts

if TYPE_CHECKING:
    from peers.python_harness.adapter import Adapter


def main() -> None:
    """Measures what the command line says."""
    name, file, scenario, argument = sys.argv[1:]
    adapter: Adapter[Any, Any] = import_module(f"peers.python_harness.adapters.{name}").make()
    prompts = Prompts.read(Path(file))
    gc.disable()
    if scenario == "path":
        values = measure_path(adapter, prompts, int(argument))
    elif scenario == "short_prompts":
        values = measure_short_prompts(adapter, prompts, int(argument))
    else:
        values = measure_trace(adapter, prompts)
    print(json.dumps(values))


if __name__ == "__main__":
    main()
