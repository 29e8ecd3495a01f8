"""`tap`: listens inside the train step of a model that `Model.fit` is training, and leaves the model as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rightrate.engine.borrow import raw_variables
from rightrate.engine.watch_beside import siblings
from rightrate.engine.watch_rate import Brake, in_force, inner
from rightrate.engine.watch_recorder import Recorder, Rows


def tap(
    model: Any,
    *,
    capacity: int,
    has_norm: bool = False,
    brake: Brake | None = None,
    previous: Any = None,
    built: Callable[[], None] = lambda: None,
) -> InsideTap | OutsideTap:
    """Listen to a model whose `fit` has just begun.

    Args:
        model: compiled and built.
        capacity: steps between two readings, at most.
        has_norm: note the norm of the gradient too.
        brake: what the rate is lowered with.
        previous: a closed tap of an earlier `fit`, made with the same other arguments; it listens again where nothing
            has changed, which saves the tracing of a step.
        built: called once a step is traced and not yet run: a model whose shape comes with the first batch has its
            weights then, as they were before any step.

    Returns:
        Something with `read` and `close`. Outside the train step, from Keras's own sums, where a step runs on several
        devices, or nothing of the name `loss` is there to listen to; then gradients are not heard, and no scale is set.
    """
    trackers = loss_trackers(model)
    if not trackers or getattr(model.distribute_strategy, "num_replicas_in_sync", 1) > 1:
        return OutsideTap(model, trackers)
    if isinstance(previous, InsideTap) and previous.listen_again(model, trackers, capacity):
        return previous
    return InsideTap(model, trackers, Recorder(capacity), has_norm, brake, built)


def loss_trackers(model: Any) -> list[Any]:
    """The metric objects that hold the mean of the loss: Keras's own, or one of a custom `train_step`."""
    return [metric for metric in model.metrics if metric.name == "loss" and isinstance(metric, keras.metrics.Mean)]


class InsideTap:
    """Notes every step inside the train function.

    The step is the user's own `train_step`. While it is traced, the loss tracker's `update_state` (and the optimizer's
    `apply`) also note what they are given; afterwards nothing hangs on the model but `train_function` and
    `make_train_function`, which `close` gives back. Keras tells no callback that an exception ended its `fit`: then the
    next `fit` or `train_on_batch` closes it, by asking for its train function.
    """

    def __init__(
        self,
        model: Any,
        trackers: list[Any],
        recorder: Recorder,
        has_norm: bool,
        brake: Brake | None,
        built: Callable[[], None],
    ) -> None:
        self._model, self._trackers, self._recorder = model, trackers, recorder
        attributes = vars(model)
        self._before = model.train_function
        had = attributes.get("train_step")
        attributes["train_step"] = _listening(model, trackers, recorder, has_norm, brake, built)
        try:
            model.make_train_function(force=True)
        finally:
            if had is None:
                del attributes["train_step"]
            else:
                attributes["train_step"] = had
        self._function = model.train_function
        self._optimizer = model.optimizer
        self._put_on()

    def _put_on(self) -> None:
        self._model.train_function = self._function
        vars(self._model)["make_train_function"] = self._asked_for  # past Keras's tracking of attributes

    def _asked_for(self, force: bool = False) -> Any:
        if siblings() is None:  # no fit is under way: the one that was listened to ended in an exception
            self.close()
        return type(self._model).make_train_function(self._model, force)

    def listen_again(self, model: Any, trackers: list[Any], capacity: int) -> bool:
        """Listen to a further `fit`, whose first step is step 1 again; False where the model is another by now."""
        is_same = (
            model is self._model
            and model.train_function in (self._before, self._function)
            and model.optimizer is self._optimizer
            and [id(one) for one in trackers] == [id(one) for one in self._trackers]
            and self._recorder.capacity >= capacity
        )
        if is_same:
            self._recorder.begin()
            self._put_on()
        return is_same

    @property
    def sees_each_step(self) -> bool:
        """Whether a row is one step."""
        return True

    @property
    def hears(self) -> bool:
        """Whether there is a loss to be read."""
        return True

    def read(self, steps: int) -> Rows:
        """The rows since the last reading; `steps` is how many Keras says were done."""
        return self._recorder.read()

    def restart(self) -> None:
        """The metrics were reset: nothing that is read rests on them."""

    def close(self) -> None:
        """Give the model its train function back."""
        vars(self._model).pop("make_train_function", None)
        if self._model.train_function is self._function:
            self._model.train_function = self._before


def _listening(
    model: Any, trackers: list[Any], recorder: Recorder, has_norm: bool, brake: Brake | None, built: Callable[[], None]
) -> Callable[[Any], Any]:
    train_step, optimizer = model.train_step, model.optimizer

    def hear_gradients(grads: Any, trainable_variables: Any = None) -> None:
        recorder.note_gradients(grads, _loss_scale(optimizer))

    def step(data: Any) -> Any:
        recorder.begin_step()
        with ExitStack() as stack:
            if brake is not None:
                stack.enter_context(brake.applied())
            rate = in_force(optimizer)  # before the step counts one on
            for tracker in trackers:
                stack.enter_context(_heard(tracker, "update_state", recorder.note_loss))
            if has_norm and optimizer is not None:
                stack.enter_context(_heard(optimizer, "apply", hear_gradients))
            logs = train_step(data)
        recorder.end_step(rate, logs)
        if not tf.executing_eagerly():
            with tf.init_scope():  # out of the graph that is being traced
                if _has_values(model):  # else it is traced once more when it has them
                    built()
        return logs

    return step


def _has_values(model: Any) -> bool:
    variables = raw_variables([*model.variables, *(model.optimizer.variables if model.optimizer is not None else ())])
    return all(bool(variable.is_initialized()) for variable in variables)


@contextmanager
def _heard(target: Any, name: str, hear: Callable[..., None]) -> Iterator[None]:
    """While it lasts, `hear` gets the arguments of the method `name` of one object, which does what it always did."""
    method = getattr(target, name)
    attributes = vars(target)
    had = attributes.get(name)

    def both(*args: Any, **kwargs: Any) -> Any:
        hear(*args, **{_WORDS.get(word, word): value for word, value in kwargs.items()})
        return method(*args, **kwargs)

    attributes[name] = both  # past Keras's tracking of attributes
    try:
        yield
    finally:
        if had is None:
            del attributes[name]
        else:
            attributes[name] = had


#: Keras's words for the arguments of `Mean.update_state`, and ours.
_WORDS = {"values": "loss", "sample_weight": "samples"}


def _loss_scale(optimizer: Any) -> Any:
    if inner(optimizer) is not optimizer:
        return optimizer.dynamic_scale if optimizer.built else optimizer.initial_scale
    return getattr(optimizer, "loss_scale_factor", None)


class OutsideTap:
    """Reads the sums behind Keras's mean of the epoch now and then: a row is the mean of the steps in between.

    Edge cases: after the first NaN of an epoch every row of that epoch is NaN, as Keras's own mean is. Without a metric
    called `loss` no loss is read.
    """

    def __init__(self, model: Any, trackers: list[Any]) -> None:
        self._model, self._trackers = model, trackers
        self._steps = 0
        self.restart()

    @property
    def sees_each_step(self) -> bool:
        """Whether a row is one step."""
        return False

    @property
    def hears(self) -> bool:
        """Whether there is a loss to be read."""
        return bool(self._trackers)

    def restart(self) -> None:
        """The metrics were reset, as at the beginning of an epoch."""
        self._total, self._count = 0.0, 0.0

    def read(self, steps: int) -> Rows:
        """One row for the steps since the last reading, or none where there were none."""
        if steps <= self._steps:
            return _no_rows()
        self._steps = steps
        total = sum(float(np.asarray(tracker.total)) for tracker in self._trackers)
        count = sum(float(np.asarray(tracker.count)) for tracker in self._trackers)
        weight = count - self._count
        loss = (total - self._total) / weight if weight > 0 else 0.0
        self._total, self._count = total, count
        rate = in_force(self._model.optimizer)
        one = np.array([loss, max(weight, 0.0), np.nan if rate is None else float(np.asarray(rate)), np.nan])
        return Rows(np.array([steps], np.int64), *np.split(one, 4))

    def close(self) -> None:
        """Nothing was changed."""


def _no_rows() -> Rows:
    nothing = np.empty(0)
    return Rows(np.empty(0, np.int64), nothing, nothing, nothing, nothing)
