"""The lesson as one HTML page that opens from disk."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from markupsafe import Markup

from rightrate.report import words
from rightrate.report.lesson import frame as frames
from rightrate.report.lesson import views
from rightrate.report.lesson.frame import Frame
from rightrate.report.lesson.quiz import WORKED, Question, questions
from rightrate.report.lesson.sorting import to_sort
from rightrate.report.lesson.told import Lesson, Pitfall, Sweep, Told
from rightrate.report.lesson.views import View
from rightrate.report.one_page import render
from rightrate.report.page_files import embedded
from rightrate.report.table import Table
from rightrate.scoring.bands import BAD, GOOD

#: Losses are drawn up to this multiple of where trainings begin. A diverging one goes on to a million times it, and
#: would press all others to the ground.
TOP = 100.0
STEPS = (
    "What to watch",
    "Too low, right, too high",
    "The confusion matrix, precision and recall",
    "The trade-off, and the sweet spot",
    "Good, fair, bad",
    "The four pitfalls",
    "The accuracy trap",
    "Check yourself",
)


def to_html(lesson: Lesson) -> str:
    """Return the text of the page, to be written as UTF-8."""
    sweeps = {sweep.name: _Sweep(sweep) for sweep in (lesson.curves, lesson.classes)}
    watch, pitfalls = _watch(lesson.overfit), [_pitfall(one) for one in lesson.pitfalls]
    sorted_sweep, cards, sorting = _sorting(lesson)
    asked = questions(lesson.pitfalls[1].wrong[1], lesson.pitfalls[0].wrong[1])
    trap = _trap(lesson)
    data = {
        "sweeps": {name: one.data for name, one in sweeps.items()},
        "views": {
            "watch": watch["views"],
            "trap": trap["views"],
            **{one["name"]: [one["now"], one["mended"]] for one in pitfalls},
        },
        "sorting": sorting,
        "trap": trap["answer"],
        "quiz": [{"right": one.right, "answer": one.options[one.right], "why": one.why} for one in asked],
    }
    return render(
        "lesson.html.j2",
        {},
        styles=["lesson.css"],
        scripts=["lesson.js"],
        subject=lesson.subject,
        missing=lesson.missing,
        steps=STEPS,
        is_own=lesson.is_own,
        about=lesson.about,
        curves=sweeps[lesson.curves.name],
        classes=sweeps[lesson.classes.name],
        watch=watch,
        worked=views.of_counts(WORKED),
        sorting={"cards": cards, "loss": sorted_sweep.loss, "note": _sorting_note(lesson, sorted_sweep)},
        pitfalls=pitfalls,
        trap=trap,
        own_trap=_own_trap(lesson.classes),
        quiz=[_question(one) for one in asked],
        good_at=frames.shares().place(GOOD),
        bad_at=frames.shares().place(BAD),
        width=frames.WIDTH,
        height=frames.HEIGHT,
        left=frames.LEFT,
        right=frames.RIGHT,
        bottom=frames.BOTTOM,
        embedded=Markup(embedded(data)),
    )


class _Sweep:
    """A sweep as the template and the script read it."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep, self.name = sweep, sweep.name
        self.positive, self.negative = sweep.positive, sweep.negative
        self.loss, self.share = _curve_frames(sweep.told)
        self.rate = frames.rates(sweep.rates)
        self.rates = [words.rate(rate) for rate in sweep.rates]
        self.seeds = sweep.seeds
        self.start = {"rate": self._first(), "seed": 0}
        records = [[self._record(one) for one in sweep.of_seed(i)] for i in range(len(sweep.seeds))]
        seeds = [views.of_seed(sweep, i, self.rate) for i in range(len(sweep.seeds))]
        self.data = {"start": self.start, "records": records, "seeds": seeds}
        shown = records[0][self.start["rate"]]
        self.now: View = {**seeds[0], **shown["view"], **shown["points"][-1]}
        self.points = len(shown["points"])
        self.has_points = any(len(record["points"]) > 1 for of_seed in records for record in of_seed)
        self.table = _table(sweep)

    def _record(self, told: Told) -> dict[str, Any]:
        return {"view": views.of_training(told, self.loss, self.share, self.rate), "points": views.of_points(told)}

    def _first(self) -> int:
        """Where the slider starts: at the chosen rate, so that a page without the script shows a good one."""
        chosen = self.sweep.chosen[0]
        return len(self.rates) // 2 if chosen is None else chosen


def _curve_frames(told: Iterable[Told]) -> tuple[Frame, Frame]:
    """The frames that hold the curves of all these trainings: of losses, and of shares."""
    shown = [one.recorded for one in told]
    values = [float(value) for one in shown for curve in (one.loss, one.val_loss) for value in curve]
    first = sorted(float(one.val_loss[0]) for one in shown if np.isfinite(one.val_loss[:1]).all())
    limit = TOP * first[len(first) // 2] if first and first[0] > 0 else math.inf
    ends = [float(one.epochs[-1]) for one in shown if len(one.epochs)]
    return frames.epochs(ends, frames.losses(values, limit)), frames.epochs(ends, frames.shares())


def _watch(told: Told) -> dict[str, Any]:
    """The first step: the same training with more and more of it shown."""
    loss, share = _curve_frames([told])
    view = views.of_training(told, loss, share, frames.rates([told.recorded.rate]))
    one = told.recorded
    turned = int(one.val_loss.argmin())
    first = f"The training loss falls from {words.number(float(one.loss[0]))} to {words.number(float(one.loss[-1]))}."
    second = (
        f"The validation loss is lowest at epoch {words.epochs(float(one.epochs[turned]))}, "
        f"{words.number(float(one.val_loss[turned]))}, and ends at {words.number(float(one.val_loss[-1]))}."
    )
    third = views.of_accuracy(one)
    texts = (
        f"{first} It looks perfect.",
        f"{first} {second} The network learns its rows by heart: on new rows it gets worse.",
        f"{second} {third} Accuracy hardly shows that the network grows too sure of its wrong answers.",
    )
    hidden = (("yes", "yes"), ("no", "yes"), ("no", "no"))
    parts = [
        {**view, "lesson": text, "valOff": val, "accOff": acc} for text, (val, acc) in zip(texts, hidden, strict=True)
    ]
    labels = ("training loss", "and validation loss", "and validation accuracy")
    rows = told.recorded.training.setting.train_rows
    return {"views": parts, "now": parts[-1], "labels": labels, "loss": loss, "share": share, "rows": rows}


def _pitfall(pitfall: Pitfall) -> dict[str, Any]:
    shown = (pitfall.wrong, pitfall.mended)
    loss, share = _curve_frames(told for _, told in shown)
    wrong, mended = (
        {"label": label, **views.of_training(told, loss, share, frames.rates([told.recorded.rate]))}
        for label, told in shown
    )
    parts = {"name": pitfall.name, "heading": pitfall.heading, "why": pitfall.why, "is_own": pitfall.is_own}
    return {**parts, "now": wrong, "mended": mended, "loss": loss}


def _sorting(lesson: Lesson) -> tuple[_Sweep, list[View], list[dict[str, str]]]:
    """The sweep whose trainings are sorted, the cards, and the answers."""
    sweep = lesson.classes
    told = to_sort(sweep)
    loss, share = _curve_frames(told or sweep.told)
    rate = frames.rates(sweep.rates)
    cards = []
    answers = []
    for one in told:
        view = views.of_training(one, loss, share, rate) | views.of_counts(one.recorded.final)
        why = f"{one.band_why} {_pair(view)}"
        cards.append({**view, "answer": f"{one.band}. {why}"})
        answers.append({"band": one.band or views.NO_BAND, "why": why})
    holder = _Sweep(sweep)
    holder.loss = loss
    return holder, cards, answers


def _pair(view: View) -> str:
    return f"(Rate {view['rate']}, precision {view['precision']}, recall {view['recall']}.)"


def _sorting_note(lesson: Lesson, shown: _Sweep) -> str:
    if lesson.is_own and shown.name != "own":
        return "This step shows the demo: your run scored no classes."
    return ""


def _trap(lesson: Lesson) -> dict[str, Any]:
    shown = []
    for one in lesson.trap:
        view = views.of_trap(one)
        shown.append({**view, "accWide": f"{views.BAR * (one.counts.accuracy or 0.0):.1f}"})
    at = lesson.trap_at
    answer = f"{lesson.trap[at].judged.outcome.lower()}. {lesson.trap[at].judged.reason}"
    return {
        "views": shown,
        "now": shown[at],
        "at": at,
        "most": len(shown) - 1,
        "answer": f"It is {answer}",
    }


def _own_trap(sweep: Sweep) -> str:
    """The trap in the sweep itself: the training with the best accuracy among those that find less than half."""
    trapped = [
        one for one in sweep.told
        if one.recorded.final is not None and (one.recorded.final.recall or 0.0) < BAD
        and (one.recorded.final.accuracy or 0.0) >= GOOD
    ]  # fmt: skip
    if not trapped:
        return ""
    one = max(trapped, key=lambda told: (told.recorded.final.accuracy if told.recorded.final else 0.0) or 0.0)
    counts = one.recorded.final
    assert counts is not None
    return (
        f"The trainings of the steps before have the trap too: at {words.rate(one.recorded.rate)} the accuracy is "
        f"{words.percent(counts.accuracy)}, and {counts.tp} of {counts.tp + counts.fn} “{sweep.positive}” are found."
    )


def _question(question: Question) -> dict[str, Any]:
    told = question.told
    shown: dict[str, Any] = {
        "text": question.text,
        "options": question.options,
        "right": question.right,
        "why": question.why,
        "view": None,
        "frame": None,
    }
    if told is not None:
        loss, share = _curve_frames([told])
        view = views.of_training(told, loss, share, frames.rates([told.recorded.rate]))
        shown |= {"view": view, "frame": loss}
    return shown


def _table(sweep: Sweep) -> Table:
    has_seeds = len(sweep.seeds) > 1
    columns = ("rate", *(("start",) if has_seeds else ()), "training loss", "validation loss", "accuracy")
    rows = []
    for seed, _ in enumerate(sweep.seeds):
        for told in sweep.of_seed(seed):
            one, final = told.recorded, told.recorded.final
            shares = (None, None) if final is None else (final.precision, final.recall)
            rows.append(
                (
                    words.rate(one.rate),
                    *((str(seed + 1),) if has_seeds else ()),
                    words.number(float(one.loss[-1])),
                    words.number(float(one.val_loss[-1])),
                    words.percent(_or_none(float(one.accuracy[-1]))),
                    *map(words.percent, shares),
                    told.band or views.NO_BAND,
                    told.title,
                )
            )
    return Table((*columns, "precision", "recall", "band", "rightrate says"), tuple(rows))


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
