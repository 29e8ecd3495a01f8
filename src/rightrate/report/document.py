"""`Document`: everything a report shows, as one value. Terminal, Markdown, JSON and HTML all read this and no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from rightrate.diagnosis import Finding
from rightrate.report.diagnosed.document import Diagnosed
from rightrate.schedules import Schedule
from rightrate.search import Cost, Objective, Trial
from rightrate.search.shaping import Shaped
from rightrate.verdict import Judgement


@dataclass(frozen=True, eq=False)
class Document:
    """The outcome of one search.

    Args:
        title: what was tuned, e.g. the model's name.
        learning_rate: the chosen rate; None where the search ended before any could be chosen.
        interval: the rates that cannot be told apart from it; None where that was not measured.
        schedule: the chosen rate's schedule; None without a rate.
        objective: what decided.
        trials: every candidate, by rising learning rate.
        chosen: index into `trials`; None without a rate.
        cost: what it took.
        findings: by falling severity.
        unfinished: why the run ended early, or None where it did not.
        about: how it was measured, by label: model, data, split, seed, versions.
        looked_at: share of the schedule that candidates were meant to train; below 1 the rate was found without a final
            training, and `interval` is where the best rate probably lies.
        judgement: whether the fine-tuned model is fit; None where nobody judged it.
        shaped: the shapes of the schedule that were compared at the chosen rate, first the one that all candidates
            followed; empty where none were. The chosen candidate's trial follows `schedule`.
        diagnosed: the chosen training as the rules of a diagnosis see it; None where it was not looked at.
    """

    title: str
    learning_rate: float | None
    interval: tuple[float, float] | None
    schedule: Schedule | None
    objective: Objective
    trials: tuple[Trial, ...]
    chosen: int | None
    cost: Cost
    findings: tuple[Finding, ...] = ()
    unfinished: str | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    looked_at: float = 1.0
    judgement: Judgement | None = None
    diagnosed: Diagnosed | None = None
    shaped: tuple[Shaped, ...] = ()

    @property
    def winner(self) -> Trial | None:
        """The chosen candidate's trial."""
        return None if self.chosen is None else self.trials[self.chosen]

    @property
    def chosen_shape(self) -> int | None:
        """Index into `shaped` of the schedule; None where no shapes were compared."""
        if self.schedule is None:
            return None
        same = (i for i, one in enumerate(self.shaped) if np.array_equal(one.schedule.shape, self.schedule.shape))
        return next(same, None)
