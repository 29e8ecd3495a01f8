"""One answer from many criteria: what decides, what only warns, what is said."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from rightrate.diagnosis import Finding, Severity
from rightrate.scoring.measure import measure
from rightrate.scoring.predictions import Predictions, Task
from rightrate.verdict import Judgement, Outcome, Policy, Requirement, Status, Waiver
from rightrate.verdict.decide import decide, with_findings

TODAY = date(2026, 11, 25)
LATER = date(2027, 1, 31)


def counts(tp: int, fn: int, fp: int, tn: int) -> Predictions:
    true = np.repeat([1, 1, 0, 0], [tp, fn, fp, tn])
    said = np.repeat([1, 0, 1, 0], [tp, fn, fp, tn])
    return Predictions(Task.BINARY, true, said, names=("ok", "fraud"), positive=1)


def decided(p: Predictions, policy: Policy | None = None, *findings: Finding) -> Judgement:
    policy = policy or Policy()
    return decide(p, measure(p, resamples=100), policy, findings=findings, today=TODAY)


GOOD, TRAP = counts(95, 5, 5, 300), counts(3, 22, 3, 1222)


def test_the_answer_is_a_truth_value_only_where_there_is_one() -> None:
    assert bool(decided(GOOD)) is True
    assert bool(decided(TRAP)) is False
    few = decided(counts(5, 0, 0, 5))
    assert few.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    with pytest.raises(ValueError, match=r"neither yes nor no.*5 rows cannot tell"):
        bool(few)


def test_the_trap_is_named_with_both_figures() -> None:
    judgement = decided(TRAP)
    assert judgement.outcome is Outcome.NOT_FIT
    assert judgement.reason == (
        "Accuracy 98.0 %, but always answering 'ok' also scores 98.0 %; it finds 3 of 25 'fraud', 12 %, interval 4 to "
        "30 %."
    )
    assert judgement.findings[0].code == "RR310"
    assert judgement.criteria[0].metric == "recall"


def test_no_trap_where_accuracy_is_low_or_the_class_is_found() -> None:
    for p in (GOOD, counts(30, 70, 40, 60), counts(70, 30, 10, 900)):
        assert "RR310" not in {finding.code for finding in decided(p).findings}


def test_a_failure_comes_before_what_is_open_and_is_counted() -> None:
    judgement = decided(counts(40, 60, 60, 40))
    assert judgement.outcome is Outcome.NOT_FIT
    assert judgement.reason.startswith("Recall of 'fraud' is 40 %")
    assert judgement.reason.endswith("1 more bar is missed.")


def test_a_warning_bar_does_not_block_and_a_blocking_one_does() -> None:
    def with_bar(severity: str) -> Judgement:
        return decided(GOOD, Policy(require=(Requirement("accuracy", minimum=0.999, severity=severity),)))

    assert with_bar("warn").outcome is Outcome.FIT
    assert with_bar("warn").criteria[-1].status is Status.FAILED
    assert with_bar("block").outcome is Outcome.NOT_FIT
    assert with_bar("block").criteria[0].metric == "accuracy"


def test_a_warning_bar_on_a_missed_class_springs_no_trap() -> None:
    """The positive class is found; another, of which the policy only wants to be warned, is not."""
    true = np.repeat([0, 1, 2], [900, 80, 20])
    said = true.copy()
    said[-18:] = 0
    p = Predictions(Task.MULTICLASS, true, said, names=("a", "b", "c"), positive=1)
    warned = decided(p, Policy(require=(Requirement("recall", minimum=0.8, class_name="c", severity="warn"),)))
    assert warned.outcome is Outcome.FIT
    assert decided(Predictions(Task.MULTICLASS, true, said, names=("a", "b", "c"))).outcome is Outcome.NOT_FIT


def test_a_waived_bar_lets_the_model_through_and_is_told() -> None:
    p = counts(60, 40, 5, 300)
    assert decided(p).outcome is Outcome.NOT_FIT
    held = decided(p, Policy(waive=(Waiver("RR301", "new data come in March", LATER, "fraud"),)))
    assert held.outcome is Outcome.FIT
    assert "1 bar is waived" in held.reason
    assert [c.reason for c in held.criteria if c.status is Status.WAIVED] == [
        "waived until 2027-01-31: new data come in March"
    ]
    assert decided(p, Policy(waive=(Waiver("RR301", "old", date(2026, 11, 24)),))).outcome is Outcome.NOT_FIT
    assert decided(p, Policy(waive=(Waiver("RR301", "other", LATER, "ok"),))).outcome is Outcome.NOT_FIT


def test_a_critical_finding_fails_the_model_unless_it_is_waived() -> None:
    finding = Finding("RR499", "The labels were typed in by hand.", Severity.CRITICAL, "Check them.")
    failed = decided(GOOD, None, finding)
    assert failed.outcome is Outcome.NOT_FIT
    assert failed.reason == finding.title
    assert failed.next_steps[0] == "Check them."
    held = decided(GOOD, Policy(waive=(Waiver("RR499", "we know", LATER),)), finding)
    assert held.outcome is Outcome.FIT
    assert "Waived until 2027-01-31: we know" in held.findings[0].title
    assert decided(GOOD, Policy(waive=(Waiver("RR499", "we knew", date(2026, 11, 1)),)), finding).outcome is (
        Outcome.NOT_FIT
    )


def test_waiving_the_trap_does_not_waive_the_recall() -> None:
    judgement = decided(TRAP, Policy(waive=(Waiver("RR310", "known", LATER),)))
    assert judgement.outcome is Outcome.NOT_FIT
    assert judgement.reason.startswith("Recall of 'fraud' is 12 %")


def test_warnings_and_hints_do_not_decide_and_come_after() -> None:
    hint = Finding("RR498", "A hint.", Severity.HINT, "")
    warning = Finding("RR497", "A warning.", Severity.WARNING, "")
    judgement = decided(GOOD, None, hint, warning)
    assert judgement.outcome is Outcome.FIT
    order = [finding.severity for finding in judgement.findings]
    assert order == sorted(order, key=[Severity.CRITICAL, Severity.WARNING, Severity.HINT].index)
    more = with_findings(judgement, Finding("RR496", "Late.", Severity.CRITICAL, ""))
    assert more.findings[0].code == "RR496"
    assert more.outcome is Outcome.FIT


def test_no_bar_at_all_is_no_pass() -> None:
    tokens = Predictions(Task.TOKENS, np.empty(0), np.linspace(0, 3, 50))
    judgement = decided(tokens)
    assert judgement.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert "No bar was given" in judgement.reason
    bar = Policy(require=(Requirement("perplexity", maximum=20.0),))
    assert decided(tokens, bar).outcome is Outcome.FIT
    only_warns = Policy(require=(Requirement("perplexity", maximum=20.0, severity="warn"),))
    assert decided(tokens, only_warns).outcome is Outcome.NOT_ENOUGH_EVIDENCE


def test_what_is_open_says_how_many_rows_of_which_kind_would_settle_it() -> None:
    judgement = decided(counts(10, 0, 0, 100))
    assert judgement.reason.endswith("10 rows cannot tell; about 6 further rows of 'fraud' would settle it.")
    assert any("6 further rows of 'fraud'" in step for step in judgement.next_steps)
    assert any("6 further rows answered 'fraud'" in step for step in judgement.next_steps)


def test_a_fit_model_is_shipped_as_it_was_judged() -> None:
    steps = decided(GOOD).next_steps
    assert any("the same class order" in step for step in steps)
    assert not any("train again" in step for step in steps)
