"""The notes that `rightrate.Watch` writes among its JSON lines: not measurements, and what they undo is left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rightrate.curves.setting import Setting
from rightrate.errors import DataError
from rightrate.importers.logs.log import Log
from rightrate.importers.logs.read import read_log

HEADER = {"rightrate": "log", "format": 1, "step": 0, "steps_per_epoch": 2, "setting": {"optimizer": "Adam"}}


def read(tmp_path: Path, *records: Any) -> Log:
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return read_log(path)


def losses(log: Log, name: str = "loss") -> dict[int, float]:
    curve = log[0].curves[name]
    return dict(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))


def steps(*numbers: int, loss: float = 1.0) -> list[dict[str, float]]:
    return [{"step": number, "loss": loss} for number in numbers]


def test_the_header_tells_the_setting_and_later_notes_more_of_it(tmp_path: Path) -> None:
    later = {"rightrate": "setting", "steps_per_epoch": 3, "setting": {"batch_size": 32, "monitored": ["val_loss"]}}
    log = read(tmp_path, HEADER, *steps(1), later, *steps(2))
    assert log[0].setting == Setting(optimizer="Adam", batch_size=32, monitored=("val_loss",))
    assert log[0].steps_per_epoch == 3 and log[0].unit == "step" and log.warnings == ()
    assert set(log[0].curves) == {"loss"} and losses(log) == {1: 1.0, 2: 1.0}


def test_the_epoch_is_no_curve_however_late_its_first_one_comes(tmp_path: Path) -> None:
    """The reader decides by the first records what counts; here there are more of them than it looks at."""
    many = steps(*range(1, 6001))
    log = read(tmp_path, HEADER, *many, {"step": 6000, "epoch": 1, "val_loss": 0.5})
    assert set(log[0].curves) == {"loss", "val_loss"}


def test_after_a_rescue_what_was_lost_does_not_count(tmp_path: Path) -> None:
    lost = [*steps(1, 2), {"step": 2, "epoch": 1, "val_loss": 0.9}, *steps(3, 4, 5)]
    lost.insert(5, {"step": 4, "epoch": 2, "val_loss": 9.0})
    log = read(tmp_path, HEADER, *lost, {"rightrate": "rescue", "back_to_step": 2, "why": "x"}, *steps(3, loss=0.5))
    assert losses(log) == {1: 1.0, 2: 1.0, 3: 0.5}
    assert losses(log, "val_loss") == {2: 0.9}  # also where no later value took its place
    (warning,) = log.warnings
    assert warning.startswith("The training went back to an earlier state: 4 lines")


def test_going_back_twice_each_time_further(tmp_path: Path) -> None:
    back = [{"rightrate": "rescue", "back_to_step": step} for step in (3, 1)]
    log = read(tmp_path, HEADER, *steps(1, 2, 3, 4), back[0], *steps(4, loss=0.5), back[1], *steps(2, loss=0.25))
    assert losses(log) == {1: 1.0, 2: 0.25}


def test_a_run_that_was_resumed_goes_on_from_where_its_optimizer_was(tmp_path: Path) -> None:
    log = read(tmp_path, HEADER, *steps(1, 2, 3), {**HEADER, "step": 2}, *steps(3, loss=0.5))
    assert losses(log) == {1: 1.0, 2: 1.0, 3: 0.5}


def test_a_log_of_a_later_version_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="of version 2; this rightrate reads up to 1"):
        read(tmp_path, {**HEADER, "format": 2}, *steps(1))


@pytest.mark.parametrize(
    "damage",
    [
        {"setting": 3},
        {"setting": {"optimizer": 5, "classes": "many", "monitored": "loss", "pretrained": 1, "batch_size": -4}},
        {"steps_per_epoch": "x", "step": "y"},
        {"format": [1]},
    ],
)
def test_a_damaged_note_is_as_good_as_none(tmp_path: Path, damage: dict[str, Any]) -> None:
    log = read(tmp_path, {**HEADER, "setting": {}, "steps_per_epoch": None, **damage}, *steps(1, 2))
    assert losses(log) == {1: 1.0, 2: 1.0} and log[0].setting == Setting()


def test_a_log_of_another_tool_with_such_a_column_keeps_it(tmp_path: Path) -> None:
    log = read(tmp_path, {"step": 1, "loss": 1.0, "rightrate": 0.5})
    assert losses(log, "rightrate") == {1: 0.5}


def test_cut_anywhere_it_is_read_or_refused(tmp_path: Path) -> None:
    records = [HEADER, *steps(1, 2), {"rightrate": "rescue", "back_to_step": 1}, *steps(2, loss=0.5)]
    text = "".join(json.dumps(record) + "\n" for record in records).encode()
    path = tmp_path / "log.jsonl"
    for end in range(len(text) + 1):
        path.write_bytes(text[:end])
        try:
            curve = read_log(path)[0].curves["loss"]
        except DataError:
            assert text[:end].count(b"\n") < 2  # only while there is no whole measurement yet
        else:
            assert curve.steps[0] == 1
