"""A borrowed model is bit for bit what it was, whatever happened while it was lent out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import rightrate
from rightrate.engine import prefix
from rightrate.engine.bank import Bank
from rightrate.engine.borrow import Loan
from rightrate.engine.calls import Calls
from rightrate.engine.session import Session, open_session

from . import models
from .helpers import ROOM, Table, bits, plain_fit, rates, read
from .models import KINDS, Kind


class Accident(Exception):
    """What goes wrong in these tests."""


def _picture(model: keras.Model) -> dict[str, Any]:
    """All that the user could notice: values by their bits, objects by their identity."""
    metrics = list(model.metrics)
    held = vars(model)
    tracked = model._trackable_children()  # by which tf.train.Checkpoint and SavedModel find the optimizer
    return {
        "variables": [(id(v), v.value.numpy().tobytes()) for v in model.variables],
        "optimizer": id(model.optimizer),
        "optimizer built": model.optimizer.built,
        "slots": [(v.path, v.value.numpy().tobytes()) for v in model.optimizer.variables],
        "metrics": [id(metric) for metric in metrics],
        "metric values": [[v.value.numpy().tobytes() for v in metric.variables] for metric in metrics],
        "attributes": {name: id(value) for name, value in held.items() if name not in _CHANGES_BY_CALLING},
        "tracked": {name: id(child) for name, child in tracked.items()},
        "trainable": [layer.trainable for layer in model._flatten_layers()],
    }


# A flag that any call sets; and TensorFlow's lists, which are copied: what they hold is compared as "tracked".
_CHANGES_BY_CALLING = (
    "_called",
    "_self_unconditional_checkpoint_dependencies",
    "_self_unconditional_dependency_names",
)


def _used(build: Callable[[], keras.Model]) -> Callable[[], keras.Model]:
    """Models that have trained and been asked: compiled functions, slots and metric values are there to be kept."""

    return lambda: _fitted(build())


def _fitted(model: keras.Model) -> keras.Model:
    x, y = models.points()
    model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    model.predict(x, verbose=0)
    return model


def _head_on_frozen() -> keras.Model:
    inputs = keras.Input((5,))
    frozen = layers.Dense(8, activation="relu", trainable=False)(inputs)
    dropped = layers.Dropout(0.3, seed=6)(frozen)
    return models.compiled(keras.Model(inputs, models.softmax()(dropped)))


LENT = (
    Kind("fresh", lambda: models.compiled(models.dense(layers.Dropout(0.3, seed=1)))),
    Kind("used", _used(lambda: models.compiled(models.dense(layers.Dropout(0.3, seed=1))))),
    Kind("used, own steps", _used(models.own_steps)),
    Kind("frozen", _head_on_frozen),
    Kind("frozen, partial last batch", _used(_head_on_frozen), batch_size=10),
    *(
        kind
        for kind in KINDS
        if kind.name in ("BatchNorm", "mixed_float16", "averaged weights", "named inputs and outputs", "run_eagerly")
    ),
)


def _search(session: Session, table: Table) -> None:
    """Three candidates in turns, as a race has them; the last one diverges."""
    ends = []
    for rate in (1e-3, 1e-1, float("nan")):
        state, _ = session.run(session.start, rates(table, rate), 2)
        session.evaluate(state, 8)
        ends.append(state)
    for state in ends[:2]:
        state, _ = session.run(state, rates(table, 1e-2), table.total)
        session.evaluate(session.finish(state))
        session.weights(state)


def _lent(model: keras.Model, table: Table, use: Callable[[Session, Table], None] = _search) -> None:
    with open_session(model, table.train, table.validation, memory_limit=ROOM) as session:
        use(session, table)


@pytest.mark.parametrize("kind", LENT, ids=lambda kind: kind.name)
def test_a_search_leaves_no_trace(kind: Kind) -> None:
    table, model = read(kind), kind.model()
    before = _picture(model)
    _lent(model, table)
    assert _picture(model) == before


@pytest.mark.parametrize(
    "kind",
    [kind for kind in LENT[2:] if kind.name not in ("frozen", "run_eagerly", "BatchNorm")],
    ids=lambda kind: kind.name,
)
def test_a_model_that_was_lent_trains_as_one_that_never_was(kind: Kind) -> None:
    table, model, untouched = read(kind, epochs=1), kind.model(), kind.model()
    _lent(model, table)
    for one in (model, untouched):
        plain_fit(one, kind, table, 1e-2)
    assert bits(model) == bits(untouched)


class Twice(keras.metrics.Mean):
    """A metric whose configuration does not tell all."""

    def __init__(self, factor: float) -> None:
        super().__init__(name="twice")
        self.factor = factor

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        super().update_state(self.factor * tf.reduce_mean(y_pred))


@pytest.mark.parametrize(
    ("make", "name", "value"),
    [
        (lambda: Twice(2.0), "val_twice", 2 / 3),
        (
            lambda: keras.metrics.MeanMetricWrapper(lambda y, p: tf.reduce_sum(p, -1), name="sum"),
            "val_sum",
            1.0,
        ),
    ],
    ids=["a class without its arguments", "a local function"],
)
@pytest.mark.parametrize("build", [lambda model: model, lambda model: _fitted(model)], ids=["fresh", "used"])
def test_metrics_that_cannot_be_made_anew_are_measured_and_given_back(
    build: Any, make: Any, name: str, value: float
) -> None:
    kind = Kind("", lambda: build(models.compiled(models.dense(), metrics=[make()])))
    table, model = read(kind, epochs=1), kind.model()
    before = _picture(model)
    seen = []
    _lent(model, table, lambda session, _: seen.append(session.evaluate(session.start).values))
    assert seen[0][name] == pytest.approx(value, rel=1e-5)
    assert _picture(model) == before


@pytest.mark.parametrize("eager", [False, True], ids=["compiled", "eager"])
def test_keras_own_generator_is_given_back(eager: bool) -> None:
    kind = Kind("", lambda: models.compiled(models.dense(models.Jitter()), run_eagerly=eager))
    table, model = read(kind, epochs=1), kind.model()
    keras.random.normal((3,))  # makes the generator
    expected = keras.random.normal((3,)).numpy()
    model = kind.model()
    keras.random.normal((3,))
    twice = []

    def use(session: Session, table: Table) -> None:
        for _ in range(2):
            state, _ = session.run(session.start, rates(table, 1e-2), table.total)
            twice.append([weight.tobytes() for weight in session.weights(state)])

    _lent(model, table, use)
    assert twice[0] == twice[1]
    assert np.array_equal(keras.random.normal((3,)).numpy(), expected)


def test_a_saved_checkpoint_holds_the_users_own_optimizer(tmp_path: Any) -> None:
    kind = LENT[1]
    table, model = read(kind), kind.model()
    _lent(model, table)
    path = tf.train.Checkpoint(model=model).save(str(tmp_path / "checkpoint"))
    saved = [tf.train.load_variable(path, name) for name, _ in tf.train.list_variables(path)]
    slots = [v.value.numpy() for v in model.optimizer.variables]
    assert all(any(np.array_equal(slot, value) for value in saved) for slot in slots)


def test_a_compute_loss_of_the_users_own_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def doubled(
        x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        return 2.0 * keras.Model.compute_loss(model, x, y, y_pred, sample_weight, training)

    kind = LENT[0]
    table, model = read(kind, epochs=1), kind.model()
    model.compute_loss = doubled
    before = _picture(model)
    seen = []
    _lent(model, table, lambda session, _: seen.append(session.evaluate(session.start).values["val_loss"]))
    assert _picture(model) == before
    assert model.compute_loss is doubled
    del model.compute_loss
    _lent(model, table, lambda session, _: seen.append(session.evaluate(session.start).values["val_loss"]))
    assert seen[0] == pytest.approx(2 * seen[1])


class _Trap:
    """Counts calls and raises `error` at the call with the given number, after a part of the work is done."""

    def __init__(self, at: int | None, error: type[BaseException] = Accident) -> None:
        self.calls, self._at, self._error = 0, at, error

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            found = function(*arguments, **named)
            self.calls += 1
            if self.calls == self._at:
                raise self._error
            return found

        return call


def _set(trap: _Trap, session: Session, part: str) -> None:
    """Lay the trap into every train step or every validation step of a session."""
    steps = getattr(session, part)
    setattr(session, part, {length: _trapped(calls, trap) for length, calls in steps.items()})


def _trapped(calls: Calls, trap: _Trap) -> Calls:
    return Calls(trap.wrap(calls.one), None if calls.many is None else trap.wrap(calls.many))


def _count(kind: Kind, part: str) -> int:
    trap = _Trap(None)
    table = read(kind, epochs=1)

    def use(session: Session, table: Table) -> None:
        _set(trap, session, part)
        _search(session, table)

    _lent(kind.model(), table, use)
    return trap.calls


@pytest.mark.parametrize(
    ("kind", "part", "steps"),
    [(LENT[2], "_train", 8), (LENT[2], "_test", 9), (LENT[3], "_train", 5)],
    ids=["train step", "evaluation", "loop of train steps"],
)
def test_an_exception_at_any_step_leaves_no_trace(kind: Kind, part: str, steps: int) -> None:
    table, model = read(kind, epochs=1), kind.model()
    before = _picture(model)
    assert _count(kind, part) == steps
    for number in range(1, steps + 1):
        trap = _Trap(number)

        def use(session: Session, table: Table, trap: _Trap = trap) -> None:
            _set(trap, session, part)
            _search(session, table)

        with pytest.raises(Accident):
            _lent(model, table, use)
        assert _picture(model) == before, number
    untouched = kind.model()
    for one in (model, untouched):
        plain_fit(one, kind, table, 1e-2)
    assert bits(model) == bits(untouched)


@pytest.mark.parametrize(
    ("home", "name", "error"),
    [
        (prefix, "cut", Accident),
        (prefix, "_run_first", KeyboardInterrupt),
        (prefix, "keep_outputs", Accident),
        (Session, "_compare", KeyboardInterrupt),
        (Bank, "read", Accident),
        (Bank, "read", KeyboardInterrupt),
        (Bank, "write", Accident),
        (Bank, "write", KeyboardInterrupt),
        (keras.Model, "compile", KeyboardInterrupt),
        (keras.Model, "_symbolic_build", Accident),
        (keras.optimizers.Adam, "build", KeyboardInterrupt),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__.split(".")[-1],
)
def test_an_exception_while_the_search_prepares_leaves_no_trace(
    home: Any, name: str, error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = LENT[3]
    table, model = read(kind, epochs=1), kind.model()
    before = _picture(model)
    original = getattr(home, name)
    for number in (1, 2):
        trap = _Trap(number, error)
        monkeypatch.setattr(home, name, trap.wrap(original) if home is prefix else _method(trap, original))
        caught: BaseException | None = None
        try:
            _lent(model, table, lambda session, table: None)
        except (Accident, KeyboardInterrupt) as raised:
            caught = raised
        monkeypatch.undo()
        assert type(caught) is error or trap.calls < number, number
        assert trap.calls >= 1
        assert _picture(model) == before, number


def _method(trap: _Trap, original: Callable[..., Any]) -> Callable[..., Any]:
    wrapped = trap.wrap(original)
    return lambda self, *arguments, **named: wrapped(self, *arguments, **named)


@pytest.mark.parametrize("again", [1, 2, 3])
def test_ctrl_c_while_the_model_is_given_back(again: int, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = LENT[2]
    table, model = read(kind), kind.model()
    before = _picture(model)
    presses = iter([True] * again)
    giving_back: list[bool] = []
    original_write, original_give_back = Bank.write, Loan.give_back

    def give_back(loan: Loan) -> None:
        giving_back.append(True)
        original_give_back(loan)

    def write(bank: Bank, values: Any) -> None:
        if giving_back and next(presses, False):
            half = Bank(bank.variables[::2])
            original_write(half, values[::2])
            raise KeyboardInterrupt
        original_write(bank, values)

    monkeypatch.setattr(Loan, "give_back", give_back)
    monkeypatch.setattr(Bank, "write", write)
    with pytest.raises(KeyboardInterrupt):
        _lent(model, table)
    assert len(giving_back) == again + 1
    monkeypatch.undo()
    assert _picture(model) == before


def _tuned(model: keras.Model, kind: Kind, budget: float = 2.0) -> rightrate.TuneResult:
    return rightrate.tune(
        model, kind.data(), kind.data(), epochs=1, batch_size=kind.batch_size, rates=[1e-3, 1e-2], budget=budget
    )


@pytest.fixture
def traps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[_Trap]]:
    """Every session opened lays the last trap of this list into its steps."""
    laid: list[_Trap] = []
    original = Session.__init__

    def init(self: Session, *arguments: Any, **named: Any) -> None:
        original(self, *arguments, **named)
        for part in ("_train", "_test"):
            _set(laid[-1], self, part)

    monkeypatch.setattr(Session, "__init__", init)
    yield laid


def test_ctrl_c_at_any_step_of_a_search_gives_an_unfinished_result(traps: list[_Trap]) -> None:
    kind = LENT[2]
    model = kind.model()
    before = _picture(model)
    traps.append(_Trap(None))
    assert _tuned(model, kind).document.unfinished is None
    steps = traps[-1].calls
    assert steps >= 8
    chosen = []
    # The first evaluation belongs to the preparation: there is no result yet then.
    for number in range(2, steps + 1):
        traps.append(_Trap(number, KeyboardInterrupt))
        result = _tuned(model, kind)
        assert result.document.unfinished, number
        assert _picture(model) == before, number
        chosen.append(result.learning_rate)
    assert chosen[0] is None and chosen[-1] is not None
    traps.append(_Trap(None))
    untouched = kind.model()
    for one in (model, untouched):
        plain_fit(one, kind, read(kind), 1e-2)
    assert bits(model) == bits(untouched)


def test_ctrl_c_while_shapes_are_compared_keeps_the_rate_that_the_race_found(traps: list[_Trap]) -> None:
    kind = LENT[2]
    model = kind.model()
    before = _picture(model)
    calls = []
    for budget in (2.0, 5.0):
        traps.append(_Trap(None))
        found = _tuned(model, kind, budget)
        calls.append(traps[-1].calls)
    assert found.document.shaped and calls[1] > calls[0] + 2
    for number in (calls[0] + 1, calls[1]):
        traps.append(_Trap(number, KeyboardInterrupt))
        result = _tuned(model, kind, 5.0)
        assert result.document.unfinished and not result.document.shaped
        assert result.learning_rate == found.learning_rate
        assert _picture(model) == before


def test_the_cause_of_an_accident_reaches_the_user(traps: list[_Trap]) -> None:
    kind = LENT[2]
    model = kind.model()
    before = _picture(model)
    traps.append(_Trap(5))
    with pytest.raises(Accident):
        _tuned(model, kind)
    assert _picture(model) == before
