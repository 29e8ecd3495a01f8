"""Columns of scores belong to the class that they are named after: never turned round or swapped without a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rightrate.errors import UsageError
from rightrate.judge_files import JudgeFiles, judge_files

RNG = np.random.default_rng(3)
TRUE = (np.arange(400) % 4 == 0).astype(int)
#: High for class 1.
SCORE = np.clip(0.15 + 0.7 * TRUE + RNG.normal(0, 0.12, 400), 0.01, 0.99)
WORSE = np.clip(SCORE + RNG.normal(0, 0.3, 400), 0.01, 0.99)
NAMES = np.array(["ok", "fraud"])


def table(path: Path, true: Any, **columns: Any) -> str:
    pd.DataFrame({"y_true": true, **columns}).to_csv(path, index=False)
    return str(path)


def judged(predictions: str, **options: Any) -> Any:
    return judge_files(JudgeFiles(predictions, **options))


@pytest.fixture
def plain(tmp_path: Path) -> Any:
    return judged(table(tmp_path / "plain.csv", TRUE, score=SCORE), positive="1")


@pytest.mark.parametrize(
    "true, column, options",
    [
        (TRUE, "prob_1", {"positive": "1"}),
        (TRUE, "prob_positive", {"positive": "1"}),
        (TRUE.astype(bool), "prob_true", {"positive": "True"}),
        (NAMES[TRUE], "prob_fraud", {"positive": "fraud"}),
        (NAMES[TRUE], "prob_Fraud", {"positive": "fraud"}),
        (TRUE, "prob_fraud", {"positive": "fraud", "labels": "ok,fraud"}),
    ],
)
def test_a_column_named_after_the_positive_class_is_as_it_is(
    tmp_path: Path, plain: Any, true: Any, column: str, options: dict[str, Any]
) -> None:
    verdict = judged(table(tmp_path / "a.csv", true, **{column: SCORE}), **options)
    assert verdict.confusion == plain.confusion or verdict.confusion == tuple(
        row[::-1] for row in plain.confusion[::-1]
    )
    assert verdict.metrics["roc_auc"].value == pytest.approx(plain.metrics["roc_auc"].value)
    assert verdict.metrics["roc_auc"].value > 0.9


@pytest.mark.parametrize("logits", [False, True])
def test_a_column_named_after_the_other_class_is_turned_round_once(tmp_path: Path, plain: Any, logits: bool) -> None:
    of_ok = 1 - SCORE
    values = np.log(of_ok / (1 - of_ok)) if logits else of_ok
    verdict = judged(table(tmp_path / "a.csv", NAMES[TRUE], prob_ok=values), positive="fraud", logits=logits)
    assert verdict.per_class["fraud"]["recall"].value == pytest.approx(plain.per_class["1"]["recall"].value)
    assert verdict.per_class["fraud"]["precision"].value == pytest.approx(plain.per_class["1"]["precision"].value)
    assert verdict.metrics["roc_auc"].value == pytest.approx(plain.metrics["roc_auc"].value)


@pytest.mark.parametrize("options", [{"positive": "1"}, {"positive": "0"}, {}])
def test_a_column_named_after_no_class_is_asked_about(tmp_path: Path, options: dict[str, Any]) -> None:
    """High for class 0: read as it stands the best model would be the worst, and the reverse."""
    with pytest.raises(UsageError, match=r"named after 'fraud', which is none of the classes, '0', '1'.*--labels"):
        judged(table(tmp_path / "a.csv", TRUE, prob_fraud=1 - SCORE), **options)


@pytest.mark.parametrize("option", ["baseline", "threshold_data"])
def test_other_files_are_read_by_the_same_names(tmp_path: Path, option: str) -> None:
    new = table(tmp_path / "new.csv", TRUE, score=WORSE)
    same = judged(new, **{option: table(tmp_path / "score.csv", TRUE, score=SCORE)})
    named = judged(new, **{option: table(tmp_path / "named.csv", TRUE, prob_1=SCORE)})
    of_other = judged(new, **{option: table(tmp_path / "other.csv", TRUE, prob_0=1 - SCORE)})
    for verdict in (named, of_other):
        assert verdict.outcome is same.outcome
        assert verdict.operating_points == same.operating_points
        assert (verdict.comparison is None) == (option != "baseline")
        if verdict.comparison is not None:
            assert (verdict.comparison.fixes, verdict.comparison.breaks) == (
                same.comparison.fixes,
                same.comparison.breaks,
            )
    with pytest.raises(UsageError, match="none of the classes"):
        judged(new, **{option: table(tmp_path / "fraud.csv", TRUE, prob_fraud=SCORE)})


def three(seed: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    true = np.arange(300) % 3
    raw = np.exp(2.5 * np.eye(3)[true] + rng.normal(0, noise, (300, 3)))
    return true, raw / raw.sum(1, keepdims=True)


def columns(prob: np.ndarray, order: str) -> dict[str, Any]:
    return {f"prob_{name}": prob[:, "abc".index(name)] for name in order}


def test_columns_of_classes_are_matched_by_name(tmp_path: Path) -> None:
    true, prob = three(0, 1.0)
    better = three(1, 0.4)[1]
    letters = np.array(list("abc"))[true]
    new = table(tmp_path / "new.csv", letters, **columns(prob, "abc"))
    plain = judged(new)
    assert judged(new, labels="c,a,b").metrics["accuracy"].value == plain.metrics["accuracy"].value
    same = judged(new, baseline=table(tmp_path / "same.csv", letters, **columns(better, "abc")))
    permuted = judged(new, baseline=table(tmp_path / "other.csv", letters, **columns(better, "cab")))
    assert (permuted.comparison.fixes, permuted.comparison.breaks) == (same.comparison.fixes, same.comparison.breaks)
    assert same.comparison.breaks > same.comparison.fixes
    itself = judged(new, baseline=table(tmp_path / "self.csv", letters, **columns(prob, "bca")))
    assert (itself.comparison.fixes, itself.comparison.breaks) == (0, 0)
    unknown = {f"prob_{name}": prob[:, 0] for name in "xyz"}
    with pytest.raises(UsageError, match=r"about the classes 'x', 'y', 'z'; expected 'a', 'b', 'c'"):
        judged(new, baseline=table(tmp_path / "xyz.csv", letters, **unknown))


def test_a_user_names_columns_that_are_called_anything(tmp_path: Path) -> None:
    true, prob = three(0, 1.0)
    letters = np.array(list("abc"))[true]
    odd = table(tmp_path / "odd.csv", letters, **{f"p{k}": prob[:, k] for k in range(3)})
    named = judged(odd, prob="p0,p1,p2", labels="a,b,c")
    assert named.metrics["accuracy"].value == (prob.argmax(1) == true).mean()


def test_labels_of_a_baseline_come_in_any_order(tmp_path: Path) -> None:
    true = RNG.integers(0, 2, (200, 3))
    answer = np.where(RNG.random((200, 3)) < 0.1, 1 - true, true)

    def file(name: str, order: str) -> str:
        data = {
            f"{kind}_{x}": values[:, "abc".index(x)]
            for kind, values in (("true", true), ("pred", answer))
            for x in order
        }
        pd.DataFrame(data).to_csv(tmp_path / name, index=False)
        return str(tmp_path / name)

    verdict = judged(file("new.csv", "abc"), baseline=file("old.csv", "cba"))
    assert (verdict.comparison.fixes, verdict.comparison.breaks) == (0, 0)


def test_a_policy_of_a_folder_above_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.rightrate]\ngood = 0.999\n", encoding="utf-8-sig")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (below / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    monkeypatch.chdir(below)
    said: list[str] = []
    verdict = judge_files(JudgeFiles(table(below / "p.csv", TRUE, score=SCORE)), said.append)
    assert verdict.policy["good"] == 0.999
    assert str(tmp_path / "pyproject.toml") in " ".join(said)


@pytest.mark.parametrize(
    "columns, options, why",
    [
        ({"y_pred": NAMES[TRUE]}, {}, "nothing says which of the two classes is positive"),
        ({"y_pred": NAMES[TRUE]}, {"positive": "fraud"}, "there are no probabilities"),
    ],
)
def test_a_wish_for_a_threshold_is_never_dropped_without_a_word(
    tmp_path: Path, columns: dict[str, Any], options: dict[str, Any], why: str
) -> None:
    settings = (("cost_fn", 500.0), ("cost_fp", 5.0))
    verdict = judged(table(tmp_path / "a.csv", NAMES[TRUE], **columns), settings=settings, **options)
    (finding,) = [one for one in verdict.findings if one.code == "RR417"]
    assert finding.title == f"No threshold was chosen, as cost_fn, cost_fp ask for: {why}."
    chosen = judged(table(tmp_path / "b.csv", TRUE, score=SCORE), settings=settings)
    assert "RR417" not in [one.code for one in chosen.findings]


def test_many_whole_numbers_are_said_to_have_been_read_as_classes(tmp_path: Path) -> None:
    ages = RNG.integers(0, 100, 300)
    verdict = judged(table(tmp_path / "ages.csv", ages, y_pred=ages + 1))
    assert any("were read as" in one.title and "task='regression'" in one.title for one in verdict.findings)
    assert json.loads(verdict.to_json())["task"] == "multiclass"
