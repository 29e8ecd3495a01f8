"""What a terminal shows of a diagnosis."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from rich.console import Console

from rightrate.diagnosing import diagnose_trainings
from rightrate.diagnosis.rules import RULES
from rightrate.report.diagnosed.terminal import to_terminal
from tests.diagnosis.trainings import trainings

from . import samples


def shown(document, width: int = 80, has_all: bool = False) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(to_terminal(document, has_all=has_all))
    return console.export_text()


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_what_leads_what_to_change_and_the_band_come_first():
    text = shown(samples.overfits())
    assert text.splitlines()[0] == "run.csv, 8 epochs"
    assert text.splitlines()[1].startswith("critical RR121  The validation loss turned at epoch 3")
    assert "Stop at epoch 3: early stopping on val_loss would have kept 0.55. Band: bad." in flat(text)


def test_a_healthy_training_is_told_so_in_words():
    text = flat(shown(samples.healthy()))
    assert "Nothing wrong was found" in text and "Band: good." in text


def test_without_enough_data_it_says_so_and_claims_no_band():
    text = flat(shown(samples.one_point()))
    assert "Not enough data: there is 1 point of the loss" in text and "Band: not known." in text


def test_every_rule_is_accounted_for_in_short_and_at_length():
    short = shown(samples.healthy()).split("all accounted for")[1]
    assert sorted(re.findall(r"RR1\d\d", short.split("Not enough data")[0])) == [rule.code for rule in RULES]
    whole = shown(samples.healthy(), has_all=True).split(f"All {len(RULES)} rules")[1]
    assert re.findall(r"^RR1\d\d", whole, re.MULTILINE) == [rule.code for rule in RULES]


def test_how_much_data_is_missing_is_said_without_asking():
    assert re.search(r"RR102.*it takes 4", flat(shown(samples.one_point())).split("Not enough data")[-1])


def test_of_several_the_sweet_spot_and_what_to_try_come_first_then_the_table_then_the_best():
    text = shown(samples.several())
    assert flat(text).startswith("4 trainings The best rate of 4 is 0.001 (val_loss 0.3). Too low: 1e-05 (0.9), 0.0001")
    places = [text.index(part) for part in ("Keep 0.001, or try", "learning rate", "The best one, 0.001.csv")]
    assert places == sorted(places)
    rows = [line.split() for line in text.splitlines() if line.startswith(("1e-05", "0.0001", "0.001", "0.01"))]
    assert [row[1] for row in rows] == ["0.9", "0.5", "0.3", "NaN"]
    assert "too low" in " ".join(rows[0]) and "best" in rows[2] and "too high" in " ".join(rows[3])


def test_a_long_comparison_is_cut_and_says_so():
    assert "and 260 more rows" in shown(samples.many())


def test_notes_of_the_reading_are_shown():
    assert "Note: A last line was cut off." in shown(samples.overfits())


def test_an_ignored_rule_is_accounted_for_with_its_reason():
    text = flat(shown(samples.hostile(), has_all=True))
    assert "ignored" in text and "Ignored:" in text


@pytest.mark.parametrize("width", (40, 80, 120))
@pytest.mark.parametrize("sample", samples.ALL)
def test_nothing_is_wider_than_the_terminal_or_moves_its_cursor(sample, width):
    text = shown(sample(), width, has_all=True)
    assert all(len(line) <= width for line in text.splitlines())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", text)


def test_hostile_names_are_shown_as_they_are():
    text = shown(samples.hostile(), 200)
    assert "[red]\\x1b[31m\\u202e" in text


@settings(max_examples=60)
@given(trainings())
def test_any_training_can_be_shown(training):
    assert shown(diagnose_trainings([training]).document)
