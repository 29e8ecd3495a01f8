"""What a model under training tells of its setting."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from rightrate.curves.setting import Setting
from rightrate.engine.optimizers import family
from rightrate.engine.task import loss_name
from rightrate.engine.watch_beside import monitored
from rightrate.engine.watch_rate import inner
from rightrate.engine.watch_tap import loss_trackers


def setting_of(model: Any, callbacks: Iterable[Any] | None) -> Setting:
    """What is known before the first step.

    Args:
        model: compiled.
        callbacks: all of the same `fit`; None where they are not known.
    """
    optimizer = model.optimizer
    return Setting(
        optimizer=family(optimizer) if optimizer is not None else None,
        trainable=_count(model.trainable_variables) or None,
        weights=_count(model.weights) or None,
        classes=_classes(model),
        monitored=monitored(callbacks) if callbacks is not None else None,
        mixed_precision=inner(optimizer) is not optimizer if optimizer is not None else None,
    )


def rows_seen(model: Any) -> int | None:
    """Samples behind the present mean of the loss, as at the end of an evaluation; None where nobody counts them."""
    counts = [float(np.asarray(tracker.count)) for tracker in loss_trackers(model)]
    return int(sum(counts)) or None if len(counts) == 1 else None


def _count(variables: Iterable[Any]) -> int:
    return sum(math.prod(variable.shape) for variable in variables)


def _classes(model: Any) -> int | None:
    """Number of classes of a classifier with one output and a cross-entropy; else None."""
    outputs = getattr(model, "outputs", None)
    name = loss_name(model.loss)
    if not outputs or len(outputs) != 1 or "crossentropy" not in name or len(outputs[0].shape) != 2:
        return None
    width = outputs[0].shape[-1]
    if "binary" in name:
        return 2 if width == 1 else None
    return int(width) if width is not None and width > 1 else None
