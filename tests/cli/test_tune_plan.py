"""`--plan`: what a search would do and cost, without doing it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("command", ["tune", "find"])
def test_a_plan_is_what_the_search_then_does(
    command: str, models: Path, npz: Callable[..., Path], tmp_path: Path, run: Run
) -> None:
    asked = (command, models / "backbone.keras", npz(), "--new-head", "--epochs", 2)
    code, text, err = run(*asked, "--plan", "--json")
    assert code == 0, err
    plan = json.loads(text)
    assert plan["seconds_of_a_step"] > 0
    run(*asked, "--out", tmp_path / "run", "--quiet")
    done = json.loads((tmp_path / "run" / "result.json").read_text())
    assert plan["plan"] == done["cost"]["plan"]
    assert plan["plan"]["prefix_cached"] is True
    assert plan["estimated_full_trainings"] == done["cost"]["estimated_full_trainings"]
    assert set(plan["rates"]) <= {trial["learning_rate"] for trial in done["trials"]}


def test_a_plan_says_in_words_what_is_reused_and_leaves_nothing_behind(
    models: Path, npz: Callable[..., Path], tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = npz()
    before = sorted(tmp_path.rglob("*"))
    code, text, err = run("tune", models / "model.keras", data, "--epochs", 2, "--plan")
    assert code == 0, err
    said = " ".join(text.split())
    assert "nothing was trained" in said and "full trainings" in said and "ms here" in said
    assert "nothing is reused" in said and "bit-equal to Model.fit" in said
    assert sorted(tmp_path.rglob("*")) == before


def test_a_plan_refuses_what_only_a_search_does(
    models: Path, npz: Callable[..., Path], tmp_path: Path, run: Run
) -> None:
    code, _, err = run("tune", models / "model.keras", npz(), "--plan", "--out", tmp_path / "run")
    assert code == 2 and "leave --out out" in err
