"""JUnit XML of a judgement: what a CI server counts."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given, settings

from rightrate.report.judged.junit import could_not_run, to_junit
from rightrate.scoring.figure import Figure
from rightrate.verdict import Criterion, Outcome, Status

from . import samples
from .strategies import judgements


def read(text: str) -> ElementTree.Element:
    root = ElementTree.fromstring(text.encode("utf-8"))
    assert root.tag == "testsuites"
    (suite,) = root
    assert suite.get("name") == "rightrate"
    for tag, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert int(suite.get(count)) == len(suite.findall(f".//{tag}"))
    assert int(suite.get("tests")) == len(suite)
    return suite


def test_each_status_as_a_ci_server_reads_it():
    failed, open_, warned = read(to_junit(samples.trap()))
    assert failed.get("name") == "recall[fraud] >= 0.80"
    assert failed.get("classname") == "rightrate.judge"
    assert "12 %" in failed.find("failure").get("message")
    assert "6 rows cannot tell" in open_.find("skipped").get("message")
    assert warned.get("name") == "log_loss <= 0.05"
    assert [child.tag for child in warned] == ["system-out"]
    assert "a warning" in warned.find("system-out").text
    _, waived = read(to_junit(samples.undecided()))
    assert [child.tag for child in waived] == ["system-out"]
    assert "waived until 2027-01-31: retired" in waived.find("system-out").text


def test_where_the_policy_says_so_an_open_question_is_a_failure():
    open_ = samples.undecided()
    said = {choice: read(to_junit(replace(open_, policy={"on_inconclusive": choice}))) for choice in ("fail", "warn")}
    assert said["fail"].findall(".//failure") and not said["fail"].findall(".//skipped")
    assert said["warn"].findall(".//skipped") and not said["warn"].findall(".//failure")
    bare = replace(open_, criteria=(), policy={"on_inconclusive": "fail"})
    assert read(to_junit(bare)).find(".//failure") is not None


def test_a_bar_on_a_slice_has_a_name_of_its_own():
    base = samples.trap().criteria[0]
    part = replace(base, name="recall of 'fraud' where region=EU")
    names = [case.get("name") for case in read(to_junit(replace(samples.trap(), criteria=(base, part, base))))]
    assert names == ["recall[fraud] >= 0.80", "recall[fraud] where region=EU >= 0.80", "recall[fraud] >= 0.80 (2)"]


def test_a_bar_with_more_digits_keeps_them():
    bar = Criterion("RR303", "mae", "mae", Figure(0.1), Status.PASSED, True, "fine", maximum=0.125)
    (case,) = read(to_junit(replace(samples.fit(), criteria=(bar,))))
    assert case.get("name") == "mae <= 0.125"


def test_all_green_always_means_fit():
    fit = samples.fit()
    assert not read(to_junit(fit)).findall(".//failure")
    (verdict, *_) = read(to_junit(replace(fit, outcome=Outcome.NOT_FIT, reason="a trap")))
    assert verdict.find("failure").get("message") == "a trap"
    (verdict,) = read(to_junit(samples.empty()))
    assert verdict.find("skipped").get("message") == "No row was given."


def test_what_could_not_run_is_an_error():
    (case,) = read(could_not_run("The file is empty.\x00 \x1b[31m"))
    assert case.find("error").get("message").startswith("The file is empty.")


@settings(max_examples=40)  # each example is a whole judgement
@given(judgements())
def test_any_judgement_is_well_formed_and_green_only_where_fit(judgement):
    suite = read(to_junit(judgement))
    names = [case.get("name") for case in suite]
    assert len(names) >= max(len(judgement.criteria), 1)
    red = suite.findall(".//failure") + suite.findall(".//skipped")
    if not red:
        assert judgement.outcome is Outcome.FIT
