"""Puts a finished race together: the document that reports show, and the result with its model."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from typing import Any

from rightrate.diagnosis import Finding, Severity
from rightrate.engine import final_fit, optimizers, tuning
from rightrate.engine.copy_model import copy_model
from rightrate.engine.samples import Samples, TrainSamples
from rightrate.engine.session import Session
from rightrate.errors import ModelError
from rightrate.report.document import Document
from rightrate.runner.findings import Circumstances, find, other_batches
from rightrate.runner.local import Outcome
from rightrate.runner.prepare import Ladder
from rightrate.runner.result import TuneResult
from rightrate.search import Objective, Setup
from rightrate.search.least import Least


def document(
    outcome: Outcome,
    session: Session,
    objective: Objective,
    fixed_range: bool,
    title: str,
    looked_at: float = 1.0,
    least: Least | None = None,
) -> Document:
    """Everything a report shows, but for `about`; `looked_at` is the share of the schedule that candidates train."""
    winner = None if outcome.chosen is None else outcome.trials[outcome.chosen]
    around = Circumstances(
        objective,
        sum(len(rows) for rows in session.validation.steps),
        fixed_range,
        session.hidden_draws,
        session.task.why_not,
        looked_at < 1,
        least or Least(),
        session.train_samples.differs_at,
    )
    return Document(
        title=title,
        learning_rate=None if winner is None else winner.learning_rate,
        interval=outcome.conclusion.interval,
        schedule=outcome.schedule,
        objective=objective,
        trials=outcome.trials,
        chosen=outcome.chosen,
        cost=outcome.cost,
        findings=find(outcome, around),
        unfinished=outcome.unfinished,
        looked_at=looked_at,
        shaped=outcome.shaped,
    )


def facts(
    model: Any, session: Session, setup: Setup, first: Ladder, *, batch_size: int, epochs: int, seed: int
) -> dict[str, str]:
    """How it was measured, by label."""
    kind = tuning.kind_of(model)
    share = kind.trainable / max(kind.weights, 1)
    return {
        "Model": f"{model.name}, {kind.weights:,} weights, {kind.trainable:,} trainable ({share:.1%})",
        "Optimizer": kind.optimizer,
        "Training samples": f"{session.train_samples.held}, {setup.steps_per_epoch} steps an epoch of "
        f"{setup.batch_size}, {epochs} epochs",
        "Validation samples": f"{setup.validation_samples:,}",
        "First rates": first.source,
        "Seed": str(seed),
        "Versions": f"rightrate {version('rightrate')}, {tuning.versions()}",
    }


def with_model(model: Any, outcome: Outcome, shown: Document, table: TrainSamples) -> TuneResult:
    """The result with a copy of the model that holds the winner's weights, where the model can be copied."""
    if outcome.weights is None or shown.learning_rate is None:
        return TuneResult(shown, None, None, "no candidate was sound; see the findings.")
    try:
        copied = copy_model(model, outcome.weights, shown.learning_rate, table)
    except ModelError as error:
        return TuneResult(
            shown, None, outcome.weights, f"{error} Write the weights into yours: result.apply_to(model)."
        )
    return TuneResult(shown, copied, outcome.weights)


def fitted_again(
    model: Any,
    result: TuneResult,
    table: TrainSamples,
    validation: Samples,
    steps: int,
    epochs: int,
    callbacks: list[Any],
) -> TuneResult:
    """Repeat the winning training through `Model.fit` with the user's callbacks, from the same start.

    A callback that fails, or a Ctrl-C, does not lose the search: its result is returned, with a finding that says so.
    """
    shown = result.document
    assert shown.schedule is not None and result.finished_model is not None
    epochs = min(epochs, -(-shown.schedule.steps // steps))  # the chosen schedule may be shorter
    start, same_so_far = [v.value.numpy() for v in model.variables], table.differs_at is None
    fitted = copy_model(model, start, shown.schedule.peak, table)
    optimizers.copy_state(model.optimizer, fitted.optimizer)
    try:
        seconds = final_fit.fit(fitted, table, validation, shown.schedule.rates, steps, epochs, callbacks)
    except (Exception, KeyboardInterrupt) as error:  # a user's callback may raise anything: it is named in the finding
        return replace(result, document=replace(shown, findings=(_failed_again(error), *shown.findings)))
    cost = replace(
        shown.cost,
        full_trainings=shown.cost.full_trainings + shown.schedule.steps / table.step_count,
        steps=shown.cost.steps + steps * epochs,
        samples=shown.cost.samples + table.trained(steps * epochs),
        seconds=shown.cost.seconds + seconds,
    )
    if same_so_far and table.differs_at is not None:
        shown = replace(shown, findings=(other_batches(table.differs_at), *shown.findings))
    return TuneResult(replace(shown, cost=cost), fitted, [v.value.numpy() for v in fitted.variables])


def _failed_again(error: BaseException) -> Finding:
    why = "it was interrupted" if isinstance(error, KeyboardInterrupt) else f"{type(error).__name__}: {error}"
    return Finding(
        "RR212",
        f"The final training with your callbacks did not finish: {why}.",
        Severity.WARNING,
        "The model is the search's own winner, trained without the callbacks. Mend them, or leave them out.",
    )
