"""Policies in TOML files and in pyproject.toml."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rightrate.errors import DataError, UsageError
from rightrate.importers.policy_file import own_policy, read_policy
from rightrate.verdict import Evidence, Policy, Requirement, Waiver

TEXT = """
good = 0.9
evidence = "interval"

[[require]]
metric = "recall"
class = "fraud"
slice = "country=DE"
min = 0.95
severity = "warn"
reason = "a miss costs 500"

[[waive]]
code = "RR302"
class = "other"
reason = "is being retired"
expires = 2027-01-31
"""
POLICY = Policy(
    good=0.9,
    evidence=Evidence.INTERVAL,
    require=(
        Requirement(
            "recall",
            minimum=0.95,
            class_name="fraud",
            slice_name=("country", "DE"),
            severity="warn",
            reason="a miss costs 500",
        ),
    ),
    waive=(Waiver("RR302", "is being retired", date(2027, 1, 31), "other"),),
)
IN_PROJECT = "[project]\nname = 'x'\n[tool.rightrate]\n" + TEXT.replace("[[", "[[tool.rightrate.")


def write(folder: Path, text: str, name: str = "policy.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_project_file_that_cannot_be_read_may_hold_a_stricter_policy(tmp_path: Path) -> None:
    write(tmp_path, "not = [toml", "pyproject.toml")
    with pytest.raises(DataError, match="is no TOML"):
        own_policy(tmp_path)


def test_a_file_that_was_named_must_hold_a_policy(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has no \[tool\.rightrate\]"):
        read_policy(write(tmp_path, "[tool.ruff]\nline-length = 100"))


def test_a_file_of_its_own(tmp_path: Path) -> None:
    assert read_policy(write(tmp_path, TEXT)) == POLICY


def test_a_table_of_a_project_file(tmp_path: Path) -> None:
    path = write(tmp_path, IN_PROJECT, "pyproject.toml")
    assert read_policy(path) == POLICY
    assert own_policy(tmp_path) == (POLICY, str(path))


@pytest.mark.parametrize("text", ["[tool.ruff]\nline-length = 100", "[project]\nname = 'x'", "tool = 3"])
def test_a_project_that_says_nothing_has_the_default_policy(tmp_path: Path, text: str) -> None:
    assert own_policy(tmp_path) == (Policy(), None)
    write(tmp_path, text, "pyproject.toml")
    assert own_policy(tmp_path) == (Policy(), None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("god = 0.9", "policy.toml' has the unknown key 'god'. Did you mean good"),
        ("[tool.rightrate]\ngod = 0.9", "'god'. Did you mean good"),
        ("good = 'high'", "`good` in .*policy.toml' must be a number. Received: 'high'"),
        ("good = nan", "`good`"),
        ("[[require]]\nmetric = 'recall'\nclas = 'x'\nmin = 0.9", "'clas'. Did you mean class"),
        ("tool = 3", "`tool` in .*must be a table.*3"),
        ("[tool]\nrightrate = 3", "`rightrate` in .*must be a table.*3"),
    ],
)
def test_a_wrong_policy_is_an_error_that_names_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_policy(write(tmp_path, text))


def test_a_wrong_table_of_the_project_is_no_default_policy(tmp_path: Path) -> None:
    write(tmp_path, "[tool.rightrate]\ngod = 0.9", "pyproject.toml")
    with pytest.raises(UsageError, match="god"):
        own_policy(tmp_path)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"absent.toml' cannot be read: No such file"):
        read_policy(tmp_path / "absent.toml")
    with pytest.raises(DataError, match="cannot be read"):
        read_policy(tmp_path)
    with pytest.raises(DataError, match=r"no TOML.*line 1"):
        read_policy(write(tmp_path, "good = = 0.9"))
    latin = tmp_path / "latin.toml"
    latin.write_bytes("# gr\xfcn".encode("latin-1"))
    with pytest.raises(DataError, match="no TOML"):
        read_policy(latin)
