"""The built-in workload: the same requests for a seed, and the traffic that it claims to be."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import replace

import numpy as np
from pagedradix.replay import Requests, Sessions, Workload

SMALL = Workload(
    seed=5,
    start_seconds=60,
    chats=Sessions(40, 4, 3, (200, 900), 120, 10),
    agents=Sessions(6, 12, 2, (1000, 2000), 300, 3),
    one_offs=50,
    one_off_tokens=400,
)


def arrays(requests: Requests) -> list[list[float]]:
    return [
        array.tolist()
        for array in (
            requests.arrival_ms,
            requests.input_length,
            requests.ids,
            requests.first_id,
            requests.id_count,
            requests.block_size,
        )
    ]


def test_a_seed_names_a_workload() -> None:
    assert arrays(SMALL.generate()) == arrays(SMALL.generate())
    assert arrays(SMALL.generate()) != arrays(replace(SMALL, seed=6).generate())


def test_requests_are_in_order_and_their_blocks_cover_them() -> None:
    requests = SMALL.generate()
    assert requests.arrival_ms[0] == 0
    assert (np.diff(requests.arrival_ms) >= 0).all()
    assert (requests.input_length > 0).all()
    assert (requests.id_count == -(-requests.input_length.astype(np.int64) // 64)).all()
    assert len(requests) > 40 + 6 + 50


def test_sessions_grow_by_what_they_had_and_share_openings() -> None:
    requests = SMALL.generate()
    # A session is known by the id of its own first block, right behind the opening.
    by_first_id: dict[int, list[list[int]]] = defaultdict(list)
    for first, count in zip(requests.first_id, requests.id_count, strict=True):
        ids = requests.ids[first : first + count].tolist()
        by_first_id[ids[0]].append(ids)
    shared = {first: prompts for first, prompts in by_first_id.items() if len(prompts) > 1}
    assert 2 <= len(shared) <= 5
    assert len(by_first_id) == len(shared) + 50
    for prompts in shared.values():
        by_text: dict[int, list[list[int]]] = defaultdict(list)
        for ids in prompts:
            by_text[ids[-1] >> 20].append(ids)
        for turns in by_text.values():
            for earlier, later in itertools.pairwise(turns):
                assert later[: len(earlier)] == earlier


def test_the_default_workload_fits_its_fleet() -> None:
    requests = Workload().generate()
    assert 5_000 < len(requests) < 20_000
    # Eight workers of the default rate are not saturated even if half of all tokens hit nothing.
    assert requests.input_tokens / 2 < 8 * 20_000 * requests.duration_ms / 1000
