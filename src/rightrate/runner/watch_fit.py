"""`Fit`: one call of `Model.fit` that is being watched: reads the tap, feeds the course, and acts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from rightrate.curves.setting import Setting
from rightrate.diagnosis.finding import Finding
from rightrate.engine.watch_beside import is_there, siblings
from rightrate.engine.watch_means import Means
from rightrate.engine.watch_rate import Brake
from rightrate.engine.watch_recorder import Rows
from rightrate.engine.watch_setting import rows_seen, setting_of
from rightrate.engine.watch_tap import InsideTap, OutsideTap, tap
from rightrate.errors import UsageError
from rightrate.runner.watch_acts import KEPT_SHARE, KEPT_STEPS, Limits, Rescuing, Stopping, Trouble
from rightrate.runner.watch_course import DIVERGED, Course, Intervention, critical
from rightrate.runner.watch_epoch import Epoch
from rightrate.runner.watch_voice import Voice

On = Literal["warn", "stop", "rescue"]

#: Looks at what the steps noted, as a share of the training: divergence is seen at most so late.
LOOK_SHARE = 0.02
#: Calls of the train function between two looks, at most. A look takes 0.1 to 0.2 ms, so that at 32 steps of 5 ms it
#: costs 0.1 %.
MOST_BETWEEN = 32
#: How a loss is made heard.
NAME_IT = "Call the Mean that your train_step updates with the loss 'loss': keras.metrics.Mean(name='loss')."
#: Names in an epoch's logs that are measured at every step.
_BY_STEP = ("learning_rate", "lr")


@dataclass(frozen=True)
class Options:
    """What a watch was asked for; see `Watch`."""

    on: On
    has_norm: bool
    limits: Limits
    said: Setting


class Fit:
    """One call of `Model.fit`.

    Args:
        model, params: as Keras gives them to a callback.
        options: of the watch.
        voice: says things.
        begin: makes the course: (setting, steps of an epoch, first epoch) -> course.
        did: hears of interventions.
        previous: the fit before this one with the same watch, if any.

    Raises:
        ModelError: a rescue is asked for and the rate cannot be lowered.
    """

    def __init__(
        self,
        model: Any,
        params: Mapping[str, Any],
        options: Options,
        voice: Voice,
        begin: Callable[[Setting, int | None, int], Course],
        did: Callable[[Intervention], None],
        previous: Fit | None = None,
    ) -> None:
        self._model, self._options, self._voice, self._begin, self._did = model, options, voice, begin, did
        self._params = dict(params or {})
        beside = siblings()
        self._setting = replace(setting_of(model, beside).updated(options.said), planned=self._total_steps)
        self.brake = self._brake_for(previous, is_there(beside, "LearningRateScheduler"))
        at_once = int(getattr(model, "steps_per_execution", 1) or 1)
        self._between = self._looks_apart(at_once)
        self._means = Means(model, beside)
        self.tap: InsideTap | OutsideTap = tap(
            model,
            capacity=max(64, 2 * self._between * at_once),
            has_norm=options.has_norm,
            brake=self.brake,
            previous=previous.tap if previous is not None and previous.brake is self.brake else None,
            built=self._be_ready,
        )
        self._check(beside)
        self.course: Course | None = None
        self._act: Stopping | Rescuing | None = None
        self._epoch = Epoch(last=self._params.get("epochs"), length=self._params.get("steps"))
        self._executions = self._done_of_epoch = 0
        self._is_deaf = False
        self.is_over = False

    @property
    def _has_bar(self) -> bool:
        return self._params.get("verbose") in (1, "auto")

    def _brake_for(self, previous: Fit | None, is_set_by_others: bool) -> Brake | None:
        """The brake of the fit before goes on where the optimizer does: a schedule stays lowered."""
        if self._options.on != "rescue":
            return None
        before = previous.brake if previous is not None else None
        if before is not None and before.fits(self._model.optimizer, is_set_by_others):
            return before
        return Brake(self._model.optimizer, is_set_by_others=is_set_by_others)

    def _looks_apart(self, at_once: int) -> int:
        """Calls of the train function from one look to the next; each does `at_once` steps."""
        total = self._total_steps
        return max(1, min(MOST_BETWEEN, int(total * LOOK_SHARE / at_once))) if total is not None else MOST_BETWEEN

    @property
    def _total_steps(self) -> int | None:
        steps, epochs = self._params.get("steps"), self._params.get("epochs")
        return steps * epochs if steps and epochs else None

    def _check(self, beside: tuple[Any, ...] | None) -> None:
        if self.brake is not None and not self.brake.is_plain and isinstance(self.tap, OutsideTap):
            self.tap.close()
            raise UsageError(
                "on='rescue' cannot lower a schedule here: the step runs on several devices, or is no step of Keras's "
                "own. Compile the optimizer with a plain learning rate, or watch with on='stop'."
            )
        if self._options.on == "rescue" and is_there(beside, "TerminateOnNaN"):
            self._warn("TerminateOnNaN ends the training at the first NaN, before a rescue can. Leave it out.")
        if self._options.has_norm and isinstance(self.tap, OutsideTap):
            self._warn(
                "gradient_norm=True reads nothing here: the step runs on several devices, or keeps no metric called "
                "'loss'."
            )

    def _warn(self, text: str) -> None:
        self._voice.say(f"at the start: {text}", "yellow")

    def epoch_begun(self, epoch: int) -> None:
        """An epoch begins; the first one is where the training begins, whatever was loaded before it."""
        if self.course is None:
            self.course = self._begin(self._setting, self._params.get("steps"), epoch)
            self._epoch = replace(self._epoch, ahead=self.course.step)
        self._be_ready()
        self._epoch = self._epoch.begun(epoch + 1)
        self._done_of_epoch = 0
        self.tap.restart()
        self._voice.speak()

    def _be_ready(self) -> None:
        """Keep the first state. A model that learns its input's shape from the first batch has none before it."""
        if self._act is None and self.course is not None and self._model.built:
            self._act = self._act_for(self.course)

    def _act_for(self, course: Course) -> Stopping | Rescuing | None:
        if self._options.on == "stop":
            return Stopping(self._model, course, self._epoch.steps)
        if self.brake is None:
            return None
        total = self._total_steps
        gap = int(total * KEPT_SHARE) if total is not None else KEPT_STEPS
        return Rescuing(self._model, self.brake, course, self._options.limits, gap, self._epoch.steps)

    def batch_ended(self, batch: int, logs: Mapping[str, Any] | None) -> None:
        """A call of the train function has ended. The last of an epoch is looked at before Keras reports its means."""
        self._means.go_on()
        self._executions += 1
        if self._executions == 1:
            self._listen(logs)
        self._done_of_epoch = done = batch + 1
        if self._epoch.has_ended:  # a validation amid an epoch
            self._epoch = self._epoch.at(done)
        # Every batch comes here: what a look needs is worked out at a look.
        is_unready = self._act is None and self._options.on != "warn"
        length = self._epoch.length
        may_be_the_last = done == length if length is not None else self._options.on == "rescue"
        if self._executions % self._between == 0 or is_unready or may_be_the_last:
            self._look(logs)

    def _listen(self, logs: Mapping[str, Any] | None) -> None:
        """Say so where no loss can be heard."""
        self._is_deaf = not self.tap.hears and "loss" not in (logs or {})
        if self._is_deaf:
            self._warn(f"no loss of a step can be read: {returned(logs)}. {NAME_IT}")
            self._voice.speak(amid_a_bar=self._has_bar)

    def _look(self, logs: Mapping[str, Any] | None) -> None:
        course = self.course
        assert course is not None
        if not self._epoch.has_ended:
            self._epoch = self._epoch.at(self._done_of_epoch)
        self._take(course, self.tap.read(self._epoch.began + self._epoch.done), logs)
        self._be_ready()
        reason = course.watcher.reason
        if reason is None:
            if isinstance(self._act, Rescuing):
                self._act.looked()
        elif isinstance(self._act, Rescuing) and not self._model.stop_training:
            if not self._would_be_mute(course, self._act):
                self._rescue(course, self._act, reason)
        elif not course.lost_told:
            course.lost_told = course.has_two_windows  # else it is looked at again
            self._examine(course, f"step {course.step}")
            self._voice.speak(amid_a_bar=self._has_bar and not self._epoch.has_ended)

    def _would_be_mute(self, course: Course, act: Rescuing) -> bool:
        """Whether a training would be ended before the rules can say why; some more lost steps do no harm."""
        is_at_the_end = self._epoch.is_last and self._epoch.has_all is not False
        is_number = math.isfinite(course.record.end("loss") or 0.0)
        return act.why_not is not None and is_number and not course.has_two_windows and not is_at_the_end

    def _take(self, course: Course, rows: Rows, logs: Mapping[str, Any] | None) -> None:
        table = zip(rows.ends, rows.losses, rows.weights, rows.rates, rows.norms, strict=True)
        for place, (end, loss, weight, rate, norm) in enumerate(table, start=1):
            values = {}
            if weight > 0:
                values["loss"] = float(loss)
            elif place == len(rows) and logs and "loss" in logs:
                values["loss"] = float(logs["loss"])  # a step that hides its loss: as Keras shows it
            if not math.isnan(rate):
                values["learning_rate"] = float(rate)
            if not math.isnan(norm) or (self._options.has_norm and isinstance(self.tap, InsideTap)):
                values["gradient_norm"] = float(norm)
            course.add_step(self._epoch.ahead + int(end), values)
        if len(rows):
            self._epoch = self._epoch.read(int(rows.ends[-1]), float(rows.weights.sum()))
            if rows.weights[0] > 0 and self.tap.sees_each_step:
                course.learn(batch_size=int(rows.weights[0]))

    def test_begun(self) -> None:
        """An evaluation begins; within this training it is an epoch's validation, so that its batches are over."""
        if self.course is not None and not self.is_over:
            self._end_batches()
        self._means.go_on()

    def _end_batches(self, logs: Mapping[str, Any] | None = None) -> None:
        if not self._epoch.has_ended:
            self._epoch = self._epoch.at(self._done_of_epoch).ended()
            self._look(logs)

    def evaluated(self) -> None:
        """An evaluation within this training has ended; the metrics still hold it."""
        if self.course is not None and not self.is_over and self.course.setting.validation_rows is None:
            self.course.learn(validation_rows=rows_seen(self._model))

    def epoch_ended(self, epoch: int, logs: Mapping[str, Any] | None) -> None:
        """An epoch has ended, its validation included."""
        course = self.course
        assert course is not None
        values = _numbers(logs)
        self._end_batches(logs)
        self._means.go_on()
        if self._epoch.is_first:
            self._learn_of_the_first(course, values)
        if self._epoch.is_given_up:
            return  # its means are those of the lost state, or of nothing
        trained = values.get("loss")
        if course.record.last("loss") == course.step:
            values.pop("loss", None)
        course.add_epoch(epoch + 1, {name: value for name, value in values.items() if name not in _BY_STEP})
        if isinstance(self._act, Stopping):
            self._act.epoch_ended(epoch + 1, values.get("val_loss", trained), trained)
        if course.is_due or self._epoch.is_last:
            self._examine(course, f"epoch {epoch + 1}")

    def _learn_of_the_first(self, course: Course, values: Mapping[str, float]) -> None:
        if self._is_deaf and self._options.on != "warn" and "val_loss" not in values:
            raise UsageError(
                f"on={self._options.on!r} has nothing to decide by: {returned(values)} in an epoch. {NAME_IT} Or "
                "watch with on='warn'."
            )
        if not self._model.stop_training:
            steps = self._epoch.steps - self._epoch.began
            planned = steps * (self._params.get("epochs") or 0) or None
            course.learn(steps_per_epoch=steps or None, train_rows=int(self._epoch.rows) or None, planned=planned)
            course.learn(**setting_of(self._model, None).known)
            self._epoch = replace(self._epoch, length=steps or None)

    def _examine(self, course: Course, when: str) -> None:
        told = course.examine()
        serious = told.serious
        if self._epoch.is_last and self._epoch.has_ended:
            serious = critical(told.findings)  # no later examination will confirm them
        if self._model.stop_training:
            serious = ()
        lost = next((one for one in serious if one.code == DIVERGED), None)
        if lost is not None and isinstance(self._act, Rescuing):
            self._rescue(course, self._act, lost.title, lost)
            return
        course.announce(told)
        self._voice.tell(when, told.news)
        if serious and isinstance(self._act, Stopping):
            trouble = Trouble(self._epoch.number, course.step, serious[0].title, serious[0])
            self._done(course, self._act.act(trouble))

    def _rescue(self, course: Course, act: Rescuing, why: str, finding: Finding | None = None) -> None:
        trouble = Trouble(self._epoch.number, course.step, why, finding)
        done = act.act(trouble, has_all=self._epoch.has_all)
        self.tap.restart()
        if done.kind == "rescue" and done.back_to is not None:
            self._means.give_up()  # the mean of the epoch would stay NaN
            course.go_back(done.back_to)
            self._epoch = self._epoch.taken_back(done.back_to)
        self._done(course, done)
        if done.kind == "stop":
            self._examine(course, trouble.when)
        self._voice.speak(amid_a_bar=self._has_bar)

    def _done(self, course: Course, done: Intervention) -> None:
        course.intervened(done)
        self._voice.say(done.said, "bold")
        self._did(done)

    def ended(self) -> None:
        """The training is over."""
        self.is_over = True
        self.tap.close()
        self._means.go_on()
        if isinstance(self._act, Stopping):
            self._act.ended()
        if self.brake is not None:
            self.brake.settle()
        course = self.course
        if course is not None:
            course.end()
            self._note_the_rate(course)
            told = course.examine(is_over=True)
            course.announce(told)
            self._voice.tell("at the end", told.news)
        self._voice.speak()

    def _note_the_rate(self, course: Course) -> None:
        """A training that ended at a rescue has no point left, and a log without one is no log."""
        if self._epoch.went_back is None or course.record.size or self.brake is None:
            return
        course.add_seldom(course.step, {"learning_rate": self.brake.now})
        course.flush()
        self._voice.say("at the end: nothing was measured after the last rescue, so nothing can be said.", "yellow")


def returned(logs: Mapping[str, Any] | None) -> str:
    """What a step of one's own gives, in words.

    Example:
        >>> returned({"ce": 0.5})
        "the train step gives 'ce', and nothing called 'loss'"
    """
    names = ", ".join(repr(name) for name in logs or ())
    return f"the train step gives {names or 'nothing'}, and nothing called 'loss'"


def _numbers(logs: Mapping[str, Any] | None) -> dict[str, float]:
    found = {}
    for name, value in (logs or {}).items():
        try:
            found[name] = float(value)
        except (TypeError, ValueError):
            continue  # a metric of several numbers
    return found
