"""What several test files share."""

from __future__ import annotations

import os
import random
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

PAGE_SIZES = [1, 2, 16, 64, 100]


@pytest.fixture(scope="session", autouse=True)
def gil_stays_disabled() -> Iterator[None]:
    """One import can turn the GIL of a free-threaded interpreter on, and tests would pass so."""
    yield
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        assert not getattr(sys, "_is_gil_enabled", lambda: True)()


@pytest.fixture
def rng() -> random.Random:
    """A random generator whose seed is printed; PAGEDRADIX_TEST_SEED repeats a run."""
    seed = int(os.environ.get("PAGEDRADIX_TEST_SEED") or random.SystemRandom().randrange(2**32))
    print(f"PAGEDRADIX_TEST_SEED={seed}")
    return random.Random(seed)


@pytest.fixture(params=PAGE_SIZES)
def page_size(request: pytest.FixtureRequest) -> int:
    size: int = request.param
    return size


RunTogether = Callable[..., list[object]]


@pytest.fixture
def run_together() -> RunTogether:
    """Runs jobs in a thread each, all let go at once; returns results, raises what they raise."""

    def run(*jobs: Callable[[], object]) -> list[object]:
        latch = threading.Barrier(len(jobs))

        def wait_and_run(job: Callable[[], object]) -> object:
            latch.wait(timeout=60)
            return job()

        with ThreadPoolExecutor(len(jobs)) as pool:
            return [future.result() for future in [pool.submit(wait_and_run, job) for job in jobs]]

    return run
