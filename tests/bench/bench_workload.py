"""Names and sizes that benchmarks share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

WORKERS = [f"http://worker-{i}:8000" for i in range(8)]
PROMPTS = 256
LENGTH = 2048

Tokens = npt.NDArray[np.uint32]


def random_tokens(*shape: int) -> Tokens:
    """Tokens from a fixed seed."""
    return np.random.default_rng(1).integers(0, 150_000, shape, dtype=np.uint32)
