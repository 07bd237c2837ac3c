"""Builds a free-threaded CPython 3.13 from Debian's source package, if it is not there yet.

    python tests/free_threaded/build_python.py PREFIX

Takes the source from the mirror that apt uses on this machine, but with lists and caches of its own
in PREFIX.work: the machine's apt configuration is only read, and nothing is installed outside of
PREFIX. Needs apt's lists (`apt-get update`), a C compiler, make, libffi-dev, libssl-dev, xz-utils
and zlib1g-dev.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SUITE = "trixie"
"""Keeps python3.13 as its default Python; sid drops a version when the next one is the default."""
PACKAGE = "python3.13"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def mirror() -> str:
    """The Debian mirror of this machine."""
    query = ["apt-get", "indextargets", "--format", "$(SITE)"]
    query += ["Created-By: Packages", "Origin: Debian", "Label: Debian"]
    sites = subprocess.run(query, capture_output=True, text=True, check=True).stdout.split()
    if not sites:
        sys.exit("apt knows no Debian mirror; run apt-get update on a Debian system")
    return sites[0]


def fetch(work: Path) -> Path:
    """Downloads the source package, as the archive has signed it; returns its tarball."""
    sources = work / "sources.list"
    sources.write_text(f"deb-src [signed-by={KEYRING}] {mirror()} {SUITE} main\n")
    apt_get = ["apt-get", "-q", "-o", f"Dir::Etc::sourcelist={sources}"]
    apt_get += ["-o", "Dir::Etc::sourceparts=-", "-o", f"Dir::State::lists={work / 'lists'}"]
    apt_get += ["-o", f"Dir::Cache={work / 'cache'}", "-o", "APT::Sandbox::User="]
    subprocess.run([*apt_get, "update"], check=True)
    subprocess.run([*apt_get, "source", "--download-only", PACKAGE], cwd=work, check=True)
    (tarball,) = work.glob(f"{PACKAGE}_*.orig.tar.xz")
    return tarball


def build(tarball: Path, work: Path, prefix: Path) -> None:
    """Compiles and installs, as upstream released it: Debian's patches move site-packages."""
    source, staging = work / "source", work / "staging"
    source.mkdir()
    subprocess.run(["tar", "-xf", tarball, "-C", source, "--strip-components=1"], check=True)
    configure = ["./configure", "--quiet", "--disable-gil", "--disable-test-modules"]
    subprocess.run([*configure, f"--prefix={prefix}"], cwd=source, check=True)
    jobs = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL") or str(os.cpu_count())
    subprocess.run(["make", "--silent", f"--jobs={jobs}"], cwd=source, check=True)
    # What pip and NumPy cannot do without, and configure leaves out where a header is missing.
    subprocess.run(["./python", "-c", "import ctypes, ssl, zlib"], cwd=source, check=True)
    install = ["make", "--silent", "altinstall", f"DESTDIR={staging}"]
    subprocess.run(install, cwd=source, check=True)
    (staging / prefix.relative_to("/")).rename(prefix)  # whole or not at all


def main() -> None:
    """Builds into the directory that the command line names."""
    (argument,) = sys.argv[1:]
    prefix = Path(argument).absolute()
    if prefix.exists():
        return
    work = prefix.with_name(f"{prefix.name}.work")
    shutil.rmtree(work, ignore_errors=True)
    for directory in ("lists/partial", "cache/archives/partial"):
        (work / directory).mkdir(parents=True)
    build(fetch(work), work, prefix)
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
