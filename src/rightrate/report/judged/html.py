"""A judgement as one HTML page that opens from disk."""

from __future__ import annotations

from dataclasses import dataclass

from rightrate.report import words
from rightrate.report.judged import tables
from rightrate.report.judged import words as say
from rightrate.report.judged.charts import charts
from rightrate.report.judged.sections import Limits, numbered, sections
from rightrate.report.one_page import figure, render
from rightrate.report.tables import Table
from rightrate.verdict import Judgement, Outcome

_TONES = {Outcome.FIT: "good", Outcome.NOT_FIT: "bad", Outcome.NOT_ENOUGH_EVIDENCE: "open"}
_HEADINGS = {
    "precision-recall": "Precision and recall over all thresholds",
    "calibration": "Are the probabilities right?",
}
# A page scrolls, so that a matrix may be larger than a terminal's; beyond 40 classes nobody reads one.
_LIMITS = Limits(
    criteria=400, classes=1000, confusions=40, slices=200, findings=100, matrix=40, names=200, unfolded=24
)  # fmt: skip
# A table that is looked things up in; finer thresholds are shown by hovering.
_THRESHOLDS = 41
# Okabe and Ito's blue and vermillion, as in the charts: right answers and wrong ones.
_RIGHT, _WRONG = "0, 114, 178", "213, 94, 0"
# The deepest cell still lets black and white text be read on it.
_DEEPEST = 0.45


@dataclass(frozen=True)
class Cell:
    """A cell of the matrix: its count, its share of the row, whether the answer is right, and its shade."""

    count: str
    share: str
    right: bool
    colour: str


@dataclass(frozen=True)
class Matrix:
    """The confusion matrix: headings, and each row's label with its cells."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def to_html(judgement: Judgement) -> str:
    """Return the text of the page, to be written as UTF-8."""
    drawn = charts(judgement)
    shown = sections(judgement, _LIMITS)
    return render(
        "judged.html.j2",
        ["page.css", "judged.css"],
        drawn,
        outcome=say.outcome(judgement),
        tone=_TONES[judgement.outcome],
        reason=say.sentence(judgement.reason),
        subject=say.subject(judgement),
        sections=shown,
        matrix=matrix(judgement) if 0 < len(judgement.confusion) <= _LIMITS.matrix else None,
        figures=[figure(name, _HEADINGS[name], chart, _numbers(name, judgement)) for name, chart in drawn.items()],
        last_before_figures=next((s.name for s in shown[::-1] if s.name in ("confusion", "classes", "criteria")), ""),
        tones=_tone,
    )


def matrix(judgement: Judgement) -> Matrix:
    """Return the confusion matrix with counts and shares of each row, shaded by share."""
    counts = judgement.confusion
    by_number = numbered(judgement, _LIMITS)
    names = [say.class_name(name) for name in judgement.class_names]
    labels = [f"{number} {name}" for number, name in enumerate(names, 1)] if by_number else names
    rows = tuple(
        (label, tuple(_cell(count, sum(row), true == answered) for answered, count in enumerate(row)))
        for true, (label, row) in enumerate(zip(labels, counts, strict=True))
    )
    return Matrix(tuple(str(n) for n in range(1, len(counts) + 1)) if by_number else tuple(names), rows)


def _cell(count: int, total: int, right: bool) -> Cell:
    share = count / total if total else 0.0
    colour = f"rgba({_RIGHT if right else _WRONG}, {_DEEPEST * share:.3f})"
    return Cell(words.count(count), words.percent(share) if count else "", right, colour)


def _tone(table: Table, index: int) -> str:
    if isinstance(table, tables.MarkedTable) and index < len(table.tones):
        return table.tones[index]
    return "marked" if index == table.marked else ""


def _numbers(name: str, judgement: Judgement) -> Table:
    return tables.calibration(judgement) if name == "calibration" else tables.ranking(judgement, _THRESHOLDS)
