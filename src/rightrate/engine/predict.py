"""What a model answers, batch by batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from rightrate.engine.samples import Samples, TrainSamples
from rightrate.engine.task import read_task
from rightrate.errors import ModelError

#: Activations whose outputs are probabilities.
_PROBABILITIES = ("softmax", "sigmoid", "hard_sigmoid")


def predict(
    model: Any, x: np.ndarray, batch_size: int, on_progress: Callable[[float], None] = lambda share: None
) -> np.ndarray:
    """Outputs for all samples, shape `(samples, outputs)`.

    Args:
        on_progress: hears the share of samples that are done.

    Raises:
        ModelError: the model does not take these samples, or has several outputs.
    """
    pieces = []
    for start in range(0, len(x), batch_size):
        pieces.append(
            answer(model, x[start : start + batch_size], "Give the data that it was trained on (--image-size).")
        )
        on_progress(min(start + batch_size, len(x)) / len(x))
    joined = np.concatenate(pieces)
    return joined.reshape(len(joined), -1)


def answer(model: Any, batch: Any, how: str = "Give data of the kind and size that it was trained on.") -> np.ndarray:
    """The outputs for one batch.

    Args:
        how: to mend samples that the model does not take.

    Raises:
        ModelError: the model does not take these samples, or has several outputs.
    """
    try:
        found = model.predict_on_batch(batch)
    except (ValueError, TypeError, tf.errors.OpError) as error:
        text = " ".join(str(error).split())[:400]
        shapes = [tuple(np.shape(leaf)[1:]) for leaf in tf.nest.flatten(batch)]
        given = shapes[0] if len(shapes) == 1 else shapes
        raise ModelError(f"The model does not take these samples, of shape {given}: {text} {how}") from error
    if not isinstance(found, np.ndarray):
        raise ModelError(
            "The model has several outputs; one is judged at a time. Save its predictions of one output, and "
            "judge that file."
        )
    return found


def predict_samples(model: Any, samples: Samples) -> np.ndarray:
    """Outputs for all samples of a table, shape `(samples, outputs)`, in its own order.

    Raises:
        ModelError: the model has several outputs.
    """
    found: np.ndarray | None = None
    for rows in samples.steps:
        outputs = answer(model, samples.batch(rows)[0])
        flat = outputs.reshape(len(rows), -1)
        if found is None:
            found = np.full((samples.size, flat.shape[1]), np.nan, flat.dtype)
        found[rows] = flat
    assert found is not None
    return found


def true_classes(model: Any, train: TrainSamples, samples: Samples) -> np.ndarray | None:
    """The true class of each sample in its table; None where the model does not sort samples into classes."""
    return read_task(model, train, samples).labels


def gives_logits(model: Any) -> bool:
    """Whether the outputs are logits: the compiled loss says so, or the last layer has another activation."""
    from_logits = getattr(getattr(model, "loss", None), "from_logits", None)
    if from_logits is not None:
        return bool(from_logits)
    layers = getattr(model, "layers", [])
    name = getattr(getattr(layers[-1], "activation", None), "__name__", "") if layers else ""
    last = type(layers[-1]).__name__.lower() if layers else ""
    return bool(name) and name not in _PROBABILITIES and last not in _PROBABILITIES
