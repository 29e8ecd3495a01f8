"""Whatever is read many lines at a time comes out as line by line: the same curves, the same warnings, the same error."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rightrate.errors import DataError
from rightrate.importers.logs import arrow, csv_rows, event_blocks, json_lines, records, text, wire
from rightrate.importers.logs.log import Log
from rightrate.importers.logs.read import read_log

from . import samples
from .test_formats import only, write

FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def outcome(path: Path) -> object:
    """All that a user gets: every number and word of the log, or the text of the error."""
    try:
        log = read_log(path)
    except DataError as error:
        return str(error)
    return log.format, log.warnings, [shown(log, place) for place in range(len(log))]


def shown(log: Log, place: int) -> object:
    training = log.trainings[place]
    curves = [
        (name, curve.steps.tolist(), list(map(repr, curve.values + 0.0))) for name, curve in training.curves.items()
    ]
    return training.name, training.unit, training.steps_per_epoch, curves


def assert_same(path: Path, monkeypatch: pytest.MonkeyPatch, lines: int) -> None:
    """Read in pieces of `lines` lines, by Arrow and NumPy wherever they may, and then without them."""
    with monkeypatch.context() as patch:
        for module in (csv_rows, json_lines, records):
            patch.setattr(module, "CHUNK", lines)
        patch.setattr(text, "BLOCK", 61)
        patch.setattr(wire, "BLOCK", 61)
        patch.setattr(arrow, "WORTH", 1)
        fast = outcome(path)
        patch.setattr(arrow, "WORTH", 10**12)
        patch.setattr(event_blocks, "MOST_FORMS", 0)
        assert fast == outcome(path)


NUMBERS = (
    st.floats().map(str) | st.integers(-(10**20), 10**20).map(str) | st.sampled_from(["1e400", "9" * 400, "-0", "1E+5"])
)
PLAIN = NUMBERS | st.sampled_from(["", "nan", "NaN", "-inf", "Infinity"])
ODDITIES = [
    "+1", "01", ".5", "5.", " 0.5", "0.5 ", " ", "1_0", "0x10", "nan(1)", "-nan", "infinit", "1e", "1d5", "e", "-", "null",
     "NA", "oops", "ü", "\u0661", '"0.5"', '"', '"a\nb"', "loss", "1,5", "1;5", "12:30", "\t1", "\0", "\x1c", "\u2028", "\ufeff"
]  # fmt: skip
ODD = st.sampled_from(ODDITIES)
HEADERS = st.sampled_from(
    [["epoch", "loss"], ["step", "loss", "val_loss"], ["", "epoch", "loss", "acc"], ["loss"], ["x", "y"], ["nan", "t"]]
)


@st.composite
def tables(draw: st.DrawFn, cells: st.SearchStrategy[str]) -> str:
    mark = draw(st.sampled_from([",", ";", "\t", "|"]))
    header = draw(HEADERS)
    widths = st.just(len(header)) | st.integers(0, len(header) + 1)
    row = st.builds(lambda width: draw(st.lists(cells, min_size=width, max_size=width)), widths)
    rows = draw(st.lists(row | st.just(header), max_size=14))
    ends = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\n\n"])
    whole = "".join(mark.join(cells) + draw(ends) for cells in [header, *rows])
    return whole[: len(whole) - draw(st.integers(0, 3))]


@pytest.mark.parametrize("odd", ODDITIES)
@pytest.mark.parametrize("row", ["{},0.5", "3,{}", "3,0.5{}", "{}"])
def test_csv_with_one_odd_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: str, row: str) -> None:
    content = f"step,loss\n1,0.7\n2,0.6\n{row.format(odd)}\n4,0.4\n5,0.3\n"
    for lines in (1, 2, 5):
        assert_same(write(tmp_path, content), monkeypatch, lines)


def test_repeated_header_that_could_be_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_same(write(tmp_path, ",1\n0,0.5\n,1\n1,0.4\n"), monkeypatch, 4)


@FUZZ
@given(content=tables(PLAIN) | tables(PLAIN | ODD), lines=st.integers(1, 4))
def test_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, lines: int) -> None:
    assert_same(write(tmp_path, content), monkeypatch, lines)


@FUZZ
@given(data=st.data(), lines=st.integers(1, 4), end=st.sampled_from(["\n", "\r\n"]))
def test_csv_of_numbers_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: st.DataObject, lines: int, end: str
) -> None:
    rows = data.draw(st.lists(st.tuples(PLAIN, PLAIN), max_size=20))
    content = "".join(f"{step},{loss},{rate}{end}" for step, (loss, rate) in enumerate(rows))
    assert_same(write(tmp_path, f"step,loss,lr{end}{content}"), monkeypatch, lines)


WORDS = st.text(max_size=4) | st.sampled_from(["NaN", "0.5", "train", "val", "2024-01-01", "x: NaN", "{", "[", "-inf"])
JSON_CELLS = (
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS
    | st.lists(st.integers(), max_size=2) | st.dictionaries(st.sampled_from(["loss", "a"]), st.floats(), max_size=2)
)  # fmt: skip
KEYS = st.sampled_from(["step", "epoch", "loss", "val_loss", "mode", "note", "a/b", ""])
RAW = [
    '{"loss": 01}', '{"loss": +1}', '{"loss": .5}', '{"loss": 1.}', '{"loss": Inf}', '{"loss": -NaN}', '{"loss": -Infinity}',
     '{"loss": 1}{"loss": 2}', '{"loss":', "2}", '{"loss": 1, "loss": 2}', '{"loss": 1,}', '{"loss": 1} x', "[1]", "3", "",
     " ", ' {"loss": 1}', '{"loss": 1} ', "{}", '{"a": "\x01"}', '{"a": "\\ud800"}', '{"l\\u006fss": 2}', '{"a": "\ufffd"}',
     "{'loss': 1}", '{"loss": 1e400}', '{"loss": -0}', '{"loss": 9007199254740993}', '{"loss": ' + "9" * 400 + "}",
     '{"loss": ' + "[" * 99 + "}", '{"loss": 1, "step": 7}', "\ufeff{}", '{"loss": nan}', '{"loss": 1\u2028}',
]  # fmt: skip
RAW_LINES = st.sampled_from(RAW)


@pytest.mark.parametrize("odd", RAW)
def test_json_lines_with_one_odd_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: str) -> None:
    content = f'{{"loss": 0.9, "step": 0}}\n{{"loss": 0.8, "step": 1}}\n{odd}\n{{"loss": 0.7, "step": 2}}\n'
    for lines in (1, 2, 3):
        assert_same(write(tmp_path, content), monkeypatch, lines)


@FUZZ
@given(
    found=st.lists(st.dictionaries(KEYS, JSON_CELLS, max_size=5).map(json.dumps) | RAW_LINES, max_size=12),
    lines=st.integers(1, 4),
    cut=st.integers(0, 3),
    end=st.sampled_from(["\n", "\n", "\r\n", "\r"]),
)
def test_json_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: list[str], lines: int, cut: int, end: str
) -> None:
    content = end.join(['{"step": 0, "loss": 0.5}', *found, ""])
    assert_same(write(tmp_path, content[: len(content) - cut].encode(errors="surrogatepass")), monkeypatch, lines)


@FUZZ
@given(
    rows=st.lists(
        st.fixed_dictionaries({"loss": st.floats() | st.integers()}, optional={"lr": st.floats(), "note": WORDS})
    ),
    lines=st.integers(1, 4),
)
def test_json_lines_of_one_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[dict[str, object]], lines: int
) -> None:
    content = "".join(json.dumps({"step": step, **row}) + "\n" for step, row in enumerate(rows))
    assert_same(write(tmp_path, '{"step": -1, "loss": 1}\n' + content), monkeypatch, lines)


def tensor_of(tag: str, dtype: int, *parts: bytes) -> bytes:
    return samples.part(1, tag.encode()) + samples.part(8, bytes([8, dtype]) + b"".join(parts))


TAGS = st.sampled_from(["loss", "val1", "epoch_loss", "batch_loss", "epoch", "evaluation_x"])
FLOATS = st.floats(width=32)
SUMMARIES = (
    st.builds(samples.simple, TAGS, FLOATS)
    | st.builds(samples.tensor, TAGS, FLOATS)
    | st.builds(tensor_of, TAGS, st.sampled_from([1, 2, 3, 7]), st.just(b"\x2d\0\0\x80\x3f"), st.just(b"\x31" + b"\1" * 8) | st.just(b""))
    | st.builds(tensor_of, TAGS, st.just(1), st.just(samples.part(2, b"\x12\0") + samples.part(4, b"\1\2\3\4")))
    | st.builds(tensor_of, TAGS, st.sampled_from([1, 2, 9]), st.binary(min_size=1, max_size=9).map(lambda b: samples.part(4, b)))
)  # fmt: skip


def event_of(step: int | None, summaries: list[bytes]) -> bytes:
    number = b"" if step is None else b"\x10" + varint(step % 2**64)
    body = samples.part(5, b"".join(samples.part(1, one) for one in summaries)) if summaries else b""
    return samples.record(b"\x09" + b"\0" * 8 + number + body)


def varint(number: int) -> bytes:
    found = b""
    while number > 127:
        found, number = found + bytes([number & 127 | 128]), number >> 7
    return found + bytes([number])


@FUZZ
@given(
    found=st.lists(
        st.builds(
            event_of,
            st.none() | st.integers(0, 300) | st.integers(-(2**63), 2**63 - 1),
            st.lists(SUMMARIES, max_size=2),
        ),
        max_size=14,
    ),
    damage=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=2),
    cut=st.integers(0, 9),
)
def test_event_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: list[bytes], damage: list[tuple[int, int]], cut: int
) -> None:
    content = bytearray(samples.event(0, samples.simple("loss", 1.0)) + b"".join(found))
    for place, value in damage:
        content[place % len(content)] = value
    assert_same(write(tmp_path, bytes(content[: len(content) - cut])), monkeypatch, 4)


@pytest.mark.parametrize("flipped", range(12, 60))
def test_event_with_one_bit_flipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flipped: int) -> None:
    whole = [bytearray(event_of(200 + step, [samples.tensor("loss", step)])) for step in range(4)]
    for bit in range(8):
        one = bytearray(whole[2])
        one[min(flipped, len(one) - 5)] ^= 1 << bit
        assert_same(write(tmp_path, b"".join([*whole[:2], one, whole[3]])), monkeypatch, 4)


def test_regular_logs_are_not_read_value_by_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("read one by one")

    steps = range(40_000)
    table = write(tmp_path, "step,loss,lr\r\n" + "".join(f"{step},{step / 7},\r\n" for step in steps), "table")
    table_end = table.stat().st_size % 10_000
    assert table_end
    lines = write(tmp_path, "".join(json.dumps({"step": step, "loss": step / 7}) + "\n" for step in steps), "lines")
    events = [samples.event(step % 128, samples.tensor("loss", step / 7)) for step in steps]
    file = write(tmp_path, b"".join(events), "events")
    monkeypatch.setattr(csv_rows.CsvReader, "_numbers", refuse)
    monkeypatch.setattr(event_blocks, "scalars", refuse)
    assert len(only(read_log(table)).curves["loss"]) == len(steps)
    assert len(only(read_log(file)).curves["loss"]) == len(steps) % 128
    parsed = []
    monkeypatch.setattr(json_lines, "flat_record", lambda record: parsed.append(record) or records.flat_record(record))
    assert len(only(read_log(lines)).curves["loss"]) == len(steps)
    assert len(parsed) == records.CHUNK


@pytest.mark.parametrize("shift", [0, 1, 6, 9])
def test_steps_of_any_length_and_any_sign(tmp_path: Path, shift: int) -> None:
    steps = [(1 << 7 * shift) + step for step in range(50)]
    usable = [step for step in steps if step <= 2**53]
    content = b"".join(event_of(step, [samples.simple("loss", 0.5)]) for step in [-3, *steps])
    curve = only(read_log(write(tmp_path, content))).curves["loss"]
    np.testing.assert_array_equal(curve.steps, [-3, *usable])
