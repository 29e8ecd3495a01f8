"""A judgement as JUnit XML, which every CI server shows: one test case for each criterion."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree

from rightrate.report.judged import words as say
from rightrate.verdict import Criterion, Judgement, Outcome, Status

_CLASS = "rightrate.judge"


def to_junit(judgement: Judgement) -> str:
    """Return the text of `junit.xml`.

    A failed criterion is a failure, one without enough evidence is skipped (a failure where the policy says
    `on_inconclusive = "fail"`), and a waived one, or one that only warns, passes and says so in its output. Where no
    criterion shows that the model is not fit, or not judged, a test case "verdict" does: an XML file that is all green
    always means FIT.
    """
    undecided = "failure" if say.open_fails(judgement) else "skipped"
    named = zip(judgement.criteria, _names(judgement), strict=True)
    cases = [_case(criterion, name, undecided) for criterion, name in named]
    seen = {child.tag for case in cases for child in case}
    if judgement.outcome is Outcome.NOT_FIT and "failure" not in seen:
        cases.insert(0, _told("verdict", "failure", judgement.reason))
    elif judgement.outcome is Outcome.NOT_ENOUGH_EVIDENCE and not seen & {"failure", undecided}:
        cases.insert(0, _told("verdict", undecided, judgement.reason))
    elif not cases:
        cases.append(_passed("verdict", judgement.reason))
    return _suite(cases)


def could_not_run(message: str) -> str:
    """Return the text of `junit.xml` for a model that could not be judged: one test case with an error.

    Args:
        message: why, e.g. the text of the exception.

    Example:
        >>> "<error message=" in could_not_run("The file is empty.")
        True
    """
    return _suite([_told("verdict", "error", message)])


def _names(judgement: Judgement) -> list[str]:
    """Return a name for each criterion; CI servers merge test cases of one name, so each is its own."""
    seen: Counter[str] = Counter()
    names = []
    for criterion in judgement.criteria:
        name = _name(criterion)
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _name(criterion: Criterion) -> str:
    """Return the name of a criterion, as `recall[fraud] >= 0.80`, with its slice where it has one."""
    whose = "" if criterion.class_name is None else f" of '{criterion.class_name}'"
    # The name of a criterion on a part of the rows begins like any other and goes on with that part.
    start = f"{criterion.metric}{whose}"
    part = say.short(criterion.name[len(start) :], 120) if criterion.name.startswith(start) else ""
    brackets = "" if criterion.class_name is None else f"[{say.class_name(criterion.class_name)}]"
    sign, edge = (">=", criterion.minimum) if criterion.minimum is not None else ("<=", criterion.maximum)
    bar = "" if edge is None else f" {sign} {_plain(edge)}"
    return f"{say.short(criterion.metric)}{brackets}{f' {part}' if part else ''}{bar}"


def _plain(edge: float) -> str:
    text = f"{edge:.2f}"
    return text if float(text) == edge else f"{edge:.6g}"


def _case(criterion: Criterion, name: str, undecided: str) -> ElementTree.Element:
    if criterion.status is Status.NOT_ENOUGH_EVIDENCE:
        tag = undecided if criterion.blocks else "skipped"
        return _told(name, tag, f"not enough evidence: {criterion.said}", say.needed(criterion), criterion.advice)
    if criterion.status is Status.FAILED and criterion.blocks:
        return _told(name, "failure", criterion.said, criterion.advice, criterion.reason)
    if criterion.status is Status.FAILED:
        return _passed(name, "a warning, not a failure:", criterion.said, criterion.advice, criterion.reason)
    if criterion.status is Status.WAIVED:
        return _passed(name, "waived:", criterion.said, criterion.reason)
    return _passed(name, criterion.said)


def _told(name: str, tag: str, message: str, *more: str | None) -> ElementTree.Element:
    case = _new(name)
    told = ElementTree.SubElement(case, tag, message=say.sentence(message))
    if tag != "skipped":
        told.set("type", tag)
    told.text = "\n".join(say.sentence(text) for text in (message, *more) if text)
    return case


def _passed(name: str, *said: str) -> ElementTree.Element:
    case = _new(name)
    ElementTree.SubElement(case, "system-out").text = "\n".join(say.sentence(text) for text in said if text)
    return case


def _new(name: str) -> ElementTree.Element:
    return ElementTree.Element("testcase", classname=_CLASS, name=name, time="0")


def _suite(cases: list[ElementTree.Element]) -> str:
    tags = Counter(child.tag for case in cases for child in case)
    numbers = {
        "tests": str(len(cases)),
        "failures": str(tags["failure"]),
        "errors": str(tags["error"]),
        "skipped": str(tags["skipped"]),
        "time": "0",
    }
    suites = ElementTree.Element("testsuites", {"name": "rightrate", **numbers})
    suite = ElementTree.SubElement(suites, "testsuite", {"name": "rightrate", **numbers})
    suite.extend(cases)
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"
