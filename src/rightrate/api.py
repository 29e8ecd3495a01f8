"""The workflows behind the public names: `tune`."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rightrate.runner.result import TuneResult

if TYPE_CHECKING:
    from rightrate.engine.samples import Samples
    from rightrate.runner.events import Listener
    from rightrate.runner.local import Marking, Outcome
    from rightrate.runner.verdict import Verdict

__all__ = ["TuneResult", "tune"]


def tune(
    model: Any,
    train: Any,
    validation_data: Any = None,
    *,
    epochs: int,
    batch_size: int = 32,
    steps_per_epoch: int | None = None,
    validation_split: float | None = None,
    class_weight: Mapping[int, float] | None = None,
    callbacks: Any = None,
    rates: tuple[float, float] | Sequence[float] | None = None,
    schedule: str = "auto",
    objective: str = "val_loss",
    positive: str | int | None = None,
    class_names: Sequence[str] | None = None,
    budget: float | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    on_event: Listener | None = None,
    memory_limit: int | None = None,
    test_data: Any = None,
    title: str | None = None,
    about: Mapping[str, str] | None = None,
) -> TuneResult:
    """Find the learning rate for fine-tuning `model` and return it with the fine-tuned model.

    All candidates start from the model's present weights and see the same samples in the same order with the
    same seeds. The finalists train to full length; the best validation objective at the end wins. The model
    passed in is left bit for bit as it was.

    Args:
        model: a compiled Keras 3 model; its loss, optimizer and metrics are used. Set `trainable` before compile.
        train: `(x, y)`, `(x, y, sample_weight)`, a finite `tf.data.Dataset` (an infinite one with
            `steps_per_epoch`) or a `keras.utils.PyDataset`. Inside: what `Model.fit` takes.
        validation_data: the same; the race is decided on it.
        epochs: length of a full training.
        batch_size: samples a step, for arrays; a dataset brings its own.
        validation_split: share of the training arrays to split off, stratified and seeded, where there is no
            validation data.
        class_weight: class index -> weight, as in `Model.fit`.
        callbacks: Keras callbacks for the final training, which is then repeated through `Model.fit` at the cost
            of one more full training. Callbacks that set the learning rate are an error.
        rates: `(low, high)` for a range, a list for exactly these rates, None to begin from published rates for
            this kind of fine-tuning and to move as needed.
        schedule: "auto" (the optimizer's own schedule if it was compiled with one, else hold and cool down over
            the last fifth), or one of `rightrate.schedules.SCHEDULES`.
        objective: what decides: "val_loss", a compiled metric, or val_precision, val_recall, val_f1.
        positive: the class that matters, by name or index; in binary tasks class 1 where nobody says so.
        class_names: names of the classes in the order of their indices; "0", "1", … without.
        budget: full trainings that the search may cost; without, 2.2 trainings of a candidate beyond the first look
            at all, or enough to train them all where that takes under 20 nominal seconds (docs/search.md).
        seed: of the order of samples.
        out: a new or empty folder to save everything to.
        on_event: called with every event of `rightrate.runner.events`.
        memory_limit: bytes that the samples of a dataset, and that reused outputs, may take; by default a third of
            the free memory. Arrays are in memory already.
        test_data: samples that nothing is chosen on, as `validation_data`; the verdict is about them. Without, it is
            about the validation data, and says that these have chosen the rate too.

    Returns:
        A `TuneResult`. After a Ctrl-C too, with `document.unfinished` set.

    Raises:
        UsageError, DataError, ModelError, MissingExtraError, CannotRunError: each says how to mend it.
    """
    began = time.perf_counter()
    from rightrate.engine.backend import require_keras, require_model

    require_keras()
    require_model(model)
    from rightrate.engine import memory, samples, tuning
    from rightrate.engine.session import open_session
    from rightrate.runner import assemble, prepare
    from rightrate.runner.interrupts import uninterrupted
    from rightrate.runner.local import LocalRunner
    from rightrate.search import Objective
    from rightrate.store import run_folder

    tuning.check_compiled(model)
    listed = tuning.check_callbacks(callbacks)
    prepare.check_numbers(epochs=epochs, batch_size=batch_size, steps_per_epoch=steps_per_epoch, budget=budget)
    ladder = prepare.first_rates(rates, tuning.kind_of(model))
    goal = Objective.named(objective)
    with nullcontext(None) if out is None else run_folder(out) as folder:
        limit = memory.allowance() if memory_limit is None else memory_limit
        train, validation_data = prepare.with_validation(train, validation_data, validation_split, seed)
        table, steps = samples.read_training(
            train,
            batch_size=batch_size,
            epochs=epochs,
            steps_per_epoch=steps_per_epoch,
            class_weight=dict(class_weight) if class_weight is not None else None,
            seed=seed,
            limit=limit,
        )
        held_out = samples.read_validation(
            validation_data,
            batch_size=batch_size,
            limit=limit,
            seed=seed,
            at_most=tuning.validation_batch(model, batch_size),
        )
        tested = None
        if test_data is not None:
            tested = samples.read_validation(test_data, batch_size=batch_size, limit=limit, seed=seed)
        make_schedule = prepare.schedule_maker(schedule, tuning.own_rates(model, steps * epochs), steps * epochs)
        with open_session(model, table, held_out, memory_limit=limit) as session:
            marking = prepare.marking(session.task, positive, class_names)
            goal.check(session.measured_names)
            setup = prepare.setup(session, ladder, rates is None, make_schedule, steps, epochs, budget)
            ignorant = tuning.ignorant_loss(model, session.task)
            outcome = LocalRunner(
                session, setup, make_schedule, goal, marking, ignorant, on_event or (lambda event: None), began
            ).run()
            facts = assemble.facts(model, session, setup, ladder, batch_size=batch_size, epochs=epochs, seed=seed)
        document = assemble.document(outcome, session, make_schedule, goal, rates is not None, title or model.name)
        document = replace(document, about={**facts, **(about or {})})
        with uninterrupted():
            result = assemble.with_model(model, outcome, document, table)
        if listed and outcome.unfinished is None and result.finished_model is not None:
            result = assemble.fitted_again(model, result, table, held_out, steps, epochs, listed)
        with uninterrupted():
            verdict = _judged(result, outcome, table, held_out, tested, marking)
            result = replace(result, verdict=verdict)
        if folder is not None:
            with uninterrupted():
                result.fill(folder)
    return result


def _judged(
    result: TuneResult,
    outcome: Outcome,
    train: Samples,
    held_out: Samples,
    tested: Samples | None,
    marking: Marking | None,
) -> Verdict | None:
    """The verdict on the fine-tuned model; None where there is none, or it sorts no samples into classes."""
    from rightrate.engine.predict import gives_logits, predict_samples, true_classes
    from rightrate.judging import judge_answers
    from rightrate.runner.local import Answers

    model = result.finished_model
    if model is None or marking is None:
        return None
    found = outcome.answers
    if tested is not None or result.weights is not outcome.weights:  # trained again with callbacks
        part = held_out if tested is None else tested
        labels = true_classes(model, train, part)
        found = None if labels is None else Answers(labels, predict_samples(model, part))
    if found is None:
        return None
    return judge_answers(found, marking, logits=gives_logits(model), has_chosen=tested is None)
