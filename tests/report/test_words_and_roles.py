"""Numbers in words, and candidates by their place."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from rightrate.report import words
from rightrate.report.roles import Role, roles
from rightrate.schedules import constant

from . import samples


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3e-4, "3e-4"),
        (1e-3, "1e-3"),
        (9.999e-4, "1e-3"),
        (0.01, "0.01"),
        (1.0, "1"),
        (0.0, "0"),
        (1e4, "1e4"),
        (None, "not measured"),
        (math.nan, "not a number"),
        (math.inf, "infinite"),
        (-math.inf, "minus infinite"),
    ],
)
def test_rates_are_short_and_never_invented(value, text):
    assert words.rate(value) == text


@pytest.mark.parametrize(("value", "text"), [(None, "not measured"), (math.nan, "not a number"), (0.0, "0 %")])
def test_shares_keep_nothing_apart_from_zero(value, text):
    assert words.percent(value) == text


def test_schedule_says_its_peak_as_short_as_the_rate():
    assert words.schedule(constant(peak=3e-4, steps=3)) == "Keep 3e-4 to the end."


@pytest.mark.parametrize("text", ["\x00", "\x1b[2J", "\u202e", "\ufeff", "\ud800", "\x85", "\uffff"])
def test_invisible_characters_become_visible(text):
    cleaned = words.clean(text)
    assert cleaned.isprintable()
    assert cleaned.startswith("\\")


def test_every_candidate_has_a_place():
    assert [role.value for role in roles(samples.normal())] == [
        "too low",
        "too low",
        "cannot be told apart",
        "chosen",
        "cannot be told apart",
        "too high",
        "too high",
        "too high: diverged",
        "too high: diverged",
    ]


def test_without_interval_nothing_is_too_high_or_too_low():
    document = replace(samples.normal(), interval=None, chosen=4, learning_rate=1e-3)
    assert roles(document)[3:7] == (Role.BELOW, Role.CHOSEN, Role.ABOVE, Role.ABOVE)


def test_without_a_chosen_rate_only_divergence_is_named():
    assert roles(samples.unfinished()) == (Role.NOT_JUDGED, Role.NOT_JUDGED, Role.TOO_HIGH_DIVERGED)


def test_divergence_below_the_chosen_rate_is_not_called_too_high():
    document = samples.normal()
    trials = (samples.diverged(1e-5, 30, math.nan), *document.trials[1:])
    assert roles(replace(document, trials=trials))[0] is Role.DIVERGED


def test_rates_equal_but_for_rounding_lie_in_the_interval():
    document = replace(samples.normal(), interval=(1e-4 * (1 + 1e-12), 1e-3 * (1 - 1e-12)))
    assert roles(document)[2] is Role.SAME
    assert roles(document)[4] is Role.SAME
