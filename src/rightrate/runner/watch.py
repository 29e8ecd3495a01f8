"""`Watch`: the Keras callback that says what a training is doing while it runs, and can stop or rescue it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from copy import copy
from itertools import count
from pathlib import Path
from typing import Any

from rich.console import Console

from rightrate.curves.setting import Setting
from rightrate.diagnosis.doubts import doubts
from rightrate.diagnosis.finding import Finding
from rightrate.errors import UsageError
from rightrate.runner.diagnosis import Diagnosis
from rightrate.runner.verdict import Verdict
from rightrate.runner.watch_checks import (
    check_count,
    check_limits,
    check_places,
    check_step,
    check_switches,
    check_words,
    checked_ignore,
    checked_setting,
    checked_values,
)
from rightrate.runner.watch_course import Course, Intervention
from rightrate.runner.watch_log import EXISTING, Existing, Log
from rightrate.runner.watch_record import Record
from rightrate.runner.watch_voice import Picture, Voice, in_notebook

try:
    from rightrate.engine.watch_beside import at_the_very_end, siblings
    from rightrate.engine.watch_callback import KerasCallback
    from rightrate.runner.watch_acts import Limits
    from rightrate.runner.watch_fit import Fit, On, Options
    from rightrate.runner.watch_verdict import Asked, AtTheEnd
except ImportError:  # says what is missing, with the line that installs it
    from rightrate.engine.backend import require_keras

    require_keras()
    raise

__all__ = ["Watch"]

ONS = ("warn", "stop", "rescue")
#: What a rescue multiplies the rate by: the step that RR101 advises, and Keras's ReduceLROnPlateau takes.
FACTOR = 0.1
#: What a custom loop measures at every step; a long training is thinned in these.
_BY_STEP = ("loss", "learning_rate", "gradient_norm")
#: Three tenths are a thousandth of the rate: what diverges there does not do so for its rate.
MOST_RESCUES = 3


class Watch(KerasCallback):
    """Watch a training: says findings as they become true, and withdraws them when later epochs disprove them.

    `model.fit(x, y, callbacks=[rr.Watch()])`. Of each training step it reads the loss of its own batch, not Keras's
    running mean, and the learning rate really in force. Every epoch is examined by the rules behind `rr.diagnose`; in
    between it looks for divergence.

    Args:
        on: what to do. `"warn"`: say it. `"stop"`: at divergence, or a critical finding that the next epoch confirms,
            end the training and put the weights of the best epoch back, or those that it began with where none was
            better. `"rescue"`: at divergence go back to the last good state (weights, optimizer slots, iteration,
            dropout seeds), lower the rate and go on.
        log: path of a log to write: JSON lines, which `rightrate diagnose` reads, also while it grows.
        existing: what to do where `log` exists: `"refuse"`, `"overwrite"`, or `"resume"`: go on with the training in
            it, for a `fit` with `initial_epoch` or beside Keras's `BackupAndRestore`.
        gradient_norm: read the norm of the gradient too. It costs one pass over the gradients at each step.
        most_rescues: after so many the training is ended.
        factor: what a rescue multiplies the rate by, between 0 and 1.
        ignore: rules not to hear of, with the reason: `{"RR125": "dropout"}`.
        pretrained: whether the network had learned before; some rules ask.
        fresh_head: whether its last layers begin at random weights.
        judge: True judges the model at the end of the training on its validation part, and says that this part had a
            say before; test data, `(x, y)` or a dataset, are judged instead where nothing was chosen on them.
        positive, class_names: for the verdict, as in `rightrate.tune`.
        quiet: print nothing; the log, `diagnosis` and `interventions` stay.
        console: where to print; standard output by default.

    Edge cases: each `fit` with the same watch begins a new training. `copy.deepcopy` gives a fresh watch with the same
    options, as KerasTuner does for each trial: their trainings follow each other in the one log. A training that ran
    with `on="warn"` ends with the same weights, bit for bit, as without. Where a step runs on several devices, or a
    custom `train_step` keeps no metric called `loss`, losses come from Keras's sums: one value is the mean over some
    steps, at the last of them. With `run_eagerly=True` a model that learns its input's shape from the first batch has
    no state before its first step to go back to: give it a `keras.Input`. After going back, a rescued training meets
    new batches, not those that it diverged on.

    Raises:
        UsageError: an argument that makes no sense; a log that exists; in `fit`, two watches, or for `"stop"` and
            `"rescue"` nothing that is called `loss`.
        MissingExtraError: Keras is not installed.

    Example:
        >>> import keras, numpy as np
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        >>> model.compile(keras.optimizers.SGD(50.0), "mse")
        >>> x = np.ones((64, 3), "float32")
        >>> watch = Watch(quiet=True)
        >>> _ = model.fit(x, x[:, 0], epochs=4, batch_size=8, verbose=0, callbacks=[watch])
        >>> watch.diagnosis.leading.cause.value
        'rate_too_high'
    """

    def __init__(
        self,
        on: On = "warn",
        *,
        log: str | os.PathLike[str] | None = None,
        existing: Existing = "refuse",
        gradient_norm: bool = False,
        most_rescues: int = MOST_RESCUES,
        factor: float = FACTOR,
        ignore: Mapping[str, str] | None = None,
        pretrained: bool | None = None,
        fresh_head: bool | None = None,
        judge: Any = False,
        positive: str | int | None = None,
        class_names: Sequence[str] | None = None,
        quiet: bool = False,
        console: Console | None = None,
    ) -> None:
        super().__init__()
        check_words(on=(on, ONS), existing=(existing, EXISTING))
        check_limits(most_rescues, factor)
        check_switches(gradient_norm=gradient_norm, quiet=quiet)
        check_switches(or_none=True, pretrained=pretrained, fresh_head=fresh_head)
        check_places(log, console)
        self._ignore = checked_ignore(ignore, on)
        said = Setting(pretrained=pretrained, fresh_head=fresh_head)
        self._options = Options(on, gradient_norm, Limits(float(factor), most_rescues), said)
        self._asked = Asked(judge, positive, class_names)
        self._log = Log(Path(log), existing) if log is not None else None
        self._earlier = self._log.earlier() if self._log is not None else None
        self._quiet, self._console = quiet, console
        self._trainings = count(1)
        self._forget()

    def _forget(self) -> None:
        """Nothing was watched yet."""
        self._verdict = AtTheEnd(self._asked)
        self._voice = Voice(self._quiet, self._console)
        self._picture = Picture() if in_notebook() and not self._quiet else None
        self._fit: Fit | None = None
        self._course: Course | None = None
        self._done: list[Intervention] = []
        self._should_stop = False

    def __deepcopy__(self, memo: dict[int, Any]) -> Watch:
        """A fresh watch with the same options, such as KerasTuner makes for each trial; all go on in one log."""
        again = copy(self)
        memo[id(self)] = again
        again.set_model(None)
        again._forget()
        if self._log is None:
            again._trainings = count(1)
        return again

    @property
    def diagnosis(self) -> Diagnosis:
        """What is to be said of the training now, the last one where there were several.

        Raises:
            UsageError: nothing was watched yet.
        """
        if self._course is None:
            raise UsageError("Nothing was watched yet. Pass the watch to Model.fit as a callback, or call observe().")
        return self._course.diagnosis

    @property
    def verdict(self) -> Verdict:
        """Whether the model is fit to ship, as `rightrate.judge` says it, at the end of the training watched last.

        Raises:
            UsageError: nothing was judged, and why.
        """
        return self._verdict.verdict

    @property
    def interventions(self) -> tuple[Intervention, ...]:
        """All that it did, in order: rescues and stops."""
        return tuple(self._done)

    @property
    def should_stop(self) -> bool:
        """In a custom loop with `on="stop"`: whether the loss diverged, or a critical finding has lasted."""
        return self._should_stop

    # What a custom training loop calls.

    def begin(self, *, steps_per_epoch: int | None = None, **setting: Any) -> None:
        """Begin to watch a custom training loop; `observe` does it where this was left out.

        Args:
            steps_per_epoch: optimizer steps of an epoch, before which no validation is expected.
            setting: what is known: `optimizer="Adam"`, `batch_size=`, `validation_rows=`, `classes=`, `monitored=()`,
                as in `rr.diagnose`.

        Raises:
            UsageError: a setting that nobody knows, a count that is none, or `on="rescue"`.
        """
        if self._options.on == "rescue":
            raise UsageError(
                "on='rescue' works inside Model.fit only: a custom loop has to go back itself. Say 'stop'."
            )
        check_count("steps_per_epoch", steps_per_epoch)
        known = checked_setting(setting)
        for doubt in doubts(known, known.monitored or ()):
            self._voice.say(f"at the start: {doubt}", "yellow")
        self._voice.speak()
        self._should_stop = False
        self._course = self._new_course(known.updated(self._options.said), steps_per_epoch, 0)

    def observe(
        self,
        *,
        step: int,
        loss: float | None = None,
        val_loss: float | None = None,
        learning_rate: float | None = None,
        **metrics: float | None,
    ) -> tuple[Finding, ...]:
        """Tell what a custom training loop measured at a step.

        Args:
            step: optimizer steps done, counted over the whole training, from 1.
            loss: of this step's batch, or the mean of the steps since the last call.
            val_loss: of a validation that was done now.
            learning_rate: that the step was done with.
            metrics: others, in Keras's words: `val_accuracy=`, `gradient_norm=`. None is "not measured".

        Returns:
            The findings that became true with it; they were printed too.

        Raises:
            DataError: a step that was observed before, or a value that is no number.
            UsageError: `on="rescue"`; a name that is most likely misspelt; a rate below 0.

        Example:
            >>> watch = Watch(quiet=True)
            >>> for step in range(1, 4):
            ...     found = watch.observe(step=step, loss=float("nan") if step == 3 else 1.0 / step)
            >>> [finding.code for finding in found]
            ['RR101']
        """
        given = {"loss": loss, "val_loss": val_loss, "learning_rate": learning_rate, **metrics}
        values = checked_values(given)
        if self._course is None:
            self.begin()
        course = self._course
        assert course is not None
        check_step(course, step, values)
        seldom = {name: value for name, value in values.items() if name not in _BY_STEP}
        course.add_step(int(step), {name: value for name, value in values.items() if name in _BY_STEP})
        if seldom:
            course.add_seldom(int(step), seldom)
        is_lost = course.watcher.reason is not None and not course.lost_told
        course.lost_told |= is_lost and course.has_two_windows
        if not (course.is_due or is_lost):
            course.flush()
            return ()
        told = course.examine()
        course.announce(told)
        self._voice.tell(f"step {step}", told.news)
        self._voice.speak()
        self._should_stop |= self._options.on == "stop" and bool(told.serious)
        return told.news.new

    # What Keras calls.

    def on_train_begin(self, logs: Any = None) -> None:
        if sum(isinstance(one, Watch) for one in siblings() or ()) > 1:
            raise UsageError(
                "Two watches in one fit: each needs the train step to itself. Pass one: it warns, stops or rescues, "
                "and writes the log too."
            )
        previous = self._fit
        self._fit = Fit(
            self.model, self.params, self._options, self._voice, self._new_course, self._done.append, previous
        )
        self._verdict.begin()
        if self._picture is not None:
            self._picture.begin()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        assert self._fit is not None
        self._fit.epoch_begun(epoch)
        self._course = self._fit.course

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        assert self._fit is not None
        self._fit.batch_ended(batch, logs)

    def on_test_begin(self, logs: Any = None) -> None:
        if self._fit is not None:
            self._fit.test_begun()

    def on_test_end(self, logs: Any = None) -> None:
        if self._fit is not None:
            self._fit.evaluated()
            self._verdict.evaluated(self.model)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        assert self._fit is not None
        self._fit.epoch_ended(epoch, logs)
        self._draw()

    def on_train_end(self, logs: Any = None) -> None:
        assert self._fit is not None
        self._fit.ended()
        self._draw(is_last=True)
        if self._verdict.asked.judge is not False:
            at_the_very_end(self._judge)  # EarlyStopping may put other weights back before
        if self._log is not None and self._log.problem is not None:
            self._voice.say(self._log.problem, "yellow")
            self._voice.speak()

    def _judge(self) -> None:
        self._voice.say(f"at the end: {self._verdict.judge(self.model)}", "bold")
        self._voice.speak()

    def _draw(self, *, is_last: bool = False) -> None:
        if self._picture is not None and self._course is not None:
            self._picture.draw(self._course.diagnosis, tuple(one.said for one in self._done), is_last=is_last)

    def _new_course(self, setting: Setting, steps_per_epoch: int | None, epoch: int) -> Course:
        number = next(self._trainings)
        name = "training" if number == 1 else f"training {number}"
        earlier, self._earlier = self._earlier, None
        length = steps_per_epoch or (earlier.steps_per_epoch if earlier is not None else None) or 0
        step = epoch * length
        record = None
        if earlier is not None:
            name, record = earlier.name, Record.of(earlier, step)
            setting = earlier.setting.updated(setting)
        return Course(name, setting, steps_per_epoch, self._ignore, self._log, record, step)
