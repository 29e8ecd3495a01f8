"""Bars of the user's own: as much evidence as any other, the right direction, and what is missing by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rightrate as rr
from rightrate.errors import UsageError
from rightrate.verdict import Evidence, Outcome, Policy, Requirement, Status

RIGHT = np.arange(40) % 2


def judged(bar: dict[str, Any], *given: Any, **options: Any) -> rr.Verdict:
    return rr.judge(*(given or (RIGHT, RIGHT)), policy=Policy(resamples=100, require=(Requirement(**bar),)), **options)


MAE, PERPLEXITY = {"metric": "mae", "maximum": 1.0}, {"metric": "perplexity", "maximum": 10.0}
TINY = {"slices": {"part": np.repeat(["tiny", "rest"], [4, 36])}}


@pytest.mark.parametrize(
    ("bar", "given", "options", "named"),
    [
        (MAE, ([1.5, 2.5, 9.0], [1.6, 2.4, 9.2]), {}, "3 rows cannot tell"),
        (MAE, ([1.5, 2.5, 9.0, 4.0, 5.0], [1.6, 2.4, 9.2, 4.1, 5.2]), {}, "5 rows cannot tell"),
        (MAE, ([1.5, 2.5, 9.0], [7.6, 8.4, 19.2]), {}, "3 rows cannot tell"),
        (PERPLEXITY, (None, [1.0]), {"task": "tokens"}, "1 row cannot tell"),
        (PERPLEXITY, (None, [1.0, 1.1]), {"task": "tokens"}, "2 rows cannot tell"),
        (PERPLEXITY, (None, [1.0, 1.1] * 50), {"task": "tokens", "groups": [0, 1] * 50}, "2 groups cannot tell"),
        ({"metric": "f1", "class_name": "1", "minimum": 0.9, "slice_name": ("part", "tiny")}, (), TINY, "2 rows"),
        ({"metric": "macro_f1", "minimum": 0.9, "slice_name": ("part", "tiny")}, (), TINY, "4 rows cannot tell"),
        ({"metric": "mcc", "minimum": 0.1, "slice_name": ("part", "tiny")}, (), TINY, "4 rows cannot tell"),
    ],
)
def test_a_handful_of_rows_clears_no_bar_and_fails_none(
    bar: dict[str, Any], given: tuple, options: dict[str, Any], named: str
) -> None:
    verdict = judged(bar, *given, **options)
    assert verdict.outcome is not Outcome.FIT
    (criterion,) = (c for c in verdict.criteria if c.code == "RR303")
    assert criterion.status is Status.NOT_ENOUGH_EVIDENCE and not criterion.proven
    assert named in criterion.said


def test_sixteen_rows_are_enough_to_be_decided_by_the_value() -> None:
    true = np.arange(16) * 1.5
    off = np.tile([0.5, -0.5], 8)
    assert judged(MAE, true, true + off, task="regression").outcome is Outcome.FIT
    assert judged(MAE, true, true + 4 * off, task="regression").outcome is Outcome.NOT_FIT


@pytest.mark.parametrize(
    ("bar", "said"),
    [
        ({"metric": "log_loss", "minimum": 0.1}, "'log_loss' less is better.*max = 0.1"),
        ({"metric": "mae", "minimum": 0.1}, "'mae' less is better"),
        ({"metric": "calibration_error", "minimum": 0.1}, "less is better"),
        ({"metric": "accuracy", "maximum": 0.9}, "'accuracy' more is better.*min = 0.9"),
        ({"metric": "mcc", "maximum": 0.9}, "more is better"),
        ({"metric": "recall", "class_name": "1", "maximum": 0.9}, "more is better"),
        ({"metric": "accuracy", "minimum": 80}, "between 0 and 1.*80"),
        ({"metric": "recall", "minimum": 0.9}, "'recall'.*each class, and `class` is missing.*class = '0'.*'0', '1'"),
        (
            {"metric": "accuracy", "minimum": 0.9, "slice_name": ("country", "NO")},
            "country=NO.*not cut by 'country'.*--slice country.*slices=",
        ),
    ],
)
def test_a_bar_that_makes_no_sense_is_an_error_that_says_how_to_write_it(bar: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        judged(bar)


@pytest.mark.parametrize("evidence", list(Evidence))
def test_a_number_of_rows_is_counted_and_written_as_a_count(evidence: Evidence) -> None:
    bar = (Requirement("support", minimum=1000, class_name="1"),)
    verdict = rr.judge(RIGHT, RIGHT, policy=Policy(require=bar, evidence=evidence, resamples=100))
    assert verdict.outcome is Outcome.NOT_FIT
    assert verdict.reason == "Support of '1' is 20; 1000 or more is asked for."


def test_better_than_guessing_is_said_in_plain_words() -> None:
    true, said = np.repeat([1, 1, 0, 0], [855, 45, 95, 5]), np.repeat([1, 0, 1, 0], [855, 45, 95, 5])
    verdict = rr.judge(true, said, positive=1, policy=Policy(resamples=100))
    (guess,) = (c for c in verdict.criteria if c.code == "RR306")
    assert guess.said.startswith(
        "nothing proves that it tells '1' from the rest better than by guessing: it answers '1' in 95 % of the rows that "
        "are, and in 95 % of those that are not (+0.0 points, interval"
    )
