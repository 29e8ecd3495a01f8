"""What a watch does beside speaking: ending a training, or rescuing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite
from statistics import median
from typing import Any

from rightrate.curves.divergence import WINDOW, Watcher, beginning
from rightrate.diagnosis.finding import Finding
from rightrate.engine.watch_beside import at_the_very_end
from rightrate.engine.watch_rate import Brake
from rightrate.engine.watch_state import Keeper
from rightrate.runner.watch_course import Intervention
from rightrate.runner.watch_record import short

#: A state is good while the median loss of the last batches is at most so many times that of the last good state;
#: batches of one training differ by less, and a divergence doubles it within a few steps.
CALM = 1.5
#: States are kept at most so often, as a share of the training; keeping one copies the weights and slots.
KEPT_SHARE = 0.02
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


class Stopping:
    """Keeps the weights of the best epoch, and puts them back once the training was ended.

    Best is the epoch with the lowest validation loss, or training loss where there is no validation. An epoch whose
    training loss lies above the one that the training began with is worse than the start, whose weights are kept then.

    Args:
        model: built.
        done: steps that it was trained already; some, where its shape came with the first batch.
    """

    def __init__(self, model: Any, done: int = 0) -> None:
        self._model, self._keeper = model, Keeper(model)
        self._start = "that it began with" if not done else f"after step {done}, the first that there were"
        self._best, self._epoch = inf, 0
        self._has_stopped = self._was_worse = False
        self._keeper.keep("best")

    def epoch_ended(self, epoch: int, loss: float | None, trained: float | None, first: Sequence[float]) -> None:
        """An epoch has ended.

        Args:
            epoch: from 1.
            loss: by which the best is found.
            trained: its mean training loss.
            first: losses of the first batches of the training.
        """
        if self._has_stopped:
            return  # what is put back has been said
        level = trained if trained is not None and isfinite(trained) else loss
        if level is not None and first and level > beginning(first):
            self._was_worse = True
        elif loss is not None and isfinite(loss) and loss < self._best:
            self._best, self._epoch = loss, epoch
            self._keeper.keep("best")

    def act(self, trouble: Trouble) -> Intervention:
        """End the training."""
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


class Rescuing:
    """Keeps good states of the whole training, and goes back to the last one at a lower rate.

    A state counts as good once the steps after it were calm: the one from which a step diverges is already lost.

    Args:
        model: with a built optimizer.
        brake: lowers the rate.
        factor: by which.
        most: rescues.
        gap: steps between two kept states, at least.
        step: steps done.
    """

    def __init__(self, model: Any, brake: Brake, factor: float, most: int, gap: int, step: int) -> None:
        self._model, self._brake, self._factor, self._most = model, brake, factor, most
        self._keeper = Keeper(model, has_optimizer=True, leave=brake.variable)
        self._gap = max(gap, WINDOW)
        self._good = self._pending = step
        self._level: float | None = None
        self.count = 0
        self._keeper.keep("good")

    def looked(self, step: int, watcher: Watcher) -> None:
        """Nothing is wrong at a step."""
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

    def act(self, trouble: Trouble, *, is_hopeless: bool = False, is_epoch_over: bool = False) -> Intervention:
        """Go back and lower the rate; or, after the last rescue, go back and end the training."""
        before = self._brake.now
        self._keeper.put_back("good")
        if "pending" in self._keeper:
            self._keeper.drop("pending")
        self._pending = self._good
        back = f"{trouble.when}: {_capital(_clause(trouble))} Went back to step {self._good}"
        if is_hopeless or self.count >= self._most:
            self._model.stop_training = True
            why = (
                "No step before it was a number, which no rate mends: look for NaN in the inputs and labels and at the "
                "loss function."
                if is_hopeless
                else f"That was tried {self.count} times at lower and lower rates: look at data and loss."
            )
            said = f"{back} and stopped the training. {why}"
            return Intervention("stop", trouble.epoch, trouble.step, trouble.why, self._good, None, None, said)
        self.count += 1
        after = before * self._factor
        self._brake.lower(self._factor)
        # A schedule is asked at the step that was gone back to: its rate there may be another, and is scaled alike.
        how = "" if self._brake.is_plain else ", whatever its schedule says,"
        self._model.reset_metrics()  # the mean of the epoch would stay NaN
        rest = "What this epoch measured is given up." if is_epoch_over else "The means of this epoch start again."
        said = (
            f"{back} and lowered the learning rate{how} from {before:.3g} to {after:.3g} (rescue {self.count} of "
            f"{self._most}). {rest}"
        )
        return Intervention("rescue", trouble.epoch, trouble.step, trouble.why, self._good, None, short(after), said)


def _clause(trouble: Trouble) -> str:
    code = f" ({trouble.finding.code})" if trouble.finding is not None else ""
    return f"{trouble.why.rstrip('.')}{code}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
