"""Where this installation keeps what other builds need.

`python -m pagedradix.config --includedir` prints the directory of the C++ headers, `--cmakedir`
that of the CMake package. Cython finds the `.pxd` files by itself, as it finds any package's:
`cimport pagedradix.token_tree`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pagedradix


def include_dir() -> Path:
    """The directory to pass to a compiler as `-I`."""
    return installed("include")


def cmake_dir() -> Path:
    """The directory to pass to CMake as `pagedradix_DIR`."""
    return installed("lib/cmake/pagedradix")


def installed(relative: str) -> Path:
    """The file or directory of that name in the package; FileNotFoundError if there is none."""
    # An editable install has two places: the sources, and what CMake installed.
    for place in pagedradix.__path__:
        path = Path(place, relative)
        if path.exists():
            return path
    message = f"this installation of pagedradix has no {relative}"
    raise FileNotFoundError(message)


def main() -> None:
    """Prints the directories that the command line asks for, one a line."""
    parser = argparse.ArgumentParser(prog="python -m pagedradix.config", description=__doc__)
    parser.add_argument("--includedir", action="store_true", help="where the C++ headers are")
    parser.add_argument("--cmakedir", action="store_true", help="where the CMake package is")
    arguments = parser.parse_args()
    if not (arguments.includedir or arguments.cmakedir):
        parser.error("nothing asked: pass --includedir, --cmakedir or both")
    if arguments.includedir:
        print(include_dir())
    if arguments.cmakedir:
        print(cmake_dir())


if __name__ == "__main__":
    main()
