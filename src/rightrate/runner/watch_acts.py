"""What a watch does beside speaking: ending a training, or rescuing it."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from statistics import median
from typing import Any

from rightrate.curves.divergence import FACTOR, FIRST, WINDOW, Watcher, beginning
from rightrate.diagnosis.finding import Finding
from rightrate.engine.watch_beside import at_the_very_end
from rightrate.engine.watch_rate import Brake
from rightrate.engine.watch_state import Keeper
from rightrate.runner.watch_course import Course, Intervention
from rightrate.runner.watch_record import short

#: A state is good while the median loss of the last batches is at most so many times that of the last good state;
#: batches of one training differ by less, and a divergence doubles it within a few steps.
CALM = 1.5
#: States are kept at most so often, as a share of the training. Keeping one copies the weights and slots, which takes
#: about half a step of a dense network; a rescue goes back by one or two such shares, where the losses were calm.
KEPT_SHARE = 0.05
#: Steps between two kept states where nobody knows how long the training is.
KEPT_STEPS = 100


@dataclass(frozen=True)
class Trouble:
    """Something that an act answers.

    Args:
        epoch: under way, from 1.
        step: optimizer steps done.
        why: one sentence.
        finding: what was found, where a rule said it.
    """

    epoch: int
    step: int
    why: str
    finding: Finding | None = None

    @property
    def when(self) -> str:
        return f"epoch {self.epoch}, step {self.step}"


@dataclass(frozen=True)
class _Trial:
    """An epoch whose weights may be the best: which, the steps done at its end, and the loss by which."""

    epoch: int
    step: int
    loss: float


class Stopping:
    """Keeps the weights of the best epoch, and puts them back once the training was ended.

    Best is the epoch with the lowest validation loss, or training loss where there is no validation. An epoch whose
    training loss lies above the one that the training began with is worse than the start, whose weights are kept then.
    So is one whose last step ruined the weights: the loss of a batch is that of the weights before its step, so that
    only the batches after an epoch show what it came to, and its weights are on trial until then.

    Args:
        model: built.
        course: the losses so far.
        done: steps that it was trained already; some, where its shape came with the first batch.
    """

    def __init__(self, model: Any, course: Course, done: int = 0) -> None:
        self._model, self._keeper, self._course = model, Keeper(model), course
        self._start = "that it began with" if not done else f"after step {done}, the first that there were"
        self._best, self._epoch = inf, 0
        self._trial: _Trial | None = None
        self._has_stopped = self._was_worse = False
        self._keeper.keep("best")

    def epoch_ended(self, epoch: int, loss: float | None, trained: float | None) -> None:
        """An epoch has ended.

        Args:
            epoch: from 1.
            loss: by which the best is found.
            trained: its mean training loss.
        """
        if self._has_stopped:
            return  # what is put back has been said
        self._decide()
        level = trained if trained is not None and isfinite(trained) else loss
        if level is not None and self._is_worse_than_the_start(level):
            self._was_worse = True
        elif loss is not None and isfinite(loss) and loss < self._best:
            self._trial = _Trial(epoch, self._course.step, loss)
            self._keeper.keep("trial")

    def _is_worse_than_the_start(self, loss: float) -> bool:
        first = self._course.watcher.first
        return bool(first) and not loss <= beginning(first)

    def _decide(self) -> None:
        """Take the weights on trial for the best, or drop them."""
        trial, self._trial = self._trial, None
        if trial is None:
            return
        # The lowest of some batches, since some are hard. Where none followed, the first epoch's own loss must do; a
        # later one is better than an epoch that has passed.
        after = self._course.losses_after(trial.step, FIRST) or ([trial.loss] if not self._epoch else [])
        if after and self._is_worse_than_the_start(min(after, key=lambda one: one if isfinite(one) else inf)):
            self._was_worse = True
            self._keeper.drop("trial")
        else:
            self._best, self._epoch = trial.loss, trial.epoch
            self._keeper.rename("trial", "best")

    def act(self, trouble: Trouble) -> Intervention:
        """End the training."""
        self._decide()
        self._model.stop_training = self._has_stopped = True
        start = f"the weights {self._start}{', better than those of any epoch' if self._was_worse else ''}"
        kept = f"the weights of epoch {self._epoch}, the best" if self._epoch else start
        kept += "," if "," in kept else ""
        said = f"{trouble.when}: stopped the training: {_clause(trouble)} At its end {kept} are put back."
        return Intervention("stop", trouble.epoch, trouble.step, trouble.why, None, self._epoch, None, said)

    def ended(self) -> None:
        """The training is over; Keras has overwritten the weights by averages by now, where it keeps those."""
        if self._has_stopped:
            self._keeper.put_back("best")
            at_the_very_end(lambda: self._keeper.put_back("best"))  # EarlyStopping may restore its own best after this


@dataclass(frozen=True)
class Limits:
    """What a rescue multiplies the rate by, and how many there may be."""

    factor: float
    most: int


class Rescuing:
    """Keeps good states of the whole training, and goes back to the last one at a lower rate.

    A state counts as good once the steps after it were calm: the one from which a step diverges is already lost.

    Args:
        model: with a built optimizer.
        brake: lowers the rate.
        course: the losses so far.
        limits: by which factor and how often.
        gap: steps between two kept states, at least.
        done: steps that it was trained already; some, where its shape came with the first batch.
    """

    def __init__(self, model: Any, brake: Brake, course: Course, limits: Limits, gap: int, done: int = 0) -> None:
        self._model, self._brake, self._course, self._limits = model, brake, course, limits
        self._keeper = Keeper(model, has_optimizer=True, leave=brake.variable)
        self._gap = max(gap, WINDOW)
        self._good = self._pending = self._first = course.step
        self._has_start = not done
        self._level: float | None = None
        self.count = 0
        self._keeper.keep("good")

    def looked(self) -> None:
        """Nothing is wrong at this step."""
        step, watcher = self._course.step, self._course.watcher
        if step - max(self._pending, self._good) < self._gap or len(watcher.latest) < WINDOW:
            return
        level = median(watcher.latest)
        if level > CALM * max(self._level if self._level is not None else watcher.first[0], 0.0):
            return
        if "pending" in self._keeper:
            self._keeper.rename("pending", "good")
            self._good = self._pending
        self._keeper.keep("pending")
        self._pending, self._level = step, level

    @property
    def why_not(self) -> str | None:
        """Why a further rescue would be of no use; None where it may be."""
        watcher = self._course.watcher
        if watcher.reason is not None and not watcher.first and not self.count:
            return (
                "No step before it was a number, which no rate mends: look for NaN in the inputs and labels and at the "
                "loss function."
            )
        if not self._has_start and self._good == self._first and self._is_ruined(watcher):
            return (
                f"That is the first state that there was, as the model learns its shape from the first batch, and the "
                f"first step at a rate of {self._brake.now:.3g} has ruined it. Give the model a keras.Input, or train "
                "again at a lower rate."
            )
        if self.count >= self._limits.most:
            return f"That was tried {self.count} times at lower and lower rates: look at data and loss."
        return None

    def _is_ruined(self, watcher: Watcher) -> bool:
        """Whether the batches right after the first state, whose losses are its own, were lost already."""
        after = [loss for loss in self._course.losses_after(self._good, FIRST) if isfinite(loss)]
        return not after or (bool(watcher.first) and min(after) > FACTOR * abs(watcher.first[0]))

    def act(self, trouble: Trouble, *, has_all: bool | None) -> Intervention:
        """Go back and lower the rate; or, where that would be of no use, go back and end the training.

        Args:
            trouble: that is answered.
            has_all: whether no batch of the epoch is left; None where nobody knows.
        """
        before, why_not = self._brake.now, self.why_not
        self._keeper.put_back("good")
        if "pending" in self._keeper:
            self._keeper.drop("pending")
        self._pending = self._good
        back = f"{trouble.when}: {_capital(_clause(trouble))} Went back to step {self._good}"
        if why_not is not None:
            self._model.stop_training = True
            said = f"{back} and stopped the training. {why_not}"
            return Intervention("stop", trouble.epoch, trouble.step, trouble.why, self._good, None, None, said)
        self.count += 1
        self._brake.lower(self._limits.factor)
        after = before * self._limits.factor
        # A schedule is asked at the step that was gone back to: its rate there may be another, and is scaled alike.
        how = "" if self._brake.is_plain else ", whatever its schedule says,"
        rest = {
            True: "What this epoch measured is given up.",
            False: "The means of this epoch start again.",
            None: "What this epoch measured until now is given up.",
        }[has_all]
        said = (
            f"{back} and lowered the learning rate{how} from {before:.3g} to {after:.3g} (rescue {self.count} of "
            f"{self._limits.most}). {rest}"
        )
        return Intervention("rescue", trouble.epoch, trouble.step, trouble.why, self._good, None, short(after), said)


def _clause(trouble: Trouble) -> str:
    code = f" ({trouble.finding.code})" if trouble.finding is not None else ""
    return f"{trouble.why.rstrip('.')}{code}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
