"""Policies as plain values: there and back, and one clear error for what makes no sense."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightrate.errors import UsageError
from rightrate.verdict import Evidence, OnInconclusive, Policy, Requirement, Waiver
from rightrate.verdict.policy import CRITERIA
from rightrate.verdict.policy_values import as_values, check, from_values

SHARE = st.floats(0, 1)
TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
BAR = st.floats(-1e6, 1e6)


@st.composite
def requirements(draw: st.DrawFn) -> Requirement:
    bar = draw(st.sampled_from(["minimum", "maximum"]))
    # The first "=" ends the column, so that a column has none.
    column = draw(TEXT.filter(lambda text: "=" not in text))
    return Requirement(
        metric=draw(TEXT),
        class_name=draw(st.none() | TEXT),
        slice_name=draw(st.none() | st.tuples(st.just(column), st.text(max_size=5))),
        severity=draw(st.sampled_from(["block", "warn"])),
        reason=draw(st.text(max_size=5)),
        **{bar: draw(BAR)},
    )


WAIVERS = st.builds(
    Waiver,
    code=st.sampled_from(CRITERIA),
    reason=TEXT.filter(str.strip),
    expires=st.dates(),
    class_name=st.none() | TEXT,
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    bad, good = sorted([draw(SHARE), draw(SHARE)])
    positive = st.floats(0.001, 1e6)
    costs = draw(st.none() | st.tuples(positive, positive))
    alarms = draw(st.none() | st.tuples(positive, positive))
    return Policy(
        good=good,
        bad=bad,
        evidence=draw(st.sampled_from(Evidence)),
        level=draw(st.floats(0.5, 0.999)),
        interval=draw(st.sampled_from(["wilson", "exact"])),
        on_inconclusive=draw(st.sampled_from(OnInconclusive)),
        prevalence=draw(st.none() | st.floats(0.001, 0.999)),
        beta=draw(positive),
        cost_fn=costs and costs[0],
        cost_fp=costs and costs[1],
        min_recall=draw(st.none() | SHARE),
        min_precision=draw(st.none() | SHARE),
        alerts_per_day=alarms and min(alarms),
        items_per_day=alarms and max(alarms),
        margin=draw(SHARE),
        require=tuple(draw(st.lists(requirements(), max_size=2))),
        waive=tuple(draw(st.lists(WAIVERS, max_size=2))),
        resamples=draw(st.integers(100, 5000)),
        seed=draw(st.integers(0, 2**32)),
    )


@settings(max_examples=60)
@given(policies())
def test_a_policy_survives_being_written_and_read(policy: Policy) -> None:
    assert from_values(as_values(policy)) == policy
    assert check(policy) == policy


def test_no_values_are_the_default_policy() -> None:
    assert from_values({}) == Policy()


REQUIRE: dict[str, Any] = {"metric": "recall", "min": 0.9}
WAIVE: dict[str, Any] = {"code": "RR301", "reason": "new data come", "expires": "2027-01-31"}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"god": 0.9}, "'god'.*Did you mean good"),
        ({"prevalance": 0.1}, "Did you mean prevalence"),
        ({"good": 1.1}, "`good`.*1.1"),
        ({"good": -0.1}, "`good`"),
        ({"good": "0.9"}, "`good`.*'0.9'"),
        ({"good": True}, "`good`.*True"),
        ({"good": float("nan")}, "`good`.*nan"),
        ({"good": None}, "`good`.*None"),
        ({"good": [0.9]}, "`good`"),
        ({"good": 0.4}, "`bad`.*0.5 and 0.4"),
        ({"bad": 2}, "`bad`"),
        ({"level": 0.2}, "`level`"),
        ({"level": 1.0}, "`level`"),
        ({"level": 95}, "`level`.*95"),
        ({"prevalence": 0.0}, "`prevalence`"),
        ({"prevalence": 1}, "`prevalence`"),
        ({"beta": 0}, "`beta`"),
        ({"beta": float("inf")}, "`beta`"),
        ({"margin": -0.01}, "`margin`"),
        ({"min_recall": 80}, "`min_recall`"),
        ({"min_precision": "high"}, "`min_precision`"),
        ({"evidence": "strict"}, "`evidence`.*point, interval.*'strict'"),
        ({"evidence": ["point"]}, "`evidence`"),
        ({"interval": "wald"}, "`interval`.*wilson, exact"),
        ({"on_inconclusive": "ignore"}, "`on_inconclusive`.*fail, warn, pass"),
        ({"resamples": 99}, "`resamples`.*100 to 100,000.*99"),
        ({"resamples": 10**9}, "`resamples`.*100 to 100,000"),
        ({"require": [{"metric": "mae", "min": 2.5}]}, "'mae'.*less is better.*max = 2.5"),
        ({"require": [{"metric": "log_loss", "min": 0.1}]}, "'log_loss'.*less is better"),
        ({"require": [{"metric": "accuracy", "max": 0.9}]}, "'accuracy'.*more is better.*min = 0.9"),
        ({"require": [{"metric": "r2", "max": 0.9}]}, "'r2'.*more is better"),
        ({"resamples": 1000.0}, "`resamples`.*whole"),
        ({"seed": -1}, "`seed`"),
        ({"seed": True}, "`seed`"),
        ({"cost_fn": 500}, "`cost_fn` and `cost_fp`"),
        ({"cost_fp": 5}, "`cost_fn` and `cost_fp`"),
        ({"cost_fn": -1, "cost_fp": 1}, "`cost_fn`"),
        ({"alerts_per_day": 10}, "`alerts_per_day` and `items_per_day`"),
        ({"alerts_per_day": 10, "items_per_day": 5}, "`alerts_per_day`.*`items_per_day`"),
        ({"alerts_per_day": 0, "items_per_day": 0}, "`items_per_day`"),
        ({"require": REQUIRE}, "`require`.*list of tables"),
        ({"require": "recall"}, "`require`"),
        ({"require": [0.9]}, "`require`"),
        ({"require": [{"min": 0.9}]}, "`metric`"),
        ({"require": [{"metric": 3, "min": 0.9}]}, "`metric`"),
        ({"require": [{"metric": "recall"}]}, "`min` or `max`"),
        ({"require": [REQUIRE | {"max": 1}]}, "only one"),
        ({"require": [REQUIRE | {"minn": 1}]}, "'minn'.*Did you mean min"),
        ({"require": [REQUIRE | {"min": "0.9"}]}, r"bar.*\(recall\).*'0.9'"),
        ({"require": [REQUIRE | {"min": float("nan")}]}, "bar.*nan"),
        ({"require": [REQUIRE | {"min": float("-inf")}]}, "bar.*inf"),
        ({"require": [REQUIRE | {"severity": "fatal"}]}, "`severity`.*'fatal'"),
        ({"require": [REQUIRE | {"slice": "north"}]}, "`slice`.*column=value"),
        ({"require": [REQUIRE | {"slice": "=north"}]}, "`slice`"),
        ({"waive": WAIVE}, "`waive`.*list of tables"),
        ({"waive": [{"code": "RR301", "reason": "x"}]}, "`expires`"),
        ({"waive": [{"code": "RR301", "expires": "2027-01-31"}]}, "`reason`"),
        ({"waive": [WAIVE | {"reason": ""}]}, "`reason`"),
        ({"waive": [WAIVE | {"reason": " "}]}, "`reason`"),
        ({"waive": [{"reason": "x", "expires": "2027-01-31"}]}, "`code`"),
        ({"waive": [WAIVE | {"expires": "31.1.2027"}]}, "`expires`.*YYYY-MM-DD.*'31.1.2027'"),
        ({"waive": [WAIVE | {"expires": 2027}]}, "`expires`.*2027"),
        ({"waive": [WAIVE | {"until": "2027"}]}, "'until'"),
        ({"waive": [WAIVE | {"code": "RR031"}]}, "`code`.*'RR031'.*Did you mean"),
    ],
)
def test_a_value_that_makes_no_sense_is_one_error_that_names_it(values: dict[str, Any], named: str) -> None:
    with pytest.raises(UsageError, match=named) as caught:
        from_values(values, "'policy.toml'")
    assert "'policy.toml'" in str(caught.value)


@pytest.mark.parametrize("expires", [date(2027, 1, 31), datetime(2027, 1, 31, 12), "2027-01-31"])
def test_an_expiry_may_be_a_date_or_text(expires: Any) -> None:
    (waiver,) = from_values({"waive": [WAIVE | {"expires": expires}]}).waive
    assert waiver.expires == date(2027, 1, 31)
    assert type(waiver.expires) is date


@pytest.mark.parametrize(
    "policy",
    [
        Policy(good=80),
        Policy(require=(Requirement("recall"),)),
        Policy(require=(Requirement("recall", minimum=0.9, maximum=0.95),)),
        Policy(require=({"metric": "recall", "min": 0.9},)),  # type: ignore[arg-type]
        Policy(waive=(Waiver("RR301", "", date(2027, 1, 1)),)),
        Policy(waive=("RR301",)),  # type: ignore[arg-type]
        Policy(evidence="strict"),  # type: ignore[arg-type]
        {"good": 0.9},
        "policy.toml",
    ],
)
def test_a_policy_made_in_python_is_checked_too(policy: Any) -> None:
    with pytest.raises(UsageError):
        check(policy)
