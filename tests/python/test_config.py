"""Consumers find the headers and the CMake package where the helper says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def ask(*options: str) -> list[str]:
    command = [sys.executable, "-m", "pagedradix.config", *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n")


def test_the_include_directory_holds_the_public_header() -> None:
    assert Path(ask("--includedir")[0], "pagedradix", "token_tree.hpp").is_file()


def test_the_cmake_directory_holds_the_package_configuration() -> None:
    assert Path(ask("--cmakedir")[0], "pagedradixConfig.cmake").is_file()
