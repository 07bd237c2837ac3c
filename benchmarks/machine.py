"""What a run of the benchmarks ran on: `python benchmarks/machine.py FILE` writes it as JSON."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path


def describe() -> dict[str, str]:
    """Processor, caches, memory, system and compiler, as far as the system tells."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores seen",
        "last-level cache": _last_level_cache(),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "huge pages": _chosen("/sys/kernel/mm/transparent_hugepage/enabled"),
        "system": f"{platform.system()} {platform.release()}, {' '.join(platform.libc_ver())}",
        "compiler": _compiler(),
        "Python": platform.python_version(),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _last_level_cache() -> str:
    caches = sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"))
    return caches[-1].read_text().strip() if caches else "unknown"


def _chosen(path: str) -> str:
    """The option in brackets, as the kernel shows settings."""
    try:
        return Path(path).read_text().partition("[")[2].partition("]")[0]
    except OSError:
        return "none"


def _compiler() -> str:
    command = [os.environ.get("CXX", "c++"), "--version"]
    version = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return version.splitlines()[0]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(describe(), indent=1) + "\n")
