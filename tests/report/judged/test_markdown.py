"""Markdown of a judgement: safe, in order, and always short enough for GitHub."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from rightrate.diagnosis import Finding, Severity
from rightrate.report.judged.github import summary
from rightrate.report.judged.markdown import MOST_BYTES, escaped, to_markdown

from . import samples
from .strategies import judgements


def size(text: str) -> int:
    return len(text.encode("utf-8"))


def test_outcome_reason_and_criteria_come_first():
    text = to_markdown(samples.trap())
    assert text.startswith("# NOT FIT\n\n**accuracy 98 %, but always answering 'ok' also scores 98 %")
    assert "| FAIL | RR301 | recall of 'fraud' | 12 % | 4 to 30 % | 25 | &gt;= 80 % | bad | proven |" in text
    assert text.index("## Criteria") < text.index("## What to do next") < text.index("## Classes")
    assert summary(samples.trap()).startswith("## NOT FIT\n")


@pytest.mark.parametrize("sample", samples.ALL)
def test_every_table_is_rectangular(sample):
    for table in re.findall(r"(?:^\|.*\|$\n?)+", to_markdown(sample()), re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1


def test_hostile_names_stay_text():
    text = to_markdown(samples.hostile())
    assert "<" not in text
    assert not re.search(r"(?<!\\)`", text)
    assert not re.search(r"@\w", text)
    assert not re.search(r"(?<!\\)\]\(", text)
    assert "\x1b" not in text
    assert "=1+1" in text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a|b", "a\\|b"),
        ("a\nb", "a b"),
        ("# x", "\\# x"),
        ("#12", "#&#8203;12"),
        ("@me", "@&#8203;me"),
        ("`x`", "\\`x\\`"),
        ("<i>", "&lt;i&gt;"),
    ],
)
def test_escaping(text, safe):
    assert escaped(text) == safe


def test_a_hundred_classes_are_cut_and_it_says_so():
    text = to_markdown(samples.classes(100))
    assert "the worst 40 first, and 60 more" in text
    assert size(text) < MOST_BYTES


def test_whatever_comes_it_stays_short():
    long = "ü" * 10_000
    finding = Finding(long, long, Severity.WARNING, long)
    huge = samples.classes(200, lambda i: f"{i} {long}")
    huge = replace(
        huge,
        findings=(finding,) * 500,
        next_steps=(long,) * 500,
        about={f"{i}{long}": long for i in range(500)},
        reason=long,
    )
    text = to_markdown(huge)
    assert size(text) <= MOST_BYTES
    assert "The JSON of this verdict has all of it." in text
    assert text.startswith("# NOT FIT\n")


@settings(max_examples=40)  # each example is a whole judgement
@given(judgements())
def test_any_judgement_is_safe_and_short(judgement):
    text = to_markdown(judgement)
    assert size(text) <= MOST_BYTES
    assert "<" not in text
    assert not re.search(r"[@]\w", text)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", text)
