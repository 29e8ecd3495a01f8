"""Runs a race in this process: asks it what to do, lets the session do it, tells it what came out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rightrate.curves.divergence import Watcher
from rightrate.engine.session import Measured, Session
from rightrate.engine.stream import Stream
from rightrate.runner import lockstep
from rightrate.runner.bench import Bench
from rightrate.runner.events import Event, Finished, Left, Listener, Looked, Planned, Progress
from rightrate.runner.interrupts import first_only, uninterrupted
from rightrate.runner.measuring import Marking, Measurer
from rightrate.runner.shapes import Shapes, branch_points, compare
from rightrate.schedules import Schedule
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
from rightrate.search.shaping import Shaped

# Memory for the states of candidates that wait for their turn (weights and slots of each). Beyond it the worst ones
# are forgotten and, if they go on after all, trained again from the start: bit for bit the same, at the price of a
# few early steps. 600 MB hold two states of a text encoder with 23 million weights under Adam.
STATE_MEMORY = 600_000_000
NOTHING_LEAST = Least()
#: States that are kept whatever they weigh: two finalists.
FEWEST_STATES = 2
#: What comparing shapes of the schedule costs about, in trainings of a candidate, where the budget pays for it.
SHAPES_COST = 5.0


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
        schedule: that the chosen candidate followed in the end; None without one.
        shaped: the shapes of it that were compared, the one of all candidates first; empty where none were.
    """

    trials: tuple[Trial, ...]
    chosen: int | None
    conclusion: Conclusion
    cost: Cost
    unfinished: str | None
    weights: list[np.ndarray] | None
    answers: Answers | None = None
    schedule: Schedule | None = None
    shaped: tuple[Shaped, ...] = ()


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
        spikes: whether the first steps of a trial threw the loss up; None where no other shapes of the schedule are to
            be compared.
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
        spikes: Callable[[Trial, Schedule], bool] | None = None,
    ) -> None:
        self._session, self._schedule, self._objective = session, schedule, objective
        self._ignorant, self._tell, self._began, self._spikes = ignorant, on_event, began, spikes
        self._measurer = Measurer(session, objective, marking, least)
        self._race: Race = start(setup)
        self._benches: dict[int, Bench] = {}
        self._estimated = estimate(setup)
        if spikes is not None and setup.budget is not None:
            self._estimated = min(setup.allowed, self._estimated + setup.cost(SHAPES_COST * setup.total_steps))
        self._most_states = max(FEWEST_STATES, STATE_MEMORY // max(session.bank.bytes, 1))
        self._repeated = 0
        self._points = branch_points(setup.total_steps) if spikes is not None and self._pays_for_shapes else ()
        self._shapes: Shapes | None = None
        self._shape_steps = 0
        self._together: list[int] = []  # candidates that share the reading of a stream up to a rung
        self._rung = -1
        self._was_interrupted = False

    @property
    def _pays_for_shapes(self) -> bool:
        """Whether anything but the rate is paid for: what a large search may cost by default is for the rate alone."""
        return self._race.setup.budget is not None

    @property
    def planned(self) -> Planned:
        """What is told before the first candidate trains."""
        setup = self._race.setup
        return Planned(setup.rates, setup.total_steps, self._estimated, self._session.plan)

    def run(self) -> Outcome:
        """Run the race to its end, or to a Ctrl-C: then what is known so far is returned, marked as unfinished."""
        self._tell(self.planned)
        with first_only() as pressed:
            try:
                while (leg := ask(self._race)) is not None:
                    self._do(*self._in_turn(leg))
                self._shapes = self._compare_shapes()
            except KeyboardInterrupt:
                self._interrupt()
            except Exception:  # NumPy and TensorFlow make an interrupt inside a conversion an error of theirs
                if not pressed():
                    raise
                self._interrupt()
            with uninterrupted():
                return self._conclude()

    def _interrupt(self) -> None:
        self._was_interrupted = True
        if self._race.over is None:
            self._race = interrupt(self._race)

    def _compare_shapes(self) -> Shapes | None:
        race, chosen = self._race, conclude(self._race).chosen
        if self._spikes is None or chosen is None or race.entries[chosen].ended is not Ended.FINISHED:
            return None
        rate = race.entries[chosen].learning_rate
        schedule = self._schedule(rate)
        spent = race.spent + race.setup.cost(self._repeated)

        def hear(steps: int) -> None:
            self._shape_steps = steps
            self._progress(rate, race.setup.total_steps)

        return compare(
            self._measurer,
            race.setup,
            schedule,
            self._benches[chosen],
            base=race.entries[chosen].looks[-1],
            left=race.setup.allowed - spent if self._pays_for_shapes else 0.0,
            spikes=self._spikes(self._trial(chosen), schedule),
            ignorant=self._ignorant,
            hear=hear,
            tell=self._tell,
        )

    def _room(self) -> int:
        """How many more states may be remembered."""
        waiting = sum(bench.state is not None for bench in self._benches.values())
        return self._most_states - waiting - sum(len(bench.kept) for bench in self._benches.values())

    def _in_turn(self, leg: Leg) -> tuple[Leg, int]:
        """What to train now, and how far: the leg, or over a stream what its present window has for any candidate."""
        stream = self._session.train_samples
        if not isinstance(stream, Stream):
            return leg, leg.until
        waiting = lockstep.waiting(self._race)
        same_rung, self._rung = self._rung == self._race.rung, self._race.rung
        self._together = [i for i in self._together if i in waiting and same_rung]
        if not self._together:
            self._together = waiting[: self._most_states]
            self._forget()
        stretch = lockstep.stretch(self._race, {i: self._bench(i).at for i in self._together}, stream.window)
        return stretch.leg, min(stretch.leg.until, stream.reach(stretch.at, stretch.leg.until))

    def _bench(self, index: int) -> Bench:
        return self._benches.setdefault(index, Bench(self._session.start, Watcher(self._ignorant)))

    def _do(self, leg: Leg, until: int) -> None:
        """Train until a step, and look where that is the end of the leg or of the training."""
        entry = self._race.entries[leg.index]
        bench = self._bench(leg.index)
        rates = self._schedule(entry.learning_rate).rates
        self._repeated += bench.catch_up(self._session, rates, until)
        keep = self._points if len(self._points) <= self._room() else ()
        bench.advance(self._session, rates, until, keep, lambda step: self._progress(entry.learning_rate, step))
        if bench.at < leg.until and bench.reason is None:
            return  # the window of a stream ends here
        look = self._look(leg, bench)
        self._race = tell(self._race, leg.index, look, bench.reason)
        self._clear_the_fallen()

    def _look(self, leg: Leg, bench: Bench) -> Look:
        state = bench.state
        assert state is not None
        if state.step == self._race.setup.total_steps and bench.reason is None:
            state = bench.state = self._session.finish(state)
        is_last = state.step == self._race.setup.last_step
        bench.measured, values, look = self._measurer.measure(state, leg.validation_samples, is_last=is_last)
        bench.evaluations.append(Evaluation(state.step, len(bench.measured.rows), values))
        rate = self._race.entries[leg.index].learning_rate
        self._tell(Looked(rate, state.step, self._race.setup.total_steps, values))
        return look

    def _clear_the_fallen(self) -> None:
        """Free the states of those who left, and say so once; then those of the worst beyond what may be kept."""
        for index, bench in self._benches.items():
            entry = self._race.entries[index]
            if entry.ended in (Ended.DIVERGED, Ended.OVERTAKEN) and not bench.said:
                bench.state, bench.said, bench.kept = None, True, {}
                self._tell(Left(entry.learning_rate, entry.why))
        self._forget()

    def _forget(self) -> None:
        """Free the states of the worst beyond what may be kept; those that train together are needed all."""
        together = self._together
        waiting = [i for i in self._race.live if i in self._benches and self._benches[i].state is not None]
        waiting.sort(key=lambda i: (i not in together, self._race.entries[i].score))
        room = self._most_states - sum(i not in waiting for i in together)
        for index in waiting[room:]:
            self._benches[index].state = None

    def _progress(self, rate: float, step: int) -> None:
        race = self._race
        best = leader(race)
        value = None
        if best is not None and self._benches[best].evaluations:
            value = self._benches[best].evaluations[-1].values.get(self._objective.name)
        work = sum(bench.step for bench in self._benches.values()) + self._shape_steps
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
        race, conclusion, shapes = self._race, conclude(self._race), self._shapes
        weights, schedule = None, None
        if conclusion.chosen is not None:
            schedule = self._schedule(race.entries[conclusion.chosen].learning_rate)
            if shapes is not None:
                schedule, self._benches[conclusion.chosen] = shapes.chosen, shapes.bench
            state = self._benches[conclusion.chosen].state
            for bench in self._benches.values():
                bench.state, bench.kept = None, {}  # the weights are copied next: make room
            weights = None if state is None else self._session.weights(state)
        more = self._repeated + (sum(until - at for at, until in shapes.trained) if shapes else self._shape_steps)
        order = sorted(range(len(race.entries)), key=lambda i: race.entries[i].learning_rate)
        cost = Cost(
            full_trainings=race.spent + race.setup.cost(more),
            estimated_full_trainings=self._estimated,
            steps=race.spent_steps + more,
            samples=self._samples(),
            seconds=time.perf_counter() - self._began,
            plan=self._session.plan,
        )
        unfinished = "interrupted" if self._was_interrupted else None if race.over == "finished" else race.over
        rate = None if conclusion.chosen is None else race.entries[conclusion.chosen].learning_rate
        self._tell(Finished(cost, unfinished, rate, None if shapes is None else shapes.place))
        chosen = None if conclusion.chosen is None else order.index(conclusion.chosen)
        answers = None if conclusion.chosen is None else self._answers(self._benches[conclusion.chosen].measured)
        trials = tuple(self._trial(i) for i in order)
        shaped = () if shapes is None else shapes.shaped
        return Outcome(trials, chosen, conclusion, cost, unfinished, weights, answers, schedule, shaped)

    def _answers(self, measured: Measured | None) -> Answers | None:
        labels, everything = self._session.task.labels, self._race.setup.validation_samples
        if measured is None or measured.outputs is None or labels is None or len(measured.rows) < everything:
            return None
        return Answers(labels[measured.rows], measured.outputs.reshape(len(measured.rows), -1))

    def _samples(self) -> int:
        shapes = () if self._shapes is None else self._shapes.trained
        trained = self._session.train_samples.trained
        race = sum(trained(entry.step) for entry in self._race.entries)
        return race + sum(trained(until) - trained(at) for at, until in shapes)

    def _trial(self, index: int) -> Trial:
        entry, setup = self._race.entries[index], self._race.setup
        bench = self._benches.get(index, Bench(None, Watcher()))
        losses = bench.train_loss
        is_shorter = entry.ended is Ended.FINISHED and len(losses) < setup.total_steps
        return Trial(
            learning_rate=entry.learning_rate,
            steps=len(losses),
            total_steps=len(losses) if is_shorter else setup.total_steps,
            steps_per_epoch=setup.steps_per_epoch,
            train_loss=losses,
            evaluations=tuple(bench.evaluations),
            ended=entry.ended or Ended.INTERRUPTED,
            why=entry.why,
            scores=self._measurer.scores(bench.measured),
        )
