from typing import final

import numpy as np
from numpy.typing import NDArray

@final
class Prompts:
    count: int
    longest: int
    def __init__(
        self,
        ids: NDArray[np.uint64],
        first_id: NDArray[np.int64],
        id_count: NDArray[np.uint32],
        block_size: NDArray[np.uint32],
        input_length: NDArray[np.uint32],
    ) -> None: ...
    def tokens(self, index: int) -> NDArray[np.uint32]: ...

@final
class Policy:
    @staticmethod
    def cache_aware(cache_threshold: float, balance_abs: float, balance_rel: float) -> Policy: ...
    @staticmethod
    def consistent_hash(workers: int, hash_tokens: int) -> Policy: ...
    @staticmethod
    def round_robin() -> Policy: ...
    @staticmethod
    def least_loaded() -> Policy: ...
    @staticmethod
    def random(seed: int) -> Policy: ...

@final
class Lane:
    eviction_ns: int
    evicted_tokens: int
    def __init__(self, workers: int, longest_prompt: int) -> None: ...

@final
class Simulation:
    worker: NDArray[np.uint32]
    hit_tokens: NDArray[np.uint32]
    ttft: NDArray[np.float64]
    decision_ns: NDArray[np.uint32]
    def __init__(
        self,
        prompts: Prompts,
        arrival: NDArray[np.float64],
        policy: Policy,
        *,
        workers: int,
        page_size: int,
        eviction: str,
        capacity: int,
    ) -> None: ...
    @property
    def done(self) -> int: ...
    def lane(self) -> Lane: ...
    def run_slice(self, lane: Lane, budget_ns: int) -> bool: ...
    def tree_figures(self) -> tuple[int, int, int]: ...
