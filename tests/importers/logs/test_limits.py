"""Large logs, large folders, strange paths: an answer within bounds, whatever lies there."""

from __future__ import annotations

import json
import os
import shutil
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rightrate.cli.main import _run
from rightrate.errors import DataError
from rightrate.importers.logs import collect
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.log import Log
from rightrate.importers.logs.read import read_log

from . import samples
from .test_every_importer import MADE
from .test_formats import only, write


def peak_of(path: Path) -> tuple[Log, int]:
    tracemalloc.start()
    log = read_log(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return log, peak


def quoted() -> Iterator[str]:
    yield '"step","loss","note"\n'
    yield from (f'"{step}","0.5","{"x" * 150}"\n' for step in range(40_000))


def noted() -> Iterator[str]:
    yield from (json.dumps({"step": step, "loss": 0.5, "note": {"x": "x" * 150}}) + "\n" for step in range(40_000))


def wide() -> Iterator[str]:
    yield ",".join(["step", *map(str, range(400))]) + "\n"
    yield from (f"{step}" + ",12.25" * 400 + "\n" for step in range(3_000))


def wide_and_quoted() -> Iterator[str]:
    yield ",".join(["step", *map(str, range(400))]) + "\n"
    yield from (f'"{step}"' + ",12.25" * 400 + "\n" for step in range(3_000))


@pytest.mark.parametrize("rows", [quoted, noted, wide, wide_and_quoted])
def test_memory_is_bounded_by_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: object) -> None:
    monkeypatch.setattr(Collector.__init__, "__defaults__", (100_000,))
    path = tmp_path / "log"
    with path.open("w") as file:
        file.writelines(rows())  # type: ignore[operator]
    log, peak = peak_of(path)
    assert sum(map(len, only(log).curves.values())) >= 40_000
    assert peak < 45e6, peak


def test_a_file_without_line_ends_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = write(tmp_path, b"epoch,loss\n0,0.5\n" + b"1" * 30_000_000)
    tracemalloc.start()
    with pytest.raises(DataError, match="a line of more than 4000000 bytes"):
        read_log(path)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


def test_names_that_change_with_each_step_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "MOST_COLUMNS", 300)
    path = write(tmp_path, "".join(f'{{"step": {step}, "loss_{step}": 0.5}}\n' for step in range(302)))
    with pytest.raises(DataError, match=r"more than 300 curves.*Expected names that stay the same"):
        read_log(path)


def test_more_curves_than_points_that_are_kept() -> None:
    collector = Collector(most_points=10)
    for place in range(30):
        collector.add(str(place), place, 0.5)
    assert [len(collector.column(name).steps) for name in collector.names] == [1] * 30


def runs_of(kind: str, folder: Path, count: int) -> Path:
    for run in range(count):
        if kind == "CSV":
            (folder / f"deep{run % 7}").mkdir(parents=True, exist_ok=True)
            (folder / f"deep{run % 7}" / f"run{run}.csv").write_text(samples.KERAS_CSV)
        elif kind == "MLflow":
            inner = folder / "0" / f"r{run}"
            (inner / "metrics").mkdir(parents=True)
            (inner / "meta.yaml").write_text(f"run_id: r{run}\nrun_name: same\n")
            (inner / "metrics" / "loss").write_text("1 0.9 0\n2 0.5 1\n")
        else:
            inner = folder / f"trial_{run}"
            inner.mkdir(parents=True)
            (folder / "oracle.json").write_text("{}")
            (inner / "trial.json").write_text(samples.trial(str(run), 0.1, [0.5]))
    return folder


@pytest.mark.parametrize("kind", ["CSV", "MLflow", "KerasTuner"])
def test_folder_of_many_runs(tmp_path: Path, kind: str) -> None:
    log = read_log(runs_of(kind, tmp_path / "runs", 400))
    assert len({training.name for training in log}) == len(log) == 400


@pytest.mark.parametrize("made", ["MLflow", "KerasTuner project", "TensorBoard"])
def test_links_that_go_round_change_nothing(tmp_path: Path, made: str) -> None:
    path = MADE[made](tmp_path / "log")
    names = [training.name for training in read_log(path)]
    for folder in [path, *(folder for folder in path.rglob("*") if folder.is_dir())]:
        (folder / "round").symlink_to(path)
        (folder / "itself").symlink_to(folder / "itself")
        (folder / "gone").symlink_to(tmp_path / "nowhere")
    assert [training.name for training in read_log(path)] == names


def test_links_that_go_round_in_a_folder_of_logs(tmp_path: Path) -> None:
    path = runs_of("CSV", tmp_path / "log", 3)
    for folder in [path, *path.iterdir()]:
        (folder / "round").symlink_to(path)
        (folder / "itself.csv").symlink_to(folder / "itself.csv")
    assert len(read_log(path)) == 3


@pytest.mark.parametrize("content", [samples.KERAS_CSV.encode(), b""])
def test_pipe_is_refused_and_not_waited_for(tmp_path: Path, content: bytes) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match=r"a pipe or a device.*write what comes through it to a file"):
        read_log(tmp_path / "pipe")
    write(tmp_path, samples.KERAS_CSV, "log.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    assert len(read_log(tmp_path)) == 1


ENDINGS = st.sampled_from([".csv", ".json", ".jsonl", ".log", ".txt", ".parquet", ".db", ".bin"])
CONTENTS = st.sampled_from([maker() for maker in samples.FILES.values()]) | st.binary(max_size=200)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), made=st.sampled_from([None, None, *MADE]))
def test_diagnose_of_a_mixed_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: st.DataObject, made: str | None
) -> None:
    folder = tmp_path / "mixed"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for place, (content, ending) in enumerate(data.draw(st.lists(st.tuples(CONTENTS, ENDINGS), max_size=6))):
        inner = folder / data.draw(st.sampled_from(["", "a", "a/b", "train", "trial_1"]))
        inner.mkdir(parents=True, exist_ok=True)
        cut = data.draw(st.just(0) | st.integers(0, len(content)))
        (inner / f"log{place}{ending}").write_bytes(content[: len(content) - cut])
    if made is not None:
        MADE[made](folder / "made")
    code = _run(["diagnose", str(folder), "--json", "-"])
    printed = capsys.readouterr()
    assert code in (0, 2, 3)
    if code == 2:
        assert str(folder) in printed.err and "xpected" in printed.err and "Traceback" not in printed.err
    else:
        assert json.loads(printed.out)
