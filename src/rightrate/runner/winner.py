"""The chosen training as the rules of a diagnosis see it: what went on in it, and where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rightrate.curves import Curve
from rightrate.curves.setting import Setting
from rightrate.curves.training import Training
from rightrate.diagnosis.examine import examine
from rightrate.report import words
from rightrate.report.diagnosed.document import Diagnosed
from rightrate.report.document import Document
from rightrate.schedules import Schedule
from rightrate.search import Ended, Evaluation, Kind, Trial

if TYPE_CHECKING:
    from rightrate.engine.samples import Samples, TrainSamples

NO_WARM_UP = "RR153"


def diagnosed(document: Document, setting: Setting | None = None) -> Diagnosed | None:
    """Diagnose the chosen candidate's training beside the others; None where none was trained to its end.

    Args:
        setting: what else is known about the trainings, the same for all candidates.
    """
    winner, schedule = document.winner, document.schedule
    if winner is None or schedule is None or winner.ended is not Ended.FINISHED:
        return None
    known = setting or Setting()
    common = document.shaped[0].schedule if document.shaped else schedule  # that of the other candidates
    others = [_training(one, common, known) for one in document.trials if one is not winner and _full(one)]
    return Diagnosed((examine(_training(winner, schedule, known), others),))


def spikes(trial: Trial, schedule: Schedule, setting: Setting) -> bool:
    """Whether the first steps of a trial threw the loss up for want of a warm-up (RR153)."""
    examined = examine(_training(trial, schedule, setting), ())
    return any(finding.code == NO_WARM_UP for finding in examined.findings)


def setting(kind: Kind, table: TrainSamples, held_out: Samples, batch_size: int) -> Setting:
    """What a search knows about the trainings that it ran."""
    return Setting(
        optimizer=kind.optimizer,
        trainable=kind.trainable or None,
        weights=kind.weights or None,
        batch_size=batch_size,
        train_rows=table.size,
        validation_rows=sum(len(rows) for rows in held_out.steps),
    )


def _full(trial: Trial) -> bool:
    return trial.ended in (Ended.FINISHED, Ended.DIVERGED)


def _training(trial: Trial, schedule: Schedule, setting: Setting) -> Training:
    """The curves of a candidate by step; validation where all samples were used, as fewer have another loss."""
    most = max((one.samples for one in trial.evaluations), default=0)
    whole = [one for one in trial.evaluations if one.samples == most]
    names = dict.fromkeys(name for one in whole for name in one.values)
    validation = {name: _curve(name, whole) for name in names}
    shape = schedule.rates[: trial.steps] / schedule.peak
    rates = Curve("learning_rate", np.arange(1, len(shape) + 1), trial.learning_rate * shape)
    curves = {"loss": trial.train_curve, **validation, "learning_rate": rates}
    name = f"rate {words.rate(trial.learning_rate)}"
    return Training(name, curves, "step", trial.steps_per_epoch, "this search", setting)


def _curve(name: str, evaluations: Sequence[Evaluation]) -> Curve:
    points = [(one.step, one.values[name]) for one in evaluations if name in one.values]
    return Curve(name, np.array([step for step, _ in points]), np.array([value for _, value in points], np.float64))
