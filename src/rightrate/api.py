"""The workflows behind the public names `tune` and `find`."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rightrate.runner.found import FindResult
from rightrate.runner.result import TuneResult

if TYPE_CHECKING:
    from rightrate.runner.events import Listener, Planned
    from rightrate.runner.searching import Asked, Searched
    from rightrate.runner.verdict import Verdict

__all__ = ["FindResult", "TuneResult", "find", "tune"]


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
    like: str | Path | None = None,
    schedule: str = "auto",
    objective: str = "val_loss",
    min_recall: float | None = None,
    min_precision: float | None = None,
    positive: str | int | None = None,
    class_names: Sequence[str] | None = None,
    budget: float | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    on_event: Listener | None = None,
    memory_limit: int | None = None,
    test_data: Any = None,
    live: bool = False,
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
        like: the folder of an earlier run of yours on a similar model and data: five rates around the one that it chose
            are the first candidates, instead of nine around published ones; the range moves as needed.
        schedule: "auto" (the optimizer's own schedule if it was compiled with one; else rates are compared with hold
            and cool down over the last fifth, then shapes at the chosen rate as far as the budget goes: docs/search.md)
            or one of `rightrate.schedules.SCHEDULES`.
        objective: what decides: "val_loss", a compiled metric, or val_precision, val_recall, val_f1; or
            "recall@precision>=0.8" and "precision@recall>=0.9": the best over all thresholds.
        min_recall, min_precision: what the chosen model must reach, for the positive class (the mean over the classes
            where none is positive): a candidate that does wins over any that does not. Decided among those that were
            trained to the end; where none reaches it, a finding says so.
        positive: the class that matters, by name or index; in binary tasks class 1 where nobody says so.
        class_names: names of the classes in the order of their indices; "0", "1", … without.
        budget: full trainings that the search may cost; without, 2.2 trainings of a candidate beyond the first look
            at all, or enough to train them all where that takes under 20 nominal seconds (docs/search.md).
        seed: of the order of samples.
        out: a new or empty folder to save everything to; while the search runs its log is there, `search.jsonl`.
        live: show the search in a browser while it runs, and print the address. What cannot be shown is said, and the
            search goes on. Without `out`, everything is saved to a numbered folder under `runs/`.
        on_event: called with every event of `rightrate.runner.events`.
        memory_limit: bytes that the samples of a dataset, and that reused outputs, may take; by default a third of
            the free memory. A training dataset beyond it is read as a stream; arrays are in memory already.
        test_data: samples that nothing is chosen on, as `validation_data`; the verdict is about them. Without, it is
            about the validation data, and says that these have chosen the rate too.

    Returns:
        A `TuneResult`. After a Ctrl-C too, with `document.unfinished` set.

    Raises:
        UsageError, DataError, ModelError, MissingExtraError, CannotRunError: each says how to mend it.
    """
    began = time.perf_counter()
    from rightrate.engine.backend import require_keras

    require_keras()
    from rightrate.engine import tuning
    from rightrate.runner import assemble, searching
    from rightrate.runner.interrupts import uninterrupted

    asked = searching.Asked(
        train, validation_data, epochs, batch_size, steps_per_epoch, validation_split, class_weight, rates, schedule,
        objective, positive, class_names, budget, seed, on_event, memory_limit, title, about, began, test_data,
        min_recall, min_precision, like=like,
    )  # fmt: skip
    searching.check(model, asked)
    listed = tuning.check_callbacks(callbacks)
    with ExitStack() as stack:
        folder = _folder(stack, out, live)
        found = searching.search(model, _looked_on(stack, model, asked, folder, live))
        with uninterrupted():
            result = assemble.with_model(model, found.outcome, found.document, found.table)
        if listed and found.outcome.unfinished is None and result.finished_model is not None:
            result = assemble.fitted_again(model, result, found.table, found.held_out, found.steps, epochs, listed)
        with uninterrupted():
            verdict = _judged(result, found)
            result = replace(result, verdict=verdict, document=replace(result.document, judgement=verdict))
        if folder is not None:
            with uninterrupted():
                result.fill(folder)
    return result


def find(
    model: Any,
    train: Any,
    validation_data: Any = None,
    *,
    epochs: int,
    batch_size: int = 32,
    steps_per_epoch: int | None = None,
    validation_split: float | None = None,
    class_weight: Mapping[int, float] | None = None,
    rates: tuple[float, float] | Sequence[float] | None = None,
    like: str | Path | None = None,
    schedule: str = "auto",
    objective: str = "val_loss",
    positive: str | int | None = None,
    class_names: Sequence[str] | None = None,
    budget: float | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    on_event: Listener | None = None,
    memory_limit: int | None = None,
    live: bool = False,
    title: str | None = None,
    about: Mapping[str, str] | None = None,
) -> FindResult:
    """Find the learning rate for fine-tuning `model` without a final training: for those who train themselves.

    The same search as `tune`, ended after a sixteenth of the schedule. Early leads pass on to lower rates; the answer
    is the rate to which this one is heading, and it was trained as far as the others. It costs about half a full
    training (with a warm-up up to 1.2: nothing can be compared before its end). On recorded fine-tunings that were not
    used to set this up the answer was within a factor of 3 of the best rate in 64 % (docs/search.md): where that is not
    enough, `tune` compares to the end. The model passed in is left bit for bit as it was.

    Args:
        epochs: length of the training that you will run: the answer depends on it.
        budget: full trainings that the search may cost; 0.5 without.
        model, train, validation_data, batch_size, steps_per_epoch, validation_split, class_weight, rates, like,
            schedule, objective, positive, class_names, seed, out, on_event, memory_limit: as for `tune`.

    Returns:
        A `FindResult`: `learning_rate`, `interval` (where the best rate probably lies), `schedule`, `trials`, `cost`,
        `findings`, `report(path)`, `save(folder)`. There is no model.

    Raises:
        UsageError, DataError, ModelError, MissingExtraError, CannotRunError: each says how to mend it.
    """
    began = time.perf_counter()
    from rightrate.engine.backend import require_keras

    require_keras()
    from rightrate.runner import searching
    from rightrate.runner.interrupts import uninterrupted
    from rightrate.search.state import FOUND_AT

    asked = searching.Asked(
        train, validation_data, epochs, batch_size, steps_per_epoch, validation_split, class_weight, rates, schedule,
        objective, positive, class_names, budget, seed, on_event, memory_limit, title, about, began, ends_at=FOUND_AT,
        like=like,
    )  # fmt: skip
    searching.check(model, asked)
    with ExitStack() as stack:
        folder = _folder(stack, out, live)
        result = FindResult(searching.search(model, _looked_on(stack, model, asked, folder, live)).document)
        if folder is not None:
            with uninterrupted():
                result.fill(folder)
    return result


def plan(
    model: Any,
    train: Any,
    validation_data: Any = None,
    *,
    epochs: int,
    batch_size: int,
    validation_split: float | None,
    rates: tuple[float, float] | Sequence[float] | None,
    like: str | Path | None,
    schedule: str,
    objective: str,
    positive: str | int | None,
    class_names: Sequence[str] | None,
    budget: float | None,
    seed: int,
    title: str | None,
    about: Mapping[str, str] | None,
    only_find: bool = False,
    min_recall: float | None = None,
    min_precision: float | None = None,
) -> tuple[Planned, float]:
    """How `tune` or `find` would run, and the seconds that a candidate's step takes; the arguments are theirs."""
    from rightrate.runner import searching
    from rightrate.search.state import FOUND_AT

    asked = searching.Asked(
        train, validation_data, epochs, batch_size, None, validation_split, None, rates, schedule, objective, positive,
        class_names, budget, seed, None, None, title, about, time.perf_counter(), None, min_recall, min_precision,
        ends_at=FOUND_AT if only_find else 1.0, like=like,
    )  # fmt: skip
    searching.check(model, asked)
    return searching.plan(model, asked)


def _folder(stack: ExitStack, out: str | Path | None, live: bool) -> Path | None:
    from rightrate.store import run_folder

    return None if out is None and not live else stack.enter_context(run_folder(out))


def _looked_on(stack: ExitStack, model: Any, asked: Asked, folder: Path | None, live: bool) -> Asked:
    """The same, with a log of the search in its folder, and the live view of it."""
    from rightrate.runner.looked_on import looked_on

    if folder is None:
        return asked
    title = asked.title or model.name
    show = partial(print, flush=True) if live else None
    looking = looked_on(folder, title=title, objective=asked.objective, listener=asked.on_event, show=show)
    return replace(asked, on_event=stack.enter_context(looking))


def _judged(result: TuneResult, found: Searched) -> Verdict | None:
    """The verdict on the fine-tuned model; None where there is none, or it sorts no samples into classes."""
    from rightrate.engine.predict import gives_logits, predict_samples, true_classes
    from rightrate.runner.judged import Part, judge_answers
    from rightrate.runner.local import Answers

    model = result.finished_model
    if model is None or found.marking is None:
        return None
    answers = found.outcome.answers
    if found.tested is not None or result.weights is not found.outcome.weights:  # trained again with callbacks
        part = found.held_out if found.tested is None else found.tested
        labels = true_classes(model, found.table, part)
        answers = None if labels is None else Answers(labels, predict_samples(model, part))
    if answers is None:
        return None
    judged = Part.CHOSE_THE_RATE if found.tested is None else Part.TEST
    return judge_answers(answers, found.marking, logits=gives_logits(model), part=judged)
