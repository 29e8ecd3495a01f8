"""Damaged and unusual logs give curves and warnings, or one DataError that says how to mend it; nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rightrate.errors import DataError
from rightrate.importers.logs.log import Log
from rightrate.importers.logs.read import read_log

from . import samples
from .test_formats import only, points, write


def read_or_refuse(path: Path) -> Log | None:
    """The log, or None after a DataError that names the path and what was expected."""
    try:
        log = read_log(path)
    except DataError as error:
        assert str(path) in str(error)
        assert "xpected" in str(error) or "columns={" in str(error), str(error)
        return None
    assert log.trainings and all(training.curves for training in log.trainings)
    return log


@pytest.mark.parametrize("format_name", samples.FILES)
def test_cut_off_at_every_byte(tmp_path: Path, format_name: str) -> None:
    whole = samples.FILES[format_name]()
    logs = [read_or_refuse(write(tmp_path, whole[:end])) for end in range(len(whole) + 1)]
    assert logs[0] is None and logs[-1] is not None
    if format_name not in ("History JSON", "Hugging Face trainer_state.json"):
        assert logs[-2] is not None, "a log that lost its last byte is read up to there"


def test_cut_off_parquet_and_optuna(tmp_path: Path) -> None:
    import pandas as pd

    pd.DataFrame({"epoch": [1, 2], "loss": [0.9, 0.5]}).to_parquet(tmp_path / "p")
    for path in (tmp_path / "p", samples.optuna(tmp_path / "o")):
        whole = path.read_bytes()
        for end in range(0, len(whole), max(1, len(whole) // 150)):
            read_or_refuse(write(tmp_path, whole[:end], "cut"))


@pytest.mark.parametrize("format_name", samples.FILES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_overwritten_bytes(tmp_path: Path, format_name: str, data: st.DataObject) -> None:
    damaged = bytearray(samples.FILES[format_name]())
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=4)):
        damaged[place] = data.draw(st.integers(0, 255))
    read_or_refuse(write(tmp_path, bytes(damaged)))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=300),
    head=st.sampled_from(
        [b"", b"epoch,loss\n", b'{"loss": ', b"Epoch 1/2\n", b"SQLite format 3\x00", b"PAR1", samples.events()[:40]]
    ),
)
def test_random_bytes(tmp_path: Path, content: bytes, head: bytes) -> None:
    read_or_refuse(write(tmp_path, head + content))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["loss", "history", "log_history", "epoch", "step", "params", "0"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON_VALUES)
def test_json_of_wrong_types(tmp_path: Path, value: object) -> None:
    read_or_refuse(write(tmp_path, json.dumps(value)))
    read_or_refuse(write(tmp_path, json.dumps(value, indent=1)))
    trial = tmp_path / "trial"
    trial.mkdir(exist_ok=True)
    write(trial, json.dumps({"metrics": {"metrics": value}, "hyperparameters": {"values": value}}), "trial.json")
    read_or_refuse(trial)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"\0\0\0\0", b"\xff\xfe"])
def test_empty_file_is_an_error(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DataError, match=r"is empty\. Expected at least one epoch or step"):
        read_log(write(tmp_path, content))


@pytest.mark.parametrize(
    "content", ["epoch,loss\n", '{"loss": []}', "epoch,loss\n0,\n", '{"note": "x"}\n', "Epoch 1/2\n1/9 - loss\n"]
)
def test_log_without_a_number_is_an_error(tmp_path: Path, content: str) -> None:
    with pytest.raises(DataError, match=r"no number that was measured|JSON without curves|no known format"):
        read_log(write(tmp_path, content))


def test_missing_file_and_prose(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: No such file"):
        read_log(tmp_path / "missing")
    with pytest.raises(
        DataError, match=r"of no known format\. Expected one of: .*Keras CSVLogger.*epoch,loss,val_loss"
    ):
        read_log(write(tmp_path, "Once upon a time, there was a loss\nof accuracy.\n"))


def test_two_candidates_for_the_loss_are_a_question(tmp_path: Path) -> None:
    path = write(tmp_path, "epoch,loss,train_loss\n1,0.5,0.6\n")
    with pytest.raises(
        DataError, match=r"'loss' and 'train_loss' could each be 'loss'.*columns=\{'loss': 'train_loss'\}"
    ):
        read_log(path)
    assert points(only(read_log(path, columns={"loss": "train_loss"})), "loss") == {1: 0.6}


def test_two_candidates_for_a_metric_keep_their_names(tmp_path: Path) -> None:
    log = read_log(write(tmp_path, "epoch,loss,acc,train_acc\n1,0.5,0.6,0.7\n"))
    assert set(only(log).curves) == {"loss", "acc", "train_acc"}
    assert any("No curve 'accuracy' was read" in warning for warning in log.warnings)


def test_two_columns_that_count(tmp_path: Path) -> None:
    path = write(tmp_path, "step,global_step,loss\n1,10,0.5\n2,20,0.4\n")
    with pytest.raises(DataError, match=r"could count the steps.*columns=\{'step': 'step'\}"):
        read_log(path)
    assert list(points(only(read_log(path, columns={"step": "global_step"})), "loss")) == [10, 20]


@pytest.mark.parametrize("format_name", samples.FILES)
def test_unknown_column_is_refused_in_every_format(tmp_path: Path, format_name: str) -> None:
    path = write(tmp_path, samples.FILES[format_name]())
    with pytest.raises(DataError, match=r"columns=\{'loss': 'los'\} names a column that .* does not have"):
        read_log(path, columns={"loss": "los"})


def test_unknown_column_is_refused_in_folders(tmp_path: Path) -> None:
    for path in (samples.keras_tuner(tmp_path / "k"), samples.mlruns(tmp_path / "m"), samples.optuna(tmp_path / "o")):
        with pytest.raises(DataError, match="does not have"):
            read_log(path, columns={"loss": "los"})


@pytest.mark.parametrize("spelling", ["nan", "NaN", "NAN", "inf", "Infinity", "-inf", "-Infinity", "1e999"])
def test_spellings_of_nan_and_infinity_are_values(tmp_path: Path, spelling: str) -> None:
    values = points(only(read_log(write(tmp_path, f"epoch,loss\n1,0.5\n2,{spelling}\n"))), "loss")
    np.testing.assert_equal(values[2], float(spelling))


@pytest.mark.parametrize("spelling", ["", "null", "None", "NA", "-"])
def test_gaps_are_left_out(tmp_path: Path, spelling: str) -> None:
    log = read_log(write(tmp_path, f"epoch,loss,acc\n1,0.5,1\n2,{spelling},1\n3,0.4,1\n"))
    assert points(only(log), "loss") == {1: 0.5, 3: 0.4} and log.warnings == ()


def test_line_end_across_two_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rightrate.importers.logs import text

    for size in range(1, 12):
        monkeypatch.setattr(text, "BLOCK", size)
        lines = text.Lines(write(tmp_path, "\ufeffa\r\nä\rb\n\nc"), b"\xef\xbb\xbf")
        assert list(lines) == ["a", "ä", "b", "", "c"] and not lines.ended


def test_byte_order_mark_mixed_line_ends_and_repeated_header(tmp_path: Path) -> None:
    log = read_log(write(tmp_path, b"\xef\xbb\xbfepoch,loss\r\n0,0.9\r1,0.8\nepoch,loss\n2,0.7\r\n\r\n"))
    assert points(only(log), "loss") == {1: 0.9, 2: 0.8, 3: 0.7}


def test_last_line_that_was_cut(tmp_path: Path) -> None:
    for text in ("epoch,loss,val_loss\n0,0.91,0.81\n1,0.72,0", "epoch,loss,val_loss\n0,0.91,0.81\n1,0.7"):
        log = read_log(write(tmp_path, text))
        assert points(only(log), "loss") == {1: 0.91}
        assert any("cut off" in warning for warning in log.warnings)
    # A table by hand that merely lacks the last line end is whole.
    whole = read_log(write(tmp_path, "epoch,loss\n0,0.9\n1,0.8"))
    assert points(only(whole), "loss") == {1: 0.9, 2: 0.8} and whole.warnings == ()


def test_last_line_of_json_lines_that_was_cut(tmp_path: Path) -> None:
    log = read_log(write(tmp_path, '{"step": 1, "loss": 1}\n{"step": 2, "loss": 0.1'))
    assert points(only(log), "loss") == {1: 1}
    assert log.warnings == ("The last line is cut off and was left out.",)


@pytest.mark.parametrize("path", ["a\0b", "\ud800"])
def test_text_that_is_no_path(path: str) -> None:
    with pytest.raises(DataError, match="is no path"):
        read_log(path)


def test_damaged_lines_are_counted(tmp_path: Path) -> None:
    log = read_log(write(tmp_path, '{"step": 1, "loss": 1}\n{"step": 2, "lo\n{"step": 3, "loss": 2}\n'))
    assert points(only(log), "loss") == {1: 1, 3: 2}
    assert "1 lines are no JSON objects and were left out; the first is line 2." in log.warnings
    log = read_log(write(tmp_path, "epoch,loss\n0,0.9\n1,0.8,7\n2,oops\n3,0.6\n"))
    assert points(only(log), "loss") == {1: 0.9, 4: 0.6}
    assert len(log.warnings) == 2


def test_resumed_run_later_values_win(tmp_path: Path) -> None:
    log = read_log(write(tmp_path, "epoch,loss\n0,0.9\n1,0.8\n2,9.0\n3,9.5\n2,0.7\n"))
    assert points(only(log), "loss") == {1: 0.9, 2: 0.8, 3: 0.7}
    assert any("later values win, and 2 earlier points" in warning for warning in log.warnings)


def test_late_points_are_sorted_in(tmp_path: Path) -> None:
    log = read_log(write(tmp_path, "step,loss\n3,0.3\n1,0.1\n2,0.2\n"))
    assert points(only(log), "loss") == {1: 0.1, 2: 0.2, 3: 0.3}
    assert any("not in order" in warning for warning in log.warnings)


def test_impossible_steps(tmp_path: Path) -> None:
    log = read_log(write(tmp_path, "step,loss\n1,0.9\n1e300,0.8\n2.5,0.7\nnan,0.6\n4,0.5\n"))
    assert points(only(log), "loss") == {1: 0.9, 4: 0.5}
    assert any("3 of 5 rows have no whole number in 'step'" in warning for warning in log.warnings)


def test_huge_and_deep_json(tmp_path: Path) -> None:
    log = read_log(write(tmp_path, '{"step": 1, "loss": ' + "9" * 5000 + "}\n"))
    assert points(only(log), "loss") == {1: float("inf")}
    with pytest.raises(DataError, match="nested too deeply"):
        read_log(write(tmp_path, '[{"loss": ' + "[" * 100_000))


def test_columns_named_twice(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="several columns named 'loss'"):
        read_log(write(tmp_path, "epoch,loss,loss\n1,2,3\n"))


def test_symlink_loops(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "again").symlink_to(tmp_path)
    write(tmp_path / "run", samples.events(), "events.out.tfevents.1")
    assert [training.name for training in read_log(tmp_path).trainings] == ["run"]
    (tmp_path / "x").symlink_to(tmp_path / "y")
    (tmp_path / "y").symlink_to(tmp_path / "x")
    with pytest.raises(DataError, match="cannot be read"):
        read_log(tmp_path / "x")


def test_folder_of_ten_thousand_runs(tmp_path: Path) -> None:
    event = samples.event(0, samples.tensor("epoch_loss", 0.5))
    for place in range(10_000):
        folder = tmp_path / f"run{place:05}"
        folder.mkdir()
        (folder / "events.out.tfevents.1").write_bytes(event)
    log = read_log(tmp_path)
    assert len(log.trainings) == 10_000 and log.trainings[7].name == "run00007"


def test_long_log_is_thinned_and_never_loses_its_nan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rightrate.importers.logs import collect

    rows = [f"{step},{'nan' if step == 12_345 else step / 1e5},0.5\n" for step in range(50_000)]
    monkeypatch.setattr(collect.Collector.__init__, "__defaults__", (5_000,))
    log = read_log(write(tmp_path, "step,loss,lr\n" + "".join(rows)))
    curves = only(log).curves
    assert sum(map(len, curves.values())) <= 5_000
    assert 12_345 in curves["loss"].steps[np.isnan(curves["loss"].values)]
    assert curves["loss"].steps[-1] == 49_999
    assert any("The log is long" in warning for warning in log.warnings)


def test_memory_is_bounded_by_the_points_kept_not_by_the_file(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "log"
    with path.open("w") as file:
        file.write("step,loss,note\n")
        for step in range(200_000):
            file.write(f"{step},0.5,{'x' * 150}\n")
    tracemalloc.start()
    read_log(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size > 30e6
    assert peak < 25e6


@pytest.mark.parametrize(
    ("content", "name", "values"),
    [
        ("epoch,loss,val_acc\n1,0.5,70%\n2,0.4,80 %\n", "val_accuracy", [0.7, 0.8]),
        ('epoch,loss\n1,"1,234.5"\n2,"1,134.5"\n', "loss", [1234.5, 1134.5]),
        ("epoch;loss\n1;1.234,5\n2;0,5\n", "loss", [1234.5, 0.5]),
        ('epoch,loss\n1,"1,234,567"\n2,"1,234"\n', "loss", [1234567.0, 1.234]),
    ],
)
def test_numbers_with_marks_that_can_be_meant_in_one_way(
    tmp_path: Path, content: str, name: str, values: list[float]
) -> None:
    assert list(points(only(read_log(write(tmp_path, content.encode()))), name).values()) == pytest.approx(values)


def test_a_column_that_was_meant_as_numbers_is_not_left_out_silently(tmp_path: Path) -> None:
    log = read_log(write(tmp_path, b"epoch,loss,seconds,split\n0,0.5,3 s,train\n1,0.4,4 s,train\n"))
    assert [warning for warning in log.warnings if "'seconds' was left out: '3 s'" in warning]
    assert not any("split" in warning for warning in log.warnings)


def test_what_pandas_splits_is_put_together(tmp_path: Path) -> None:
    import pandas as pd

    table = pd.DataFrame({"loss": [0.9, 0.5], "val_loss": [0.8, 0.6]})
    log = read_log(write(tmp_path, table.to_json(orient="split").encode()))
    assert points(only(log), "val_loss") == {1: 0.8, 2: 0.6} and "index" not in only(log).curves
