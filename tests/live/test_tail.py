"""What was appended to a file since the last look."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rightrate.live import tail as tails
from rightrate.live.tail import Tail


def everything(tail: Tail, portion: int = 1 << 19) -> list[bytes]:
    lines: list[bytes] = []
    while True:
        read = tail.read(portion)
        lines = list(read.lines) if read.is_new else lines + list(read.lines)
        if not read.has_more:
            return lines


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=30), max_size=20), st.integers(1, 40))
def test_every_line_comes_once_and_whole_however_it_is_written(
    tmp_path: Path, parts: list[bytes], portion: int
) -> None:
    path = tmp_path / "log.jsonl"
    path.unlink(missing_ok=True)
    tail, lines = Tail(path), []
    for part in parts:
        with path.open("ab") as file:
            file.write(part)
        lines += everything(tail, portion)
    whole = b"".join(parts).split(b"\n")[:-1]
    assert lines == [line for line in whole if line.strip()]


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b'{"a": 1}\n{"b"')
    tail = Tail(path)
    assert everything(tail) == [b'{"a": 1}']
    with path.open("ab") as file:
        file.write(b": 2}\n")
    assert everything(tail) == [b'{"b": 2}']


def test_a_file_that_is_written_anew_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\n")
    tail = Tail(path)
    everything(tail)
    for text in (b"cut\n", b"longer than it was before, in place\n" * 5):
        path.write_bytes(text)
        read = tail.read()
        assert read.is_new
        assert b"\n".join(read.lines) + b"\n" == text
    other = tmp_path / "other"
    other.write_bytes(b"longer than it was before, in place\n" * 5 + b"and replaced\n")
    os.replace(other, path)
    read = tail.read()
    assert read.is_new and read.lines[-1] == b"and replaced"


def test_nothing_is_read_of_a_file_that_is_not_there_a_link_or_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret\n")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe")
    for name in ("nothing", "link", "pipe"):
        assert Tail(tmp_path / name).read().lines == ()


def test_a_file_without_line_ends_takes_no_memory(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tails, "LONGEST", 1000)
    path = tmp_path / "log"
    path.write_bytes(b"x" * 5000 + b"\nshort\n")
    tail = Tail(path)
    lines: list[bytes] = []
    while True:
        read = tail.read(400)
        lines += read.lines
        assert len(tail._rest) <= 1400
        if not read.has_more:
            break
    assert lines == [b"short"]


def test_the_middle_of_a_long_file_can_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"".join(b"line %d\n" % i for i in range(1000)))
    tail = Tail(path)
    assert tail.read(20).lines == (b"line 0", b"line 1")
    tail.skip_to_the_end(25)
    assert everything(tail) == [b"line 998", b"line 999"]
    with path.open("ab") as file:
        file.write(b"more\n")
    assert everything(tail) == [b"more"]
