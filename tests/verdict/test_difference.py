"""What changed between two judgements."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightrate.scoring.figure import Figure
from rightrate.scoring.proportion import proportion
from rightrate.verdict import Judgement, Outcome
from rightrate.verdict.difference import difference, minus


def judgement(
    metrics: Mapping[str, Figure],
    recall: Figure | None = None,
    outcome: Outcome = Outcome.FIT,
    label: str = "fraud",
) -> Judgement:
    per_class = {} if recall is None else {label: {"recall": recall, "support": Figure(100.0)}}
    return Judgement(outcome, f"because {outcome.value}", (), metrics=metrics, per_class=per_class)


def test_a_proven_and_an_unproven_change() -> None:
    old = judgement({"accuracy": proportion(900, 1000)}, proportion(62, 100), Outcome.NOT_FIT)
    new = judgement({"accuracy": proportion(905, 1000)}, proportion(84, 100))
    found = difference(old, new)
    assert (found.old, found.new, found.old_reason) == (Outcome.NOT_FIT, Outcome.FIT, "because NOT_FIT")
    first, second = found.changes  # the proven one first
    assert (first.name, first.proven, first.better) == ("recall of 'fraud'", True, True)
    assert first.difference.value == pytest.approx(0.22)
    assert (second.name, second.proven, second.better) == ("accuracy", False, True)


def test_errors_are_better_when_they_are_smaller() -> None:
    old = judgement({"log_loss": Figure(0.5, 0.45, 0.55), "r2": Figure(0.5, 0.45, 0.55), "mae": Figure(3.0, 2.9, 3.1)})
    new = judgement({"log_loss": Figure(0.2, 0.15, 0.25), "r2": Figure(0.2, 0.15, 0.25), "mae": Figure(4.0, 3.9, 4.1)})
    better = {change.name: change.better for change in difference(old, new).changes}
    assert better == {"log_loss": True, "r2": False, "mae": False}


def test_no_change_is_neither_better_nor_proven() -> None:
    (change,) = difference(*[judgement({"accuracy": proportion(9, 10)})] * 2).changes
    assert (change.better, change.proven, change.difference.value) == (None, False, 0.0)


def test_a_figure_without_an_interval_proves_nothing() -> None:
    (change,) = difference(judgement({"mcc": Figure(0.1)}), judgement({"mcc": Figure(0.9)})).changes
    assert (change.better, change.proven, change.difference.low) == (True, False, None)


def test_figures_that_only_one_has_are_named_not_compared() -> None:
    old = judgement({"accuracy": proportion(9, 10), "roc_auc": Figure(0.9)}, proportion(9, 10), label="spam")
    new = judgement({"accuracy": proportion(9, 10), "roc_auc": Figure.missing("only labels"), "brier": Figure(0.1)})
    found = difference(old, new)
    assert [change.name for change in found.changes] == ["accuracy"]
    assert found.only_old == ("roc_auc", "recall of 'spam'")
    assert found.only_new == ("brier",)


COUNTS = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=50)
@given(COUNTS, COUNTS)
def test_a_difference_turns_around_and_holds_its_value(a: tuple[int, int], b: tuple[int, int]) -> None:
    there, back = minus(proportion(*a), proportion(*b)), minus(proportion(*b), proportion(*a))
    assert there.value == -back.value
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert there.low <= there.value <= there.high


def test_a_difference_of_what_was_not_measured_is_missing() -> None:
    assert not minus(Figure.missing("no"), Figure(0.5)).measured
    assert minus(Figure(0.5), Figure.missing("no")).why
