"""One search from what a user asked for to its document: what `rightrate.tune` and `rightrate.find` have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from rightrate.curves.setting import Setting
from rightrate.engine import memory, samples, tuning
from rightrate.engine.backend import require_keras, require_model
from rightrate.engine.samples import Samples, TrainSamples
from rightrate.engine.session import Session, open_session
from rightrate.report.document import Document
from rightrate.runner import assemble, prepare, winner
from rightrate.runner.events import Listener, Planned
from rightrate.runner.local import LocalRunner, Outcome
from rightrate.runner.measuring import Marking
from rightrate.search import Objective, Setup
from rightrate.search.least import Least


@dataclass(frozen=True, eq=False)
class Asked:
    """What a user asked for; each field is the argument of its name of `rightrate.tune`.

    Args:
        ends_at: share of the schedule that candidates train.
        began: `time.perf_counter()` at the start of the call.
    """

    train: Any
    validation_data: Any
    epochs: int
    batch_size: int
    steps_per_epoch: int | None
    validation_split: float | None
    class_weight: Mapping[int, float] | None
    rates: tuple[float, float] | Sequence[float] | None
    schedule: str
    objective: str
    positive: str | int | None
    class_names: Sequence[str] | None
    budget: float | None
    seed: int
    on_event: Listener | None
    memory_limit: int | None
    title: str | None
    about: Mapping[str, str] | None
    began: float
    test_data: Any = None
    min_recall: float | None = None
    min_precision: float | None = None
    ends_at: float = 1.0
    like: str | Path | None = None


@dataclass(frozen=True, eq=False)
class Searched:
    """What a search left behind.

    Args:
        document: everything a report shows.
        outcome: the race's, with the winner's weights.
        table, held_out, tested: the samples; `tested` is None where nobody gave any.
        marking: how predictions are scored; None where the model does not classify.
        steps: of an epoch.
    """

    document: Document
    outcome: Outcome
    table: TrainSamples
    held_out: Samples
    tested: Samples | None
    marking: Marking | None
    steps: int


def check(model: Any, asked: Asked) -> None:
    """Whatever can be refused before anything is read or written.

    Raises:
        UsageError, ModelError, MissingExtraError: each says how to mend it.
    """
    require_keras()
    require_model(model)
    tuning.check_compiled(model)
    prepare.check_numbers(
        epochs=asked.epochs, batch_size=asked.batch_size, steps_per_epoch=asked.steps_per_epoch, budget=asked.budget
    )
    prepare.first_rates(asked.rates, tuning.kind_of(model), asked.like)
    Objective.named(asked.objective)
    _least(asked)


def _least(asked: Asked) -> Least:
    return Least(asked.min_recall, asked.min_precision)


@dataclass(frozen=True, eq=False)
class _Opened:
    """A race that is ready to run, and what it was made of."""

    session: Session
    setup: Setup
    race: LocalRunner
    ladder: prepare.Ladder
    goal: Objective
    marking: Marking | None
    setting: Setting
    table: TrainSamples
    held_out: Samples
    tested: Samples | None
    steps: int


@contextmanager
def _opened(model: Any, asked: Asked) -> Iterator[_Opened]:
    """Read the data, borrow the model and put the race together."""
    epochs = asked.epochs
    ladder = prepare.first_rates(asked.rates, tuning.kind_of(model), asked.like)
    goal = Objective.named(asked.objective)
    table, held_out, tested, steps = _read(model, asked)
    total = steps * epochs
    own = tuning.own_rates(model, total)
    make_schedule = prepare.schedule_maker(asked.schedule, own, total)
    setting = winner.setting(tuning.kind_of(model), table, held_out, asked.batch_size)
    compares_shapes = asked.schedule == "auto" and own is None and asked.ends_at >= 1
    spikes = partial(winner.spikes, setting=setting) if compares_shapes else None
    with open_session(model, table, held_out, memory_limit=_limit(asked)) as session:
        marking = prepare.marking(session.task, asked.positive, asked.class_names)
        goal.check(session.measured_names)
        prepare.check_can_score(session.task, marking, goal, _least(asked))
        setup = prepare.setup(
            session, ladder, asked.rates is None, make_schedule, steps, epochs, asked.budget, asked.ends_at
        )
        ignorant = tuning.ignorant_loss(model, session.task)
        tell = asked.on_event or (lambda event: None)
        race = LocalRunner(
            session, setup, make_schedule, goal, marking, ignorant, tell, asked.began, _least(asked), spikes
        )
        yield _Opened(session, setup, race, ladder, goal, marking, setting, table, held_out, tested, steps)


def plan(model: Any, asked: Asked) -> tuple[Planned, float]:
    """How a search would run, and the seconds that a step of a candidate takes: the second of two, tracing apart.

    `model` is left bit for bit as it was.
    """
    with _opened(model, asked) as opened:
        return opened.race.planned, opened.session.seconds_of_a_step()


def search(model: Any, asked: Asked) -> Searched:
    """Run the race over the asked data; `model` is left bit for bit as it was."""
    with _opened(model, asked) as opened:
        outcome = opened.race.run()
        facts = assemble.facts(
            model, opened.session, opened.setup, opened.ladder,
            batch_size=asked.batch_size, epochs=asked.epochs, seed=asked.seed,
        )  # fmt: skip
    document = assemble.document(
        outcome,
        opened.session,
        opened.goal,
        asked.rates is not None,
        asked.title or model.name,
        asked.ends_at,
        _least(asked),
    )
    document = replace(
        document,
        about={**facts, **(asked.about or {})},
        diagnosed=winner.diagnosed(document, opened.setting),
    )
    return Searched(document, outcome, opened.table, opened.held_out, opened.tested, opened.marking, opened.steps)


def _limit(asked: Asked) -> int:
    return memory.allowance() if asked.memory_limit is None else asked.memory_limit


def _read(model: Any, asked: Asked) -> tuple[TrainSamples, Samples, Samples | None, int]:
    limit, batch_size, seed = _limit(asked), asked.batch_size, asked.seed
    train, validation = prepare.with_validation(asked.train, asked.validation_data, asked.validation_split, seed)
    table, steps = samples.read_training(
        train,
        batch_size=batch_size,
        epochs=asked.epochs,
        steps_per_epoch=asked.steps_per_epoch,
        class_weight=dict(asked.class_weight) if asked.class_weight is not None else None,
        seed=seed,
        limit=limit,
    )
    at_most = tuning.validation_batch(model, batch_size)
    held_out = samples.read_validation(validation, batch_size=batch_size, limit=limit, seed=seed, at_most=at_most)
    tested = None
    if asked.test_data is not None:
        tested = samples.read_validation(asked.test_data, batch_size=batch_size, limit=limit, seed=seed)
    return table, held_out, tested, steps
