"""Annotations of a workflow run: at most ten, the worst first, and nothing that starts another command."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings

from rightrate.report.judged.github import annotations

from . import samples
from .strategies import judgements

COMMAND = re.compile(r"::(error|warning|notice) title=([^:,\r\n]*)::([^\r\n]*)")


def test_the_answer_comes_first_then_the_worst():
    told = annotations(samples.trap())
    assert told[0].startswith("::error title=rightrate%3A NOT FIT::accuracy 98 %25, but always answering")
    kinds = [COMMAND.fullmatch(line)[1] for line in told[1:]]
    assert kinds == ["error", "error", "warning", "warning", "warning", "notice"]
    assert annotations(samples.fit()) == [
        "::notice title=rightrate%3A FIT::precision 89.5 %25 and recall 85 %25 of 'defect' are at 80 %25 or more."
    ]


def test_where_the_policy_says_so_an_open_question_is_an_error():
    told = annotations(replace(samples.undecided(), policy={"on_inconclusive": "fail"}))
    assert told[0].startswith("::error title=rightrate%3A NOT ENOUGH EVIDENCE")
    assert annotations(samples.undecided())[0].startswith("::warning title=rightrate%3A NOT ENOUGH EVIDENCE")


def test_at_most_ten_and_the_last_says_how_many_more():
    told = annotations(samples.classes(100))
    assert len(told) == 10
    failed = sum(c.status.value == "failed" for c in samples.classes(100).criteria)
    assert told[-1] == f"::notice title=rightrate%3A more::and {failed - 8} more; the summary of this job has them."


def test_hostile_names_start_no_command():
    assert all(COMMAND.fullmatch(line) for line in annotations(samples.hostile()))


@settings(max_examples=40)  # each example is a whole judgement
@given(judgements())
def test_any_judgement_gives_well_formed_commands(judgement):
    told = annotations(judgement)
    assert 1 <= len(told) <= 10
    for line in told:
        line.encode("utf-8")
        _, title, message = COMMAND.fullmatch(line).groups()
        assert not re.search(r"%(?!25|0D|0A|3A|2C)", title + message)
