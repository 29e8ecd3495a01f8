"""A Keras `History` in memory, or its `history` dict -> a `Log`. Keras is not imported: names are enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rightrate.curves.setting import Setting
from rightrate.curves.training import Training
from rightrate.errors import DataError
from rightrate.importers.logs.assemble import About, assemble, nothing_in
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.json_text import count
from rightrate.importers.logs.log import Columns, Log
from rightrate.importers.logs.names import canonical, check_columns, check_names

FORMAT = "Keras History"
SOURCE = "history"
RATE = "learning_rate"

_CROSSENTROPIES = ("categorical_crossentropy", "sparse_categorical_crossentropy")


def is_history(source: Any) -> bool:
    """Whether it looks like what `Model.fit` returns."""
    return isinstance(getattr(source, "history", None), Mapping) and hasattr(source, "epoch")


def read_history(source: Any, columns: Columns | None = None) -> Log:
    """Read what `Model.fit` returns, or its `history` dict.

    The learning rate is that of the history where a callback logged it, else that of the optimizer: a schedule is asked
    for its rate at the end of each epoch.

    Args:
        source: a `History` (with `.history`, `.epoch`, `.params`, `.model`), or a dict of one list a quantity.
        columns: which name is which quantity, where the table of names does not say it.

    Edge cases: a list shorter than the epochs is a validation at every n-th epoch (`validation_freq=n`), with a
    warning. Values that are no numbers are gaps; NaN and infinity are values.

    Raises:
        DataError: no list of numbers in it; two names could both be the loss; `columns` names one that is not there.

    Example:
        >>> log = read_history({"loss": [0.9, 0.5], "val_loss": [0.8, float("nan")]})
        >>> log[0].curves["val_loss"].steps.tolist(), log[0].curves["val_loss"].values.tolist()
        ([1, 2], [0.8, nan])
    """
    inside = source if isinstance(source, Mapping) else source.history
    lists = {str(name): _numbers(values) for name, values in inside.items() if _is_list(values)}
    lists = {name: values for name, values in lists.items() if values and name != "epoch"}
    if not lists:
        raise DataError(
            f"The history holds no list of numbers. Received: {_shown(inside)}. Expected what Model.fit returns, or a "
            'dict such as {"loss": [0.9, 0.5], "val_loss": [0.8, 0.6]}.'
        )
    check_names(columns or {})
    check_columns(columns or {}, set(lists), SOURCE)
    epochs = _epochs(source, max(map(len, lists.values())))
    collector, warnings = Collector(), []
    for name, values in lists.items():
        places, warning = _places(name, len(values), len(epochs))
        warnings += [warning] if warning else []
        for place, value in zip(places, values, strict=True):
            if value is not None:
                collector.add(name, epochs[place] + 1, value)
    if not collector.names:
        raise nothing_in(SOURCE)
    params = getattr(source, "params", None)
    steps = count(params.get("steps")) if isinstance(params, Mapping) else None
    optimizer = getattr(getattr(source, "model", None), "optimizer", None)
    if RATE not in map(canonical, collector.names) and RATE not in (columns or {}):
        for epoch, rate in zip(epochs, _rates(optimizer, len(epochs), steps), strict=False):
            collector.add(RATE, epoch + 1, rate)
    training, more = assemble(collector, About(SOURCE, SOURCE, "epoch", steps), columns or {})
    assert training is not None
    known = Training(
        training.name, training.curves, "epoch", steps, SOURCE, _setting(getattr(source, "model", None), optimizer)
    )
    return Log((known,), (*warnings, *more), FORMAT)


def _is_list(values: Any) -> bool:
    return hasattr(values, "tolist") or (isinstance(values, Sequence) and not isinstance(values, (str, bytes)))


def _numbers(values: Any) -> list[float | None]:
    """The values as floats; None for what is no number. Keras's own are floats, or arrays of one number."""
    found: list[float | None] = []
    for value in values.tolist() if hasattr(values, "tolist") else values:
        try:
            found.append(None if isinstance(value, (str, bool)) else float(value))
        except (TypeError, ValueError, OverflowError):
            found.append(None)
    return found if any(value is not None for value in found) else []


def _epochs(source: Any, points: int) -> list[int]:
    """The number of each epoch as Keras counts them, from 0; a fit that went on begins where the one before ended."""
    given = getattr(source, "epoch", None)
    numbers = list(given) if isinstance(given, Sequence) else []
    rising = all(isinstance(one, int) and one >= 0 for one in numbers) and numbers == sorted(set(numbers))
    return numbers if rising and len(numbers) >= points else list(range(points))


def _places(name: str, values: int, epochs: int) -> tuple[list[int], str]:
    """Which epochs a list's values belong to, and what was assumed."""
    if values == epochs:
        return list(range(epochs)), ""
    every = next((n for n in range(2, epochs + 1) if epochs // n == values), None)
    if every is None:
        return list(range(values)), f"{name!r} has {values} values for {epochs} epochs; they are taken as the first."
    said = (
        f"{name!r} has {values} values for {epochs} epochs; they are taken as those of epoch {every}, {2 * every}, ..."
    )
    return [every * (i + 1) - 1 for i in range(values)], said


def _rates(optimizer: Any, epochs: int, steps: int | None) -> list[float]:
    """The rate in force at the end of each epoch; empty where nobody knows it."""
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    schedule = getattr(optimizer, "_learning_rate", None)
    done = _float(getattr(optimizer, "iterations", None))
    if callable(schedule) and not hasattr(schedule, "numpy"):  # a variable has a value; a schedule is called
        if steps is None or done is None:
            return []
        first = max(0, int(done) - epochs * steps)
        rates = [_float(schedule(first + (epoch + 1) * steps - 1)) for epoch in range(epochs)]
        return [rate for rate in rates if rate is not None] if None not in rates else []
    rate = _float(getattr(optimizer, "learning_rate", None))
    return [rate] * epochs if rate is not None else []


def _float(value: Any) -> float | None:
    try:
        return float(value.numpy()) if hasattr(value, "numpy") else float(value)
    except (TypeError, ValueError):
        return None


def _setting(model: Any, optimizer: Any) -> Setting:
    """What the model says of itself; None for what it does not say."""
    inner = getattr(optimizer, "inner_optimizer", None)
    return Setting(
        optimizer=type(inner if inner is not None else optimizer).__name__ if optimizer is not None else None,
        trainable=_size(getattr(model, "trainable_weights", None)),
        weights=_size(getattr(model, "weights", None)),
        classes=_classes(model),
        mixed_precision=True if inner is not None else None,
    )


def _size(weights: Any) -> int | None:
    total = 0
    for weight in weights or ():
        size = 1
        for side in getattr(weight, "shape", ()) or ():
            size *= int(side)
        total += size
    return total or None


def _classes(model: Any) -> int | None:
    """The outputs of a classifier that was compiled with one of Keras's cross-entropies by name or class."""
    loss, shape = getattr(model, "loss", None), getattr(model, "output_shape", None)
    name = loss if isinstance(loss, str) else getattr(loss, "name", None)
    if name in _CROSSENTROPIES and isinstance(shape, tuple) and isinstance(shape[-1], int) and shape[-1] > 1:
        return shape[-1]
    return 2 if name == "binary_crossentropy" and shape is not None and shape[-1] == 1 else None


def _shown(inside: Mapping[Any, Any]) -> str:
    return ", ".join(repr(name)[:40] for name in list(inside)[:5]) or "an empty dict"
