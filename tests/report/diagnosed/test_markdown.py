"""A diagnosis as Markdown."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from rightrate.diagnosis.rules import RULES
from rightrate.report.diagnosed.markdown import MOST_BYTES, escaped, to_markdown

from . import samples


def test_what_leads_and_what_to_change_come_first():
    lines = [line for line in to_markdown(samples.overfits()).splitlines() if line]
    assert lines[0] == "# run.csv, 8 epochs"
    assert lines[1].startswith("**The validation loss turned at epoch 3") and lines[1].endswith("(critical RR121)")
    assert lines[2].startswith("Stop at epoch 3") and lines[3] == "Band: **bad**."


def test_every_rule_has_its_row():
    assert re.findall(r"^\| (RR\d{3}) \|", to_markdown(samples.healthy()), re.MULTILINE) == [r.code for r in RULES]


def test_of_several_the_comparison_comes_first():
    text = to_markdown(samples.several())
    assert text.index("The best rate of 4 is 0.001") < text.index("| learning rate |") < text.index("## The best one")
    assert "| 0.01 | NaN |" in text


@pytest.mark.parametrize("sample", (*samples.ALL, samples.many))
def test_it_fits_into_a_comment_and_its_tables_are_tables(sample):
    text = to_markdown(sample())
    assert len(text.encode()) <= MOST_BYTES
    page = MarkdownIt("commonmark").enable("table").render(text)
    assert page.count("<table>") == sum(line.startswith(("| ---", "|---")) for line in text.splitlines())


def test_hostile_names_are_only_text():
    page = MarkdownIt("commonmark").enable("table").render(to_markdown(samples.hostile()))
    assert "<script" not in page and "&lt;script&gt;alert(1)" in page
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", page)


def test_mentions_and_issue_numbers_are_no_links():
    assert escaped("@team #12") == "@&#8203;team #&#8203;12"
    assert escaped("a & b") == "a &amp; b"
