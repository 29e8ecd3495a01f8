"""Runs a race in this process: asks it what to do, lets the session do it, tells it what came out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from rightrate.curves.divergence import Watcher
from rightrate.engine.session import Measured, Session, State
from rightrate.runner.events import Event, Finished, Left, Listener, Looked, Planned, Progress
from rightrate.runner.interrupts import first_only, uninterrupted
from rightrate.schedules import Schedule
from rightrate.scoring.best_at import best_at
from rightrate.scoring.scores import Scores, score
from rightrate.search import (
    Conclusion,
    Cost,
    Ended,
    Evaluation,
    Leg,
    Look,
    Objective,
    Race,
    Setup,
    Trial,
    ask,
    conclude,
    estimate,
    interrupt,
    leader,
    start,
    tell,
)
from rightrate.search.least import Least
from rightrate.search.objective import FROM_PREDICTIONS
from rightrate.search.traded import Traded

#: Steps between two looks at progress: short enough for a live display and for stopping a lost candidate.
STRIDE = 20
# Memory for the states of candidates that wait for their turn (weights and slots of each). Beyond it the worst ones
# are forgotten and, if they go on after all, trained again from the start: bit for bit the same, at the price of a
# few early steps. 600 MB hold two states of a text encoder with 23 million weights under Adam.
STATE_MEMORY = 600_000_000
#: Keras's names for the share of samples whose likeliest class is right: compared sample by sample.
ACCURACIES = tuple(f"val_{kind}accuracy" for kind in ("", "binary_", "categorical_", "sparse_categorical_"))
NOTHING_LEAST = Least()
#: States that are kept whatever they weigh: two finalists.
FEWEST_STATES = 2


@dataclass
class _Bench:
    """What is remembered of one candidate while the race runs."""

    state: State | None
    watcher: Watcher
    step: int = 0
    said: bool = False
    losses: list[np.ndarray] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    measured: Measured | None = None
    reason: str | None = None


@dataclass(frozen=True, eq=False)
class Answers:
    """What the winner answers on the validation samples.

    Args:
        labels: shape `(n,)`, the true classes.
        outputs: shape `(n, outputs)`.
    """

    labels: np.ndarray
    outputs: np.ndarray


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a race left behind.

    Args:
        trials: by rising learning rate.
        chosen: index into `trials`, or None.
        conclusion: the race's own words.
        cost: what it took, wall time included.
        unfinished: why it ended early, or None.
        weights: the chosen candidate's variables, in the order of `model.variables`; None without one.
        answers: of the chosen candidate on all validation samples; None where it does not sort them into classes.
    """

    trials: tuple[Trial, ...]
    chosen: int | None
    conclusion: Conclusion
    cost: Cost
    unfinished: str | None
    weights: list[np.ndarray] | None
    answers: Answers | None = None


@dataclass(frozen=True)
class Marking:
    """How predictions become scores.

    Args:
        names: of the classes.
        positive: index of the positive one, if any.
        named: whether the user said so; else both classes matter to the verdict.
    """

    names: tuple[str, ...]
    positive: int | None
    named: bool = True


class LocalRunner:
    """One race over one session.

    Args:
        session: an open engine session.
        setup: the race's setup.
        schedule: peak -> schedule of a full training.
        objective: what decides.
        marking: how to score classes; None where the model does not classify.
        ignorant: the loss of a model that knows nothing, or None.
        on_event: called with every event.
        began: `time.perf_counter()` at the start of the whole call.
        least: what the chosen model must reach.
    """

    def __init__(
        self,
        session: Session,
        setup: Setup,
        schedule: Callable[[float], Schedule],
        objective: Objective,
        marking: Marking | None,
        ignorant: float | None,
        on_event: Listener,
        began: float,
        least: Least = NOTHING_LEAST,
    ) -> None:
        self._session, self._schedule, self._objective = session, schedule, objective
        self._marking, self._ignorant, self._tell, self._began = marking, ignorant, on_event, began
        self._race: Race = start(setup)
        self._benches: dict[int, _Bench] = {}
        self._estimated, self._least = estimate(setup), least
        self._most_states = max(FEWEST_STATES, STATE_MEMORY // max(session.bank.bytes, 1))
        self._repeated = 0

    def run(self) -> Outcome:
        """Run the race to its end, or to a Ctrl-C: then what is known so far is returned, marked as unfinished."""
        setup = self._race.setup
        self._tell(Planned(setup.rates, setup.total_steps, self._estimated, self._session.plan))
        with first_only() as pressed:
            try:
                while (leg := ask(self._race)) is not None:
                    self._do(leg)
            except KeyboardInterrupt:
                self._race = interrupt(self._race)
            except Exception:  # NumPy and TensorFlow make an interrupt inside a conversion an error of theirs
                if not pressed():
                    raise
                self._race = interrupt(self._race)
            with uninterrupted():
                return self._conclude()

    def _do(self, leg: Leg) -> None:
        entry = self._race.entries[leg.index]
        bench = self._benches.setdefault(leg.index, _Bench(self._session.start, Watcher(self._ignorant)))
        rates = self._schedule(entry.learning_rate).rates
        if bench.state is None:
            bench.state, _ = self._session.run(self._session.start, rates, bench.step)
            self._repeated += bench.step
        while bench.state.step < leg.until and bench.reason is None:
            until = min(leg.until, bench.state.step + STRIDE)
            bench.state, losses = self._session.run(bench.state, rates, until)
            bench.step = bench.state.step
            bench.losses.append(losses)
            for loss in losses:
                bench.watcher = bench.watcher.see(float(loss))
            bench.reason = bench.watcher.reason
            self._progress(entry.learning_rate, bench.state.step)
        look = self._look(leg, bench)
        self._race = tell(self._race, leg.index, look, bench.reason)
        self._clear_the_fallen()

    def _look(self, leg: Leg, bench: _Bench) -> Look:
        state = bench.state
        assert state is not None
        if state.step == self._race.setup.total_steps and bench.reason is None:
            state = bench.state = self._session.finish(state)
        measured = self._session.evaluate(state, leg.validation_samples)
        bench.measured = measured
        values = {**self._from_classes(measured), **measured.values}  # what the user compiled counts
        bench.evaluations.append(Evaluation(state.step, len(measured.rows), values))
        self._objective.check(values)
        rate = self._race.entries[leg.index].learning_rate
        self._tell(Looked(rate, state.step, self._race.setup.total_steps, values))
        is_last = state.step == self._race.setup.last_step
        shortfall = self._least.shortfall(self._precision_and_recall(measured)) if is_last else 0.0
        score = self._objective.score(values[self._objective.name])
        return Look(state.step, score, self._paired(measured), shortfall)

    def _precision_and_recall(self, measured: Measured) -> dict[str, float | None]:
        if not self._least.asked:
            return {}
        scores = self._scores(measured)
        return {} if scores is None else {"recall": scores.recall, "precision": scores.precision}

    def _from_classes(self, measured: Measured) -> dict[str, float]:
        """The accuracy, and the other scores where one of them decides: scoring every look costs more than the look."""
        labels = self._session.task.labels
        if self._objective.name in FROM_PREDICTIONS:
            return _as_values(self._scores(measured))
        if measured.classes is None or labels is None:
            return {}
        if self._objective.traded is not None:
            return {self._objective.name: self._traded(measured, labels[measured.rows], self._objective.traded)}
        return {"val_accuracy": float(np.mean(measured.classes == labels[measured.rows]))}

    def _traded(self, measured: Measured, labels: np.ndarray, traded: Traded) -> float:
        assert measured.outputs is not None and self._marking is not None and self._marking.positive is not None
        outputs = measured.outputs.reshape(len(labels), -1)
        positive = self._marking.positive
        # One output speaks of the second class.
        sign, column = (1, positive) if outputs.shape[1] > 1 else (1 if positive == 1 else -1, 0)
        scores = sign * outputs[:, column]
        return best_at(labels == positive, scores, wanted=traded.wanted, least=traded.least)

    def _scores(self, measured: Measured | None) -> Scores | None:
        labels = self._session.task.labels
        if self._marking is None or measured is None or measured.classes is None or labels is None:
            return None
        return score(labels[measured.rows], measured.classes, self._marking.names, self._marking.positive)

    def _paired(self, measured: Measured) -> np.ndarray | None:
        """What is compared sample by sample: the loss, or for an accuracy whether the class was wrong."""
        if self._objective.name == "val_loss":
            return measured.losses
        labels = self._session.task.labels
        if self._objective.name in ACCURACIES and measured.classes is not None and labels is not None:
            return (measured.classes != labels[measured.rows]).astype(np.float64)
        return None

    def _clear_the_fallen(self) -> None:
        """Free the states of those who left, and say so once; then those of the worst beyond what may be kept."""
        for index, bench in self._benches.items():
            entry = self._race.entries[index]
            if entry.ended in (Ended.DIVERGED, Ended.OVERTAKEN) and not bench.said:
                bench.state, bench.said = None, True
                self._tell(Left(entry.learning_rate, entry.why))
        waiting = [i for i in self._race.live if i in self._benches and self._benches[i].state is not None]
        waiting.sort(key=lambda i: self._race.entries[i].score)
        for index in waiting[self._most_states :]:
            self._benches[index].state = None

    def _progress(self, rate: float, step: int) -> None:
        race = self._race
        best = leader(race)
        value = None
        if best is not None and self._benches[best].evaluations:
            value = self._benches[best].evaluations[-1].values.get(self._objective.name)
        work = sum(bench.step for bench in self._benches.values())
        spent = race.setup.fixed_cost + race.setup.cost(work)
        event: Event = Progress(
            rate,
            step,
            len(race.live),
            len(race.entries),
            None if best is None else race.entries[best].learning_rate,
            value,
            min(1.0, spent / self._estimated),
            time.perf_counter() - self._began,
            spent,
        )
        self._tell(event)

    def _conclude(self) -> Outcome:
        race, conclusion = self._race, conclude(self._race)
        weights = None
        if conclusion.chosen is not None:
            state = self._benches[conclusion.chosen].state
            for bench in self._benches.values():
                bench.state = None  # the weights are copied next: make room
            weights = None if state is None else self._session.weights(state)
        order = sorted(range(len(race.entries)), key=lambda i: race.entries[i].learning_rate)
        cost = Cost(
            full_trainings=race.spent + race.setup.cost(self._repeated),
            estimated_full_trainings=self._estimated,
            steps=race.spent_steps + self._repeated,
            samples=self._samples(),
            seconds=time.perf_counter() - self._began,
            plan=self._session.plan,
        )
        unfinished = None if race.over == "finished" else race.over
        rate = None if conclusion.chosen is None else race.entries[conclusion.chosen].learning_rate
        self._tell(Finished(cost, unfinished, rate))
        chosen = None if conclusion.chosen is None else order.index(conclusion.chosen)
        answers = None if conclusion.chosen is None else self._answers(self._benches[conclusion.chosen].measured)
        return Outcome(tuple(self._trial(i) for i in order), chosen, conclusion, cost, unfinished, weights, answers)

    def _answers(self, measured: Measured | None) -> Answers | None:
        labels, everything = self._session.task.labels, self._race.setup.validation_samples
        if measured is None or measured.outputs is None or labels is None or len(measured.rows) < everything:
            return None
        return Answers(labels[measured.rows], measured.outputs.reshape(len(measured.rows), -1))

    def _samples(self) -> int:
        lengths = np.cumsum([0, *(len(rows) for rows in self._session.train_samples.steps)])
        return int(sum(lengths[entry.step] for entry in self._race.entries))

    def _trial(self, index: int) -> Trial:
        entry, setup = self._race.entries[index], self._race.setup
        bench = self._benches.get(index, _Bench(None, Watcher()))
        losses = np.concatenate(bench.losses) if bench.losses else np.zeros(0)
        return Trial(
            learning_rate=entry.learning_rate,
            steps=len(losses),
            total_steps=setup.total_steps,
            steps_per_epoch=setup.steps_per_epoch,
            train_loss=losses,
            evaluations=tuple(bench.evaluations),
            ended=entry.ended or Ended.INTERRUPTED,
            why=entry.why,
            scores=self._scores(bench.measured),
        )


def _as_values(scores: Scores | None) -> dict[str, float]:
    if scores is None:
        return {}
    found = {"val_precision": scores.precision, "val_recall": scores.recall, "val_f1": scores.f1}
    found |= {"val_accuracy": scores.accuracy}
    return {name: value for name, value in found.items() if value is not None}
