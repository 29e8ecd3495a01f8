"""The tables of a report, as texts ready to be laid out: the candidates, and the numbers of each chart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rightrate.report import words
from rightrate.report.document import Document
from rightrate.report.roles import roles
from rightrate.report.table import Table
from rightrate.report.thinning import thin
from rightrate.search import Trial

# Longer tables belong into curves.csv, which has every point.
MOST_ROWS = 200
# A schedule is smooth: these many rows show its turns.
_SCHEDULE_ROWS = 13
# A sentence with numbers; longer ones would make the table's rows as high as a screen.
_WHY_LENGTH = 200


def candidates(document: Document) -> Table:
    """Return all candidates: rate, epochs, validation values, scores if any were measured, place, and why."""
    scored = any(trial.scores is not None for trial in document.trials)
    names = value_names(document)
    columns = (
        "learning rate",
        "epochs",
        *(words.measure(name) for name in names),
        *(("precision", "recall", "accuracy") if scored else ()),
        "place",
        "why it stopped",
    )
    rows = tuple(
        (
            words.rate(trial.learning_rate),
            words.trained(trial),
            *(words.measured(name, trial.last(name)) for name in names),
            *(_scores(trial) if scored else ()),
            role.value,
            why(trial),
        )
        for trial, role in zip(document.trials, roles(document), strict=True)
    )
    return Table(columns, rows, document.chosen)


def value_names(document: Document) -> tuple[str, ...]:
    """Return the validation values that a table shows: the loss, and what decided where that is another."""
    return tuple(dict.fromkeys(("val_loss", document.objective.name)))


def why(trial: Trial) -> str:
    """Return the sentence that says why a candidate stopped."""
    return words.shorten(trial.why, _WHY_LENGTH)


def _scores(trial: Trial) -> tuple[str, str, str]:
    if trial.scores is None:
        return (words.NOT_MEASURED,) * 3
    scores = trial.scores
    return words.percent(scores.precision), words.percent(scores.recall), words.percent(scores.accuracy)


def rate_table(document: Document) -> Table:
    """Return the numbers behind the chart of the objective against the rate."""
    name = document.objective.name
    rows = tuple(
        (
            words.rate(trial.learning_rate),
            words.measured(name, trial.last(name)),
            words.trained(trial),
            role.value,
        )
        for trial, role in zip(document.trials, roles(document), strict=True)
    )
    return Table(("learning rate", words.measure(name), "epochs", "place"), rows, document.chosen)


def sweet_spot_table(document: Document) -> Table:
    """Return the numbers behind the chart of precision and recall against the rate."""
    rows = tuple((words.rate(trial.learning_rate), *_scores(trial), words.trained(trial)) for trial in document.trials)
    return Table(("learning rate", "precision", "recall", "accuracy", "epochs"), rows, document.chosen)


def curves_table(document: Document) -> Table:
    """Return the validation losses of all candidates, at most `MOST_ROWS` of them."""
    rows: list[tuple[str, ...]] = []
    measured = sum(len(trial.curve) for trial in document.trials)
    share = max(MOST_ROWS // max(len(document.trials), 1), 2)
    for trial in document.trials:
        curve = trial.curve
        kept = thin(curve.values, share) if measured > MOST_ROWS else range(len(curve))
        rows += [
            (
                words.rate(trial.learning_rate),
                words.epochs(curve.steps[i] / trial.steps_per_epoch),
                words.number(float(curve.values[i])),
            )
            for i in kept
        ]
    shown = len(rows)
    note = None if shown == measured else f"{shown} of {measured} points; curves.csv has all of them."
    return Table(("learning rate", "epoch", "validation loss"), tuple(rows), note=note)


def winner_table(document: Document) -> Table:
    """Return the chosen candidate's training and validation loss, at every evaluation."""
    winner = document.winner
    columns = ("epoch", "training loss, smoothed", "validation loss")
    if winner is None:
        return Table(columns, ())
    curve = winner.curve
    kept = thin(curve.values, MOST_ROWS)
    smooth = {step: value for step, value in smoothed_train_loss(winner)}
    rows = tuple(
        (
            words.epochs(curve.steps[i] / winner.steps_per_epoch),
            words.number(smooth.get(int(curve.steps[i]))),
            words.number(float(curve.values[i])),
        )
        for i in kept
    )
    note = None if len(kept) == len(curve) else f"{len(kept)} of {len(curve)} points; curves.csv has all of them."
    return Table(columns, rows, note=note)


def smoothed_train_loss(trial: Trial) -> tuple[tuple[int, float], ...]:
    """Return the mean training loss of the batches since the previous evaluation, at each evaluation's step.

    A single batch's loss jumps; the mean over a stretch can be read beside the validation loss. A stretch
    with a loss that is not finite gives a value that is not finite, an evaluation before the first step none.
    """
    points, previous = [], 0
    for evaluation in trial.evaluations:
        batches = trial.train_loss[previous : evaluation.step]
        if len(batches):
            with np.errstate(all="ignore"):  # infinite and huge losses are ordinary input here
                points.append((evaluation.step, float(batches.mean())))
        previous = evaluation.step
    return tuple(points)


def shapes(document: Document) -> Table:
    """Return the shapes of the schedule that were compared at the chosen rate; no rows where none were."""
    names = value_names(document)
    columns = ("schedule", *(words.measure(name) for name in names), "steps", "trained for it", "place")
    rows = tuple(
        (
            words.schedule(replace(one.schedule, why="")),
            *(words.measured(name, one.values.get(name)) for name in names),
            words.count(one.schedule.steps),
            words.count(one.schedule.steps - one.shared),
            "chosen" if place == document.chosen_shape else "of all candidates" if place == 0 else "not chosen",
        )
        for place, one in enumerate(document.shaped)
    )
    note = "Rates were compared with the first one. Shapes that begin alike share that part of the training."
    return Table(columns, rows, document.chosen_shape, note)


def schedule_table(document: Document) -> Table:
    """Return the schedule at a few steps; nothing without a rate."""
    schedule = document.schedule
    if schedule is None:
        return Table(("step", "learning rate"), ())
    kept = sorted({*thin(schedule.rates, _SCHEDULE_ROWS).tolist(), int(schedule.rates.argmax())})
    rows = tuple((words.count(step), words.rate(float(schedule.rates[step]))) for step in kept)
    return Table(("step", "learning rate"), rows, note=f"{len(kept)} of {schedule.steps} steps.")
