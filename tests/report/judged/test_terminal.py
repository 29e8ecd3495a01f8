"""What a terminal shows."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from rich.console import Console

from rightrate.report.judged.terminal import to_terminal
from rightrate.verdict import Policy

from . import samples
from .strategies import judgements


def shown(judgement, width: int = 80, **options) -> str:
    console = Console(width=width, record=True, file=io.StringIO(), **options)
    console.print(to_terminal(judgement))
    return console.export_text(styles=bool(options))


def test_outcome_and_reason_come_first():
    lines = shown(samples.trap()).splitlines()
    assert lines[0].startswith("NOT FIT  1,250 rows, binary, positive class 'fraud'")
    assert lines[1].startswith("accuracy 98 %, but always answering 'ok' also scores 98 %")


def test_sections_follow_in_the_order_of_use():
    text = shown(samples.trap())
    titles = [
        "Criteria", "What to do next", "Findings", "Classes", "Confusion matrix", "Other thresholds",
        "Against the deployed model", "Parts of the rows", "All rows together", "How it was measured",
    ]  # fmt: skip
    places = [text.index(f"\n{title}\n") for title in titles]
    assert places == sorted(places)


def test_a_criterion_says_all_there_is_to_it():
    text = re.sub(r"\s+", " ", shown(samples.trap(), 120))
    assert "FAIL RR301 recall of 'fraud' 12 % 4 to 30 % 25 >= 80 % bad proven" in text
    assert "open RR302 precision of 'fraud' 50 % 19 to 81 % 6 >= 80 % fair cannot tell" in text
    assert "warn RR303 log_loss 0.0812 0.071 to 0.0925 1,250 <= 0.05 proven" in text
    assert "about 9 more rows answered 'fraud' would settle it" in text


def test_words_say_the_outcome_where_there_is_no_colour():
    for sample, word in (
        (samples.fit, "FIT "),
        (samples.trap, "NOT FIT "),
        (samples.undecided, "NOT ENOUGH EVIDENCE "),
    ):
        assert shown(sample()).startswith(word)
    assert "pass" in shown(samples.fit())
    assert "waived" in shown(samples.undecided())


def test_what_was_not_measured_is_said_with_its_reason():
    text = re.sub(r"\s+", " ", shown(samples.undecided()))
    assert "recall of 'defect' not measured 0 >= 80 % none" in re.sub(r"\s+", " ", shown(samples.undecided(), 120))
    assert "at least 16 rows that are 'defect' are needed to tell" in text
    assert "log-loss (only labels were given)" in text
    assert "nan" not in text.lower().split()


def test_the_matrix_says_which_way_it_runs_and_has_the_counts():
    text = shown(samples.trap())
    assert "Rows are the true class, columns what the model answered." in text
    assert re.search(r"ok +1,222 +3\n", text)
    assert re.search(r"fraud +22 +3\n", text)


def test_twelve_classes_have_a_matrix_and_thirteen_the_worst_and_top_confusions():
    assert "Confusion matrix" in shown(samples.classes(12))
    text = re.sub(r"\s+", " ", shown(samples.classes(13)))
    assert "Confusion matrix" not in text
    assert "its largest wrong cells" in text
    assert "the worst 12 first, and 1 more" in text


def test_the_default_bands_are_called_a_convention():
    text = re.sub(r"\s+", " ", shown(samples.fit()))
    assert (
        "Default bands: good at 80 % or more, bad below 50 %, fair between. A convention; change it with --policy."
        in text
    )
    strict = replace(samples.fit(), policy=vars(Policy(good=0.95)))
    text = re.sub(r"\s+", " ", shown(strict))
    assert "The policy's bands: good at 95 % or more" in text
    assert "good = 0.95" in text


def test_of_thresholds_only_the_wishes_that_cannot_be_met_have_a_sentence():
    text = re.sub(r"\s+", " ", shown(samples.trap()))
    assert "No threshold reaches 80 % precision at 80 % recall; the best is 41 %." in text
    assert "chosen on one half" not in text
    assert "cannot be met:" in text


def test_no_criterion_is_not_a_pass():
    assert "No criterion was judged, so nothing was passed." in shown(samples.empty())


@pytest.mark.parametrize("width", (40, 80, 200))
@pytest.mark.parametrize("sample", samples.ALL)
def test_no_line_is_wider_than_the_terminal(sample, width):
    console = Console(width=width)
    for line in console.render_lines(to_terminal(sample()), pad=False):
        assert sum(segment.cell_length for segment in line) <= width


@pytest.mark.parametrize("sample", samples.ALL)
def test_at_80_columns_no_number_and_no_heading_is_broken(sample):
    text = shown(sample())
    for heading in ("result", "interval", "evidence", "precision", "threshold"):
        assert text.count(heading[:-2]) == text.count(heading)
    assert ("…" in text) is (sample is samples.hostile)


def test_markup_and_control_characters_are_shown_and_not_obeyed():
    text = shown(samples.hostile(), force_terminal=True, color_system="truecolor")
    assert "[red]x[/red]" in text
    assert re.search(r"^\[red\] +34 ", shown(samples.hostile()), re.MULTILINE)
    assert "\\x1b[31m" in text
    assert "\x1b[2J" not in text
    assert "\u202e" not in text


@settings(max_examples=40)  # each example is a whole judgement
@given(judgements())
def test_any_judgement_can_be_shown(judgement):
    text = shown(judgement)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", text)
