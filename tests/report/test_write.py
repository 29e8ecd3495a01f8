"""Files: complete or absent, and a clear word where they cannot be written."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rightrate.errors import CannotRunError
from rightrate.report.write import write_reports

from . import samples

ALL_FILES = [
    "curves.csv",
    "curves.svg",
    "rate.svg",
    "report.html",
    "report.md",
    "result.json",
    "schedule.svg",
    "sweet-spot.svg",
]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_writes_every_file_and_nothing_else(tmp_path):
    written = write_reports(samples.normal(), tmp_path / "runs" / "first")
    assert sorted(path.name for path in written) == ALL_FILES == names(tmp_path / "runs" / "first")
    assert json.loads((tmp_path / "runs/first/result.json").read_text("utf-8"))["learning_rate"] == 3e-4


def test_pictures_in_the_markdown_exist(tmp_path):
    write_reports(samples.normal(), tmp_path)
    shown = re.findall(r"\]\((\S+\.svg)\)", (tmp_path / "report.md").read_text("utf-8"))
    assert shown == ["rate.svg", "sweet-spot.svg", "curves.svg", "schedule.svg"]
    assert all((tmp_path / name).stat().st_size > 1000 for name in shown)


def test_a_report_without_a_chart_removes_the_older_picture(tmp_path):
    write_reports(samples.normal(), tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    write_reports(samples.regression(), tmp_path)
    assert names(tmp_path) == sorted({*ALL_FILES, "notes.txt"} - {"sweet-spot.svg"})


@pytest.mark.parametrize("sample", samples.ALL)
def test_every_sample_is_written_as_utf8(sample, tmp_path):
    for path in write_reports(sample(), tmp_path):
        path.read_bytes().decode("utf-8")


def test_a_file_in_the_way_of_the_folder(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(CannotRunError, match=r"Could not write the report to .*out: .*choose another folder"):
        write_reports(samples.normal(), tmp_path / "out")


def test_a_folder_in_the_way_of_a_file_leaves_no_part_behind(tmp_path):
    (tmp_path / "report.md").mkdir()
    with pytest.raises(CannotRunError, match=r"Could not write the report to .*report\.md"):
        write_reports(samples.normal(), tmp_path)
    assert names(tmp_path) == ["report.md", "result.json"]


WITH_LITTLE_SPACE = """
import pathlib, resource, signal, sys
from rightrate.errors import CannotRunError
from rightrate.report.write import write_files

folder, texts = pathlib.Path(sys.argv[1]), {"result.json": "{}", "report.html": "x" * 1_000_000}
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
try:
    write_files(texts, folder)
except CannotRunError as error:
    print(error)
"""


def test_a_full_disk_keeps_the_old_file_whole(tmp_path):
    """A limit on the size of files stands in for a full disk: the system refuses in the middle of a file."""
    (tmp_path / "report.html").write_text("the old one")
    run = subprocess.run(
        [sys.executable, "-c", WITH_LITTLE_SPACE, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert re.search(r"Could not write the report to .*report\.html: .*Free some space", run.stdout)
    assert (tmp_path / "report.html").read_text() == "the old one"
    assert names(tmp_path) == ["report.html", "result.json"]
