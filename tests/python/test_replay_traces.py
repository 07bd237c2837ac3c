"""Reading traces: both formats, where they come from, and what is said about bad ones."""

from __future__ import annotations

import gzip
import io
import json
import os
import pathlib
import threading
from typing import IO, TYPE_CHECKING, Any

import pytest
from pagedradix.replay import Requests, TraceError, TraceFormat, load_trace
from pagedradix.replay.traces.locate import line_of

if TYPE_CHECKING:
    from pathlib import Path


def mooncake_line(timestamp: object = 0, length: object = 600, ids: object = (1, 2)) -> str:
    ids = list(ids) if isinstance(ids, tuple) else ids
    return json.dumps(
        {"timestamp": timestamp, "input_length": length, "output_length": 9, "hash_ids": ids}
    )


def session(*requests: object, **changes: object) -> dict[str, Any]:
    return {"block_size": 64, "hash_id_scope": "local", "requests": list(requests), **changes}


def request(t: object = 0.0, tokens: object = 128, ids: object = (1, 2)) -> dict[str, Any]:
    return {"t": t, "in": tokens, "out": 5, "hash_ids": list(ids) if ids == (1, 2) else ids}


def write(path: Path, text: str) -> str:
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return str(path)


def ids_of(requests: Requests) -> list[list[int]]:
    return [
        requests.ids[first : first + count].tolist()
        for first, count in zip(requests.first_id, requests.id_count, strict=True)
    ]


def test_mooncake_requests_keep_length_and_ids(tmp_path: Path) -> None:
    lines = [mooncake_line(5, 600, (1, 2)), "", mooncake_line(8.5, 512, (2**64 - 1,))]
    trace = load_trace([write(tmp_path / "a.jsonl", "\n".join(lines) + "\n")])
    assert trace.format is TraceFormat.MOONCAKE
    assert trace.requests.arrival_ms.tolist() == [0.0, 3.5]
    assert trace.requests.input_length.tolist() == [600, 512]
    assert trace.requests.block_size.tolist() == [512, 512]
    assert ids_of(trace.requests) == [[1, 2], [2**64 - 1]]
    assert trace.requests.input_tokens == 1112
    assert trace.skipped == 0


def test_requests_are_ordered_by_time_then_file_then_line(tmp_path: Path) -> None:
    late = write(
        tmp_path / "b.jsonl",
        "\n".join(mooncake_line(t, 1, (i,)) for t, i in [(7, 0), (3, 1), (3, 2)]),
    )
    early = write(
        tmp_path / "a.jsonl",
        "\n".join(mooncake_line(t, 1, (i,)) for t, i in [(3, 3), (9, 4), (3, 5)]),
    )
    for arguments in ([late, early], [early, late], [str(tmp_path)]):
        trace = load_trace(arguments)
        assert ids_of(trace.requests) == [[3], [5], [1], [2], [0], [4]]
        assert trace.requests.arrival_ms.tolist() == [0, 0, 0, 0, 4, 6]


def test_agentic_ids_carry_the_number_of_their_file(tmp_path: Path) -> None:
    write(tmp_path / "b.json", json.dumps(session(request(2.0))))
    write(tmp_path / "a.json.gz", json.dumps(session(request(1.5, 150), request(4.0)), indent=1))
    write(tmp_path / "LICENSE", "no trace")
    trace = load_trace([str(tmp_path)])
    assert trace.format is TraceFormat.AGENTIC
    assert [name.rsplit("/", 1)[1] for name in trace.files] == ["a.json.gz", "b.json"]
    assert trace.requests.arrival_ms.tolist() == [0, 500, 2500]
    assert trace.requests.input_length.tolist() == [150, 128, 128]
    second = 1 << 32
    assert ids_of(trace.requests) == [[1, 2], [second + 1, second + 2], [1, 2]]


def test_sub_agents_may_be_nested_deeply(tmp_path: Path) -> None:
    depth = 300
    entry = request(0.25, 64, [depth])
    for level in range(depth):
        entry = {
            "t": 1.0,
            "type": "subagent",
            "requests": [request(0.0, 64, [2 * level]), entry, request(9999.0, 64, [1])],
        }
    trace = load_trace([write(tmp_path / "a.json", json.dumps(session(entry)))])
    assert len(trace.requests) == 2 * depth + 1
    ids = ids_of(trace.requests)
    assert ids[:depth] == [[2 * level] for level in reversed(range(depth))]
    assert ids[depth] == [depth]
    assert trace.requests.arrival_ms[depth] == (depth + 0.25 - 1.0) * 1000


def test_the_format_is_detected_by_content(tmp_path: Path) -> None:
    one_line = json.dumps(session(request(ids=[7] * 40_000)))
    assert len(one_line) > 1 << 16
    for text in (one_line, json.dumps(session(request()), indent=2), "\n\n" + one_line):
        agentic = load_trace([write(tmp_path / "x.txt", text)])
        assert agentic.format is TraceFormat.AGENTIC
    long_line = mooncake_line(0, 512 * 20_000, tuple(range(20_000)))
    assert len(long_line) > 1 << 16
    for text in (long_line, mooncake_line(), "\ufeff" + mooncake_line()):
        mooncake = load_trace([write(tmp_path / "x.json", text)])
        assert mooncake.format is TraceFormat.MOONCAKE
    assert load_trace([write(tmp_path / "plain.gz", mooncake_line())]).skipped == 0


def test_the_standard_input_is_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    data = io.TextIOWrapper(io.BytesIO(gzip.compress(mooncake_line().encode())))
    monkeypatch.setattr("sys.stdin", data)
    trace = load_trace(["-"])
    assert trace.files == ("<stdin>",)
    assert len(trace.requests) == 1


def test_pipes_are_traces(tmp_path: Path) -> None:
    fifo = tmp_path / "a.jsonl"
    os.mkfifo(fifo)
    fed = mooncake_line(3, 512 * 20_000, tuple(range(20_000))).encode()
    threading.Thread(target=fifo.write_bytes, args=[fed], daemon=True).start()
    reader, writer = os.pipe()
    with open(reader, "rb"), open(writer, "wb") as file:  # noqa: PTH123 - descriptors
        file.write(gzip.compress(mooncake_line(2).encode()))
        file.close()
        trace = load_trace([f"/dev/fd/{reader}", str(fifo)])
    assert trace.files == (f"/dev/fd/{reader}", str(fifo))
    assert trace.requests.input_length.tolist() == [600, 512 * 20_000]


def test_a_pipe_given_twice_is_an_error_before_it_is_read(tmp_path: Path) -> None:
    fifo = tmp_path / "a.jsonl"
    os.mkfifo(fifo)
    with pytest.raises(TraceError, match=r"a\.jsonl: given twice"):
        load_trace([str(fifo), str(fifo)])


@pytest.mark.parametrize(
    ("bad_line", "problem"),
    [
        ('{"timestamp": }', "not JSON: Expecting value (column 15)"),
        ("[" * 100_000, "not JSON"),
        ('{"timestamp": ' + "1" * 5000 + "}", "not JSON"),
        ('"\xff"', "expected an object, not 'ÿ'"),
        ("[1]", "expected an object, not [1]"),
        ('{"input_length": 1}', "timestamp is missing"),
        (mooncake_line(timestamp="3"), "timestamp: expected a number, not '3'"),
        (mooncake_line(timestamp=True), "timestamp: expected a number, not True"),
        (mooncake_line(timestamp=float("nan")), "timestamp: nan is not a time"),
        (mooncake_line(timestamp=10**400), "is not a time"),
        (mooncake_line(timestamp=1e308), "timestamp: 1e+308 is not a time"),
        (mooncake_line(timestamp=-(10**20)), "timestamp: -100000000000000000000 is not a time"),
        (mooncake_line(length=1.5), "input_length: expected a whole number, not 1.5"),
        (mooncake_line(length=-1), "input_length: -1 is not between 0 and 134217728"),
        (mooncake_line(length=2**40), "is not between"),
        (mooncake_line(ids=5), "hash_ids: expected a list of block ids, not 5"),
        (mooncake_line(ids=[1, -2]), "hash_ids[1]: -2 is not a block id (0 to 2^64 - 1)"),
        (mooncake_line(ids=[2**64, 1]), "hash_ids[0]: 18446744073709551616 is not a block id"),
        (mooncake_line(ids=["a", 1]), "hash_ids[0]: 'a' is not a block id"),
        (mooncake_line(ids=[1]), "hash_ids: 1 ids, but 600 tokens are 2 blocks of 512"),
    ],
)
def test_a_bad_line_is_named_or_skipped(tmp_path: Path, bad_line: str, problem: str) -> None:
    text = "\n".join([mooncake_line(), bad_line, mooncake_line(3), bad_line])
    path = write(tmp_path / "a.jsonl", text)
    with pytest.raises(TraceError) as caught:
        load_trace([path])
    assert str(caught.value).startswith(f"{path}:2: ")
    assert problem in str(caught.value)

    trace = load_trace([path], skip_bad=True)
    assert len(trace.requests) == 2
    assert trace.skipped == 2
    assert str(trace.first_skipped) == str(caught.value)


def test_bytes_that_are_not_utf_8_are_a_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(mooncake_line().encode() + b'\n{"timestamp": "\xff"}\n')
    with pytest.raises(TraceError, match=r"a\.jsonl:2: not JSON: .*utf-8"):
        load_trace([str(path)])


def test_a_file_is_closed_when_its_reader_raises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[IO[bytes]] = []
    open_path = pathlib.Path.open

    def spying_open(path: Path, _mode: str) -> IO[bytes]:
        opened.append(open_path(path, "rb"))
        return opened[-1]

    path = tmp_path / "a.jsonl"
    path.write_bytes(b"no JSON\n" + mooncake_line().encode())
    monkeypatch.setattr(pathlib.Path, "open", spying_open)
    # What was raised keeps the readers' frames alive.
    with pytest.raises(TraceError) as caught:
        load_trace([str(path)])
    assert caught.traceback
    assert opened
    assert all(file.closed for file in opened)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (7, "requests[1]: expected an object, not 7"),
        (request(t=None), "requests[1]: t: expected a number, not None"),
        (request(tokens="12"), "requests[1]: in: expected a whole number, not '12'"),
        (request(ids=[1, 2**32]), "hash_ids[1]: 4294967296 is not a block id (0 to 2^32 - 1)"),
        ({"t": 0, "type": "subagent"}, "requests[1]: requests: expected a list, not None"),
    ],
)
def test_a_bad_entry_is_named_with_its_line(tmp_path: Path, entry: object, problem: str) -> None:
    text = json.dumps(session(request(), entry, request(3.0)), indent=2)
    path = write(tmp_path / "a.json", text)
    with pytest.raises(TraceError) as caught:
        load_trace([path])
    assert problem in str(caught.value)
    assert str(caught.value).startswith(f"{path}:14: ")

    trace = load_trace([path], skip_bad=True)
    assert (len(trace.requests), trace.skipped) == (2, 1)


def test_times_are_finite_and_so_are_their_sums(tmp_path: Path) -> None:
    latest = 2.0**63
    sub_agent = {"t": latest, "type": "subagent", "requests": [request(latest)]}
    text = json.dumps(session(request(-latest), sub_agent))
    trace = load_trace([write(tmp_path / "a.json", text)])
    assert trace.requests.arrival_ms.tolist() == [0.0, 3 * latest * 1000]


def test_many_bad_entries_are_skipped_in_the_time_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches = []

    def count_searches(text: str, path: tuple[str | int, ...]) -> int:
        searches.append(path)
        return line_of(text, path)

    monkeypatch.setattr("pagedradix.replay.traces.agentic.line_of", count_searches)
    text = json.dumps(session(request(), *range(1000)))
    trace = load_trace([write(tmp_path / "a.json", text)], skip_bad=True)
    assert trace.skipped == 1000
    assert searches == [("requests", 1)]


def test_a_bad_entry_of_a_sub_agent_is_named_with_its_path(tmp_path: Path) -> None:
    sub_agent = {"t": 1.0, "type": "subagent", "requests": [request(), request(t="x")]}
    path = write(tmp_path / "a.json", json.dumps(session(request(), sub_agent)))
    with pytest.raises(TraceError, match=r"a\.json:1: requests\[1\]\.requests\[1\]: t: expected"):
        load_trace([path])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{\n"requests": [\n}', ":3: not JSON: Expecting value (column 1)"),
        (json.dumps(session(block_size=0)), ":1: block_size: 0 is not between 1 and"),
        (json.dumps(session(hash_id_scope="global")), "hash_id_scope: 'global' is not supported"),
        (json.dumps(session(requests={})), "requests: expected a list, not {}"),
        (json.dumps(session()), ": no requests in this trace"),
    ],
)
def test_a_bad_session_is_named(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(TraceError) as caught:
        load_trace([write(tmp_path / "a.json", text)])
    assert problem in str(caught.value)


def test_what_cannot_be_opened_or_unpacked_is_named(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=r"nowhere\.jsonl: No such file"):
        load_trace([str(tmp_path / "nowhere.jsonl")])
    broken = tmp_path / "broken.jsonl.gz"
    broken.write_bytes(gzip.compress((mooncake_line() + "\n").encode() * 1000)[:-20])
    with pytest.raises(TraceError, match=r"broken\.jsonl\.gz: broken gzip file"):
        load_trace([str(broken)])
    empty_folder = tmp_path / "empty"
    empty_folder.mkdir()
    with pytest.raises(TraceError, match="empty: no trace in this folder"):
        load_trace([str(empty_folder)])


def test_an_empty_trace_is_an_error_that_says_what_was_skipped(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=r"a\.jsonl: no requests in this trace$"):
        load_trace([write(tmp_path / "a.jsonl", "\n")])
    with pytest.raises(TraceError, match=r"no requests .* \(1 skipped; .*a\.jsonl:1: not JSON"):
        load_trace([write(tmp_path / "a.jsonl", "time,tokens\n")], skip_bad=True)


def test_a_file_given_twice_and_mixed_formats_are_errors(tmp_path: Path) -> None:
    mooncake = write(tmp_path / "a.jsonl", mooncake_line())
    agentic = write(tmp_path / "b.json", json.dumps(session(request())))
    with pytest.raises(TraceError, match=r"a\.jsonl: given twice"):
        load_trace([mooncake, str(tmp_path)])
    with pytest.raises(TraceError, match=r"b\.json: is a trace of the agentic format"):
        load_trace([mooncake, agentic])


def test_line_of_finds_values_in_any_layout() -> None:
    text = '{"a": [1,\n {"b" :\n"}]\\"", "c": [ [],\n\n[ 3 ] ]}],\n "a":\n{ }, "z": 0}'
    assert line_of(text, ()) == 1
    assert line_of(text, ("a",)) == 7
    assert line_of(text, ("z",)) == 7
    single = text.replace(' "a":\n{ }, ', "")
    assert line_of(single, ("a", 1)) == 2
    assert line_of(single, ("a", 1, "b")) == 3
    assert line_of(single, ("a", 1, "c", 0)) == 3
    assert line_of(single, ("a", 1, "c", 1, 0)) == 5
