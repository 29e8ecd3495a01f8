"""The workflow behind `rightrate learn`: recorded trainings in, the interactive lesson as one HTML page out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rightrate.demo import sweep as demo_sweep
from rightrate.diagnosing import diagnose_trainings
from rightrate.diagnosis.cause import Cause
from rightrate.judging import judge
from rightrate.report import words
from rightrate.report.diagnosed import words as say
from rightrate.report.lesson import own_run
from rightrate.report.lesson.html import to_html
from rightrate.report.lesson.pitfalls import mended_by_own, pitfalls
from rightrate.report.lesson.recorded import Counts, Recorded
from rightrate.report.lesson.told import Judged, Lesson, Pitfall, Sweep, Told, Trapped
from rightrate.runner.diagnosis import Diagnosis
from rightrate.store import write_safely

__all__ = ["lesson", "write_lesson"]

#: The trap of the lesson: 1250 rows, 25 of them of the rare class, and 3 false alarms. With 3 found, accuracy is 98 %
#: and recall 12 %.
TRAP_POSITIVES, TRAP_FALSE_ALARMS, TRAP_NEGATIVES, TRAP_FOUND = 25, 3, 1225, 3
TRAP_NAMES = ("ok", "fraud")

#: A class's name stands in many sentences of the page; longer ones are cut.
NAME_LENGTH = 24
#: The rule about a training without validation.
IGNORED = "RR122"

_TONES = {"FIT": "good", "NOT_FIT": "bad", "NOT_ENOUGH_EVIDENCE": "open"}


def write_lesson(out: str | Path, run: str | Path | None = None) -> Path:
    """Write the lesson's page to the file `out`; with `run` it is taught on the search in that folder.

    Raises:
        UsageError: `run` is no run folder.
        DataError: its result.json cannot be read.
        CannotRunError: the page cannot be written.
    """
    page = to_html(lesson(run))
    return write_safely(Path(out), lambda path: path.write_bytes(page.encode("utf-8", errors="backslashreplace")))


def lesson(run: str | Path | None = None) -> Lesson:
    """Everything that the page shows, in the words of the diagnosis and of the verdict.

    Example:
        >>> taught = lesson()
        >>> len(taught.curves.rates), len(taught.curves.seeds), len(taught.pitfalls)
        (29, 3, 4)
        >>> taught.trap[taught.trap_at].judged.outcome
        'NOT FIT'
    """
    groups = demo_sweep.recorded()
    positive, negative = demo_sweep.names()
    demo = _sweep("demo", groups["sweep"], None, positive, negative)
    few_rows = [_alone(one, positive, negative) for one in groups["few_rows"]]
    overfit = next(one for one in few_rows if one.cause is Cause.OVERFITTING)
    unseen = _unseen(overfit.recorded, positive, negative)
    decayed = [_alone(one, positive, negative) for one in groups["decay"] if one.seed == 0]
    shown = pitfalls(demo, unseen, overfit, decayed)
    trap = tuple(_trapped(found) for found in range(TRAP_POSITIVES + 1))
    if run is None:
        subject = (
            "Real trainings: a small network that had learned MNIST is fine-tuned to find a rare digit, the 8, among "
            "scikit-learn's digits. One image in twenty shows it."
        )
        return Lesson(subject, demo, demo, overfit, shown, trap, TRAP_FOUND, about=demo_sweep.about())
    return _of_run(own_run.read(Path(run)), demo, overfit, shown, trap)


def _of_run(
    run: own_run.OwnRun, demo: Sweep, overfit: Told, shown: Sequence[Pitfall], trap: tuple[Trapped, ...]
) -> Lesson:
    title = words.shorten(run.title) or "your model"
    positive = None if run.positive is None else words.shorten(run.positive, NAME_LENGTH) or "(no name)"
    own = replace(_sweep("own", run.recorded, run.chosen, positive or "", "other"), objective=run.objective)
    missing = list(_missing(run, positive))
    mended = mended_by_own(shown, own)
    missing += [
        f"Your run shows no training for the pitfall “{one.heading}”; the demo's is shown."
        for one in mended
        if not one.is_own
    ]
    rates = words.counted(len(own.rates), "learning rate")
    subject = f"Your own run: {title}, a search over {rates}."
    about = {words.shorten(label): words.shorten(text, 300) for label, text in run.about.items()}
    return Lesson(
        subject, own, own if own.has_counts else demo, overfit, mended, trap, TRAP_FOUND, tuple(missing), about
    )


def _missing(run: own_run.OwnRun, positive: str | None) -> list[str]:
    said = ["A search trains each rate once, so there are no further random starts to look at."]
    if positive is None:
        said.append("Your run scored no classes: the steps about precision and recall show the demo.")
        return said
    said.append("A search keeps the confusion matrix of a training's last look only, not of each epoch.")
    if run.picked:
        said.append(
            f"Your run names no positive class. The lesson takes “{positive}”, the class of which the chosen rate "
            "finds the smallest share, against all others."
        )
    if any(one.final is None for one in run.recorded):
        said.append("Some of its trainings ended before they could be scored.")
    return said


def _sweep(name: str, recorded: Sequence[Recorded], chosen: int | None, positive: str, negative: str) -> Sweep:
    seeds = tuple(dict.fromkeys(one.seed for one in recorded))
    told: list[Told] = []
    best: list[int | None] = []
    for seed in seeds:
        of_seed, diagnosis = _told([one for one in recorded if one.seed == seed], positive, negative)
        told += of_seed
        best.append(_best(of_seed, diagnosis) if name == "demo" else chosen)
    return Sweep(name, tuple(told), seeds, tuple(best), positive, negative)


def _best(told: Sequence[Told], diagnosis: Diagnosis) -> int | None:
    compared = diagnosis.comparison
    names = [one.recorded.training.name for one in told]
    return names.index(compared.chosen) if compared is not None and compared.chosen in names else None


def _told(recorded: Sequence[Recorded], positive: str, negative: str) -> tuple[list[Told], Diagnosis]:
    """What the tool says of each training, with the others as its neighbours."""
    diagnosis = diagnose_trainings([one.training for one in recorded])
    told = []
    for one, found in zip(recorded, diagnosis.trainings or (diagnosis,), strict=True):
        leading = found.leading
        judged = None if one.final is None else _judged(one.final, positive, negative)
        told.append(
            Told(
                one,
                leading.cause,
                leading.cause.words,
                leading.code,
                say.sentence(leading.sentence),
                say.sentence(leading.advice),
                found.band,
                say.sentence(found.band_why),
                judged,
            )
        )
    return told, diagnosis


def _alone(recorded: Recorded, positive: str, negative: str) -> Told:
    """What is said of a training that has no others beside it."""
    return _told([recorded], positive, negative)[0][0]


def _unseen(one: Recorded, positive: str, negative: str) -> Told:
    """The same training as it looks to who recorded no validation, with what the tool says of that."""
    bare = _without_validation(one)
    finding = next(found for found in diagnose_trainings([bare.training]) if found.code == IGNORED)
    told = _alone(bare, positive, negative)
    return replace(
        told, title="validation is ignored", code=IGNORED, sentence=say.sentence(finding.title),
        advice=say.sentence(finding.advice),
    )  # fmt: skip


def _without_validation(one: Recorded) -> Recorded:
    kept = {name: curve for name, curve in one.training.curves.items() if not name.startswith("val_")}
    nothing = np.full(len(one.epochs), np.nan)
    training = replace(one.training, curves=kept)
    return replace(one, training=training, val_loss=nothing, accuracy=nothing, counts=())


def _judged(counts: Counts, positive: str, negative: str) -> Judged:
    """The verdict on the answers that these counts stand for."""
    cells = (counts.tp, counts.fn, counts.fp, counts.tn)
    names = [negative if negative != positive else f"not {positive}", positive]
    verdict = judge(
        np.repeat([1, 1, 0, 0], cells), np.repeat([1, 0, 1, 0], cells), labels=names, positive=1, task="binary"
    )
    return Judged(
        verdict.outcome.value.replace("_", " "),
        _TONES[verdict.outcome.value],
        say.sentence(verdict.reason),
        tuple(map(say.sentence, verdict.next_steps)),
    )


def _trapped(found: int) -> Trapped:
    counts = Counts(found, TRAP_POSITIVES - found, TRAP_FALSE_ALARMS, TRAP_NEGATIVES - TRAP_FALSE_ALARMS)
    return Trapped(counts, _judged(counts, TRAP_NAMES[1], TRAP_NAMES[0]))
