"""The three-valued rule at its edges, waivers, and bars of the user's own."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from rightrate.errors import UsageError
from rightrate.scoring.figure import Figure
from rightrate.scoring.measure import Measurement, measure
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.proportion import proportion
from rightrate.verdict import Band, Criterion, Evidence, Policy, Requirement, Status, Waiver
from rightrate.verdict.criteria import band, default_criteria, matters, status
from rightrate.verdict.required import required_criteria
from rightrate.verdict.waivers import waived

POINT, INTERVAL = Policy(), Policy(evidence=Evidence.INTERVAL)
TODAY = date(2026, 11, 25)
OPEN = (Status.NOT_ENOUGH_EVIDENCE, False)


def counts(tp: int, fn: int, fp: int, tn: int) -> Predictions:
    true = np.repeat([1, 1, 0, 0], [tp, fn, fp, tn])
    said = np.repeat([1, 0, 1, 0], [tp, fn, fp, tn])
    return Predictions(Task.BINARY, true, said, names=("ok", "bad"), positive=1)


def measured(p: Predictions, policy: Policy = POINT) -> Measurement:
    return measure(p, resamples=100, prevalence=policy.prevalence)


def judged(p: Predictions, policy: Policy = POINT) -> dict[str, Criterion]:
    return {criterion.metric: criterion for criterion in default_criteria(p, measured(p), policy)}


@pytest.mark.parametrize(
    ("low", "value", "high", "by_point", "by_interval"),
    [
        (0.80, 0.9, 0.95, (Status.PASSED, True), (Status.PASSED, True)),  # on the bar is cleared
        (0.7999, 0.9, 0.95, (Status.PASSED, False), OPEN),
        (0.5, 0.7, 0.80, (Status.FAILED, False), OPEN),  # an upper end on the bar may still reach it
        (0.5, 0.7, 0.7999, (Status.FAILED, True), (Status.FAILED, True)),
        (0.7, 0.80, 0.9, (Status.PASSED, False), OPEN),
        (0.7, 0.7999, 0.9, (Status.FAILED, False), OPEN),
        (None, 0.9, None, (Status.PASSED, False), OPEN),
        (None, None, None, OPEN, OPEN),
    ],
)
def test_a_minimum_bar(
    low: float | None,
    value: float | None,
    high: float | None,
    by_point: tuple[Status, bool],
    by_interval: tuple[Status, bool],
) -> None:
    figure = Figure(value, low, high, 100)
    assert status(figure, 0.8, None, POINT, few_rows=False) == by_point
    assert status(figure, 0.8, None, INTERVAL, few_rows=False) == by_interval


@pytest.mark.parametrize(
    ("low", "value", "high", "by_point", "by_interval"),
    [
        (0.1, 0.2, 0.3, (Status.PASSED, True), (Status.PASSED, True)),
        (0.1, 0.2, 0.31, (Status.PASSED, False), OPEN),
        (0.3, 0.4, 0.5, (Status.FAILED, False), OPEN),
        (0.31, 0.4, 0.5, (Status.FAILED, True), (Status.FAILED, True)),
        (0.2, 0.3, 0.4, (Status.PASSED, False), OPEN),
    ],
)
def test_a_maximum_bar_is_the_same_turned_around(
    low: float, value: float, high: float, by_point: tuple[Status, bool], by_interval: tuple[Status, bool]
) -> None:
    figure = Figure(value, low, high, 100)
    assert status(figure, None, 0.3, POINT, few_rows=False) == by_point
    assert status(figure, None, 0.3, INTERVAL, few_rows=False) == by_interval


def test_few_rows_decide_nothing_by_their_value_but_an_interval_still_proves() -> None:
    assert status(Figure(1.0, 0.72, 1.0, 10), 0.8, None, POINT, few_rows=True) == OPEN
    assert status(Figure(0.9, None, None, 10), 0.8, None, POINT, few_rows=True) == OPEN
    assert status(Figure(0.0, 0.0, 0.28, 10), 0.8, None, POINT, few_rows=True) == (Status.FAILED, True)


@pytest.mark.parametrize(
    ("found", "missed", "expected", "proven", "needed"),
    [
        (17, 3, Status.PASSED, False, 233),  # 253 of judging's table, of which 20 are there
        (45, 5, Status.PASSED, False, None),
        (10, 0, Status.NOT_ENOUGH_EVIDENCE, False, 6),
        (0, 10, Status.FAILED, True, None),
        (3, 22, Status.FAILED, True, None),
        (15, 0, Status.NOT_ENOUGH_EVIDENCE, False, 1),
        (16, 0, Status.PASSED, True, None),
        (12, 3, Status.NOT_ENOUGH_EVIDENCE, False, None),
    ],
)
def test_recalls_of_few_rows(found: int, missed: int, expected: Status, proven: bool, needed: int | None) -> None:
    recall = judged(counts(found, missed, 0, 100))["recall"]
    assert (recall.status, recall.proven) == (expected, proven)
    if needed is not None:
        assert recall.needed == needed
    if proven:
        assert recall.needed is None


def test_the_further_rows_named_do_settle_it_and_fewer_do_not() -> None:
    recall = judged(counts(17, 3, 0, 100))["recall"]
    assert recall.needed is not None
    for more, settled in ((recall.needed, True), (recall.needed - 1, False)):
        n = 20 + more
        assert (proportion(round(0.85 * n), n).low >= 0.8) is settled


def test_a_figure_that_was_not_measured_is_open_says_why_and_asks_for_rows() -> None:
    recall = judged(counts(0, 0, 5, 95))["recall"]
    assert recall.status is Status.NOT_ENOUGH_EVIDENCE
    assert recall.band is None
    assert "was not measured: no row is 'bad'" in recall.said
    assert recall.needed == 16


def test_bands_and_their_edges() -> None:
    edges = {0.8: Band.GOOD, 0.7999: Band.FAIR, 0.5: Band.FAIR, 0.4999: Band.BAD, 0.0: Band.BAD}
    assert {value: band(Figure(value), POINT) for value in edges} == edges
    assert band(Figure.missing("none"), POINT) is None


def test_which_classes_decide() -> None:
    three = Predictions(Task.MULTICLASS, np.array([0, 1, 2]), np.array([0, 1, 2]), names=("a", "b", "c"))
    assert matters(three) == ("a", "b", "c")
    assert matters(counts(1, 1, 1, 1)) == ("bad",)


def test_a_likely_pass_says_that_it_is_not_proven() -> None:
    recall = judged(counts(85, 15, 10, 90))["recall"]
    assert recall.said.endswith("(likely, not proven)")
    assert "85 % (interval 77 to 91 %); 80 % or more is asked for" in recall.said


def required(p: Predictions, *requirements: Requirement, policy: Policy = POINT) -> list[Criterion]:
    from dataclasses import replace

    part = Predictions(p.task, p.true[:50], p.predicted[:50], names=p.names, positive=p.positive)
    slices = {("site", "north"): measured(part)}
    return required_criteria(measured(p), replace(policy, require=requirements), slices)


def test_a_bar_of_the_users_own_on_a_class_a_whole_and_a_slice() -> None:
    p = counts(85, 15, 10, 90)
    strict, whole, north = required(
        p,
        Requirement("recall", minimum=0.95, class_name="bad", reason="a miss costs 500"),
        Requirement("accuracy", minimum=0.8),
        Requirement("recall", minimum=0.95, class_name="bad", slice_name=("site", "north")),
    )
    assert (strict.status, strict.name, strict.reason) == (Status.FAILED, "recall of 'bad'", "a miss costs 500")
    assert strict.blocks and strict.proven
    assert (whole.status, whole.name, whole.class_name) == (Status.PASSED, "accuracy", None)
    # The first 50 rows are all found: 50 of 50 cannot prove 95 %, and are too few to decide by their value.
    assert (north.status, north.name) == (Status.NOT_ENOUGH_EVIDENCE, "recall of 'bad' where site=north")
    assert north.figure.n == 50


def test_a_bar_of_one_is_decided_by_the_value() -> None:
    assert required(counts(20, 0, 0, 20), Requirement("accuracy", minimum=1.0))[0].status is Status.PASSED
    assert required(counts(19, 1, 0, 20), Requirement("accuracy", minimum=1.0))[0].status is Status.FAILED


def test_a_metric_that_was_not_measured_never_passes() -> None:
    (roc,) = required(counts(20, 0, 0, 20), Requirement("roc_auc", minimum=0.1))
    assert roc.status is Status.FAILED and not roc.proven
    assert "only labels were given" in roc.said


@pytest.mark.parametrize(
    ("requirement", "said"),
    [
        (Requirement("acuracy", minimum=0.8), "acuracy.*Did you mean accuracy"),
        (Requirement("recall", minimum=0.8, class_name="bat"), "bat.*Did you mean bad"),
        (Requirement("accuracy", minimum=0.8, slice_name=("site", "nort")), "site=nort.*Did you mean site=north"),
        (Requirement("mae", maximum=3.0), "'mae'"),
    ],
)
def test_a_bar_that_cannot_be_looked_at_is_an_error(requirement: Requirement, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        required(counts(20, 0, 0, 20), requirement)


def failed(code: str = "RR301", class_name: str | None = "bad") -> Criterion:
    return Criterion(
        code, "recall", "recall", Figure(0.2, 0.1, 0.3, 50), Status.FAILED, True, "", class_name, minimum=0.8
    )


@pytest.mark.parametrize(
    ("waiver", "holds"),
    [
        (Waiver("RR301", "retired", date(2026, 12, 1)), True),
        (Waiver("RR301", "retired", date(2026, 12, 1), "bad"), True),
        (Waiver("RR301", "retired", date(2026, 12, 1), "ok"), False),
        (Waiver("RR302", "retired", date(2026, 12, 1)), False),
        (Waiver("RR301", "retired", TODAY), True),  # the last day on which it holds
        (Waiver("RR301", "retired", date(2026, 11, 24)), False),
    ],
)
def test_waivers(waiver: Waiver, holds: bool) -> None:
    (criterion,) = waived([failed()], Policy(waive=(waiver,)), TODAY)
    assert (criterion.status is Status.WAIVED) is holds
    assert ("retired" in criterion.reason) is holds
    if not holds:
        assert criterion == failed()


def test_a_waiver_leaves_what_passed_alone() -> None:
    from dataclasses import replace

    good = replace(failed(), status=Status.PASSED)
    assert waived([good], Policy(waive=(Waiver("RR301", "x", TODAY),)), TODAY) == [good]


def test_a_regression_must_be_proven_better_than_the_mean() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(size=200)

    def r2(said: np.ndarray, policy: Policy = POINT) -> Status:
        p = Predictions(Task.REGRESSION, true, said)
        (criterion,) = default_criteria(p, measured(p), policy)
        return criterion.status

    assert r2(true + rng.normal(size=200) * 0.3) is Status.PASSED
    assert r2(true + rng.normal(size=200) * 3) is Status.FAILED
    weak = true.mean() + 0.02 * (true - true.mean()) + rng.normal(size=200) * 0.01
    assert r2(weak) in (Status.PASSED, Status.NOT_ENOUGH_EVIDENCE)
    slightly_worse = true.mean() + rng.normal(size=200) * 0.1
    assert r2(slightly_worse, INTERVAL) is Status.NOT_ENOUGH_EVIDENCE
    three = Predictions(Task.REGRESSION, true[:3], true[:3] + 0.01)
    assert default_criteria(three, measured(three), POINT)[0].status is Status.NOT_ENOUGH_EVIDENCE


def test_where_nearly_all_rows_are_positive_answers_must_be_better_than_guesses() -> None:
    """Always answering a class of nine rows in ten has a precision of 90 % and a recall of 100 %."""
    guess = default_criteria(counts(855, 45, 95, 5), measured(counts(855, 45, 95, 5)), POINT)
    assert [c.status for c in guess if c.metric in ("recall", "precision")] == [Status.PASSED] * 2
    assert [c.status for c in guess if c.metric == "informedness"] != [Status.PASSED]
    good = counts(890, 10, 5, 95)
    assert [c.status for c in default_criteria(good, measured(good), POINT)] == [Status.PASSED] * 3
    only_positives = counts(100, 0, 0, 0)
    assert judged(only_positives)["informedness"].status is Status.NOT_ENOUGH_EVIDENCE
    assert "informedness" not in judged(counts(85, 15, 10, 90))


def test_a_failure_on_a_handful_of_rows_needs_the_exact_interval() -> None:
    """Wilson's interval of 0 of 1 ends at 79 %, and would call that proof against 80 %."""
    assert judged(counts(0, 1, 0, 30))["recall"].status is Status.NOT_ENOUGH_EVIDENCE
    assert judged(counts(1, 2, 0, 30))["recall"].status is Status.NOT_ENOUGH_EVIDENCE
    failed = judged(counts(0, 10, 0, 30))["recall"]
    assert failed.status is Status.FAILED and failed.proven
