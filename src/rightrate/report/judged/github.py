"""What GitHub Actions shows of a judgement: a summary of the job, and annotations of the run.

There is no `from __future__ import annotations` here: it would bind the name of a function of this module.
"""

from collections.abc import Iterator

from rightrate.diagnosis import Severity
from rightrate.report.judged import words as say
from rightrate.report.judged.markdown import to_markdown
from rightrate.verdict import Judgement, Outcome, Status

#: GitHub shows so many of each kind for one step, and drops the others without a word.
MOST_ANNOTATIONS = 10
# A title is one line above the message.
_TITLE = 120
_ORDER = ("error", "warning", "notice")
_OUTCOMES = {Outcome.FIT: "notice", Outcome.NOT_FIT: "error", Outcome.NOT_ENOUGH_EVIDENCE: "warning"}
_SEVERITIES = {Severity.CRITICAL: "error", Severity.WARNING: "warning", Severity.HINT: "notice"}

#: Kind, title and message.
Annotation = tuple[str, str, str]


def summary(judgement: Judgement) -> str:
    """Return Markdown to append to the file that `$GITHUB_STEP_SUMMARY` names; under 60 KB."""
    return to_markdown(judgement, level=2)


def annotations(judgement: Judgement) -> list[str]:
    """Return at most 10 workflow commands to print, each on a line of its own: the answer, then the worst first.

    Example:
        >>> annotations(Judgement(Outcome.NOT_FIT, "Recall of 'a,b' is 12 %.", ()))
        ["::error title=rightrate%3A NOT FIT::Recall of 'a,b' is 12 %25."]
    """
    told = sorted(_told(judgement), key=lambda annotation: _ORDER.index(annotation[0]))
    is_open = judgement.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    kind = "error" if is_open and say.open_fails(judgement) else _OUTCOMES[judgement.outcome]
    every = [(kind, f"rightrate: {say.outcome(judgement)}", judgement.reason), *told]
    if len(every) > MOST_ANNOTATIONS:
        rest = len(every) - MOST_ANNOTATIONS + 1
        more = ("notice", "rightrate: more", f"and {rest} more; the summary of this job has them.")
        every = [*every[: MOST_ANNOTATIONS - 1], more]
    return [command(*annotation) for annotation in every]


def _told(judgement: Judgement) -> Iterator[Annotation]:
    for criterion in judgement.criteria:
        title = f"{criterion.code} {criterion.name}"
        if criterion.status is Status.FAILED:
            yield "error" if criterion.blocks else "warning", title, f"{criterion.said}. {criterion.advice}"
        elif criterion.status is Status.NOT_ENOUGH_EVIDENCE:
            fails = criterion.blocks and say.open_fails(judgement)
            yield (
                "error" if fails else "warning",
                title,
                f"{criterion.said}. {say.needed(criterion) or criterion.advice}",
            )
        elif criterion.status is Status.WAIVED:
            yield "notice", title, f"{criterion.said}. {criterion.reason}"
    for finding in judgement.findings:
        yield (
            _SEVERITIES[finding.severity],
            f"{finding.code} {finding.severity.value}",
            f"{finding.title} {finding.advice}",
        )


def command(kind: str, title: str, message: str) -> str:
    """Return one workflow command: an annotation of a kind ("error", "warning" or "notice")."""
    return f"::{kind} title={_property(say.short(title, _TITLE))}::{_data(say.sentence(message))}"


def _data(text: str) -> str:
    r"""Escape a message as GitHub's runner reads it back.

    Example:
        >>> _data("12 %\nnext")
        '12 %25%0Anext'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape a title; colons and commas end one, so they are escaped there and, as GitHub asks, only there."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
