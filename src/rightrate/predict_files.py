"""A model file and data files in, predictions out: the first half of `rightrate judge --model`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rightrate.errors import DataError, UsageError
from rightrate.importers.labelled import LabelledPart
from rightrate.importers.prediction_data import read_data
from rightrate.scoring.predictions import Predictions
from rightrate.scoring.read import read_predictions

Say = Callable[[str], None]


@dataclass(frozen=True)
class PredictFiles:
    """What to predict, and how its classes are called; each field is an option of `rightrate judge`."""

    model: str
    data: str
    label: str | None = None
    batch_size: int = 32
    image_size: tuple[int, int] | None = None
    pixel_range: tuple[float, float] = (0.0, 255.0)
    positive: str | None = None
    labels: tuple[str, ...] | None = None
    threshold: float | None = None
    task: str | None = None
    logits: bool = False


def predict_files(
    asked: PredictFiles, say: Say, on_progress: Callable[[float], None]
) -> tuple[Predictions, dict[str, str]]:
    """Load the model, read the data, predict; returns the predictions and what was judged.

    Raises:
        RightrateError: whatever is wrong with the model, the data, or their fit.
    """
    if asked.batch_size < 1:
        raise UsageError(f"--batch-size must be a whole number above 0. Received: {asked.batch_size}.")
    from rightrate.engine.backend import require_keras, require_model

    require_keras()
    from rightrate.engine import head, load
    from rightrate.engine.predict import gives_logits, predict

    model = load.load(asked.model).model
    require_model(model)
    own = head.image_size(model)
    is_folder = Path(asked.data).is_dir()
    part = read_data(
        asked.data,
        label=asked.label,
        image_size=(asked.image_size or (own[:2] if own else None)) if is_folder else asked.image_size,
        channels=own[2] if own and is_folder else 3,
        pixel_range=asked.pixel_range,
    )
    for warning in part.warnings:
        say(warning)
    logits = asked.logits or (bool(part.classes) and gives_logits(model))
    width = _width(model)
    if width is not None:
        # Whatever is missing or does not fit is said now, rather than once everything is predicted.
        _predictions(asked, part, np.full((len(part.y), width), 1 / width), logits)
    outputs = predict(model, part.x, asked.batch_size, on_progress)
    predictions = _predictions(asked, part, outputs, logits)
    return predictions, {"model": asked.model, "data": asked.data, "model sha256": _digest(Path(asked.model))}


def _width(model: Any) -> int | None:
    """How many numbers the model answers with; None where it does not say, or has several outputs."""
    shape = getattr(model, "output_shape", None)
    sizes = shape[1:] if isinstance(shape, tuple) else (None,)
    return int(np.prod(sizes)) if all(isinstance(size, int) for size in sizes) else None


def _predictions(asked: PredictFiles, part: LabelledPart, outputs: np.ndarray, logits: bool) -> Predictions:
    options: dict[str, Any] = {"positive": asked.positive, "threshold": asked.threshold}
    width = outputs.shape[1]
    if not part.classes and width > 1:
        raise DataError(
            f"The model has {width} outputs, and the labels are one number a row; expected one output. Give labels "
            "that are classes, or save the model's predictions of one output and judge that file."
        )
    if not part.classes:
        return read_predictions(part.y, outputs[:, 0], task=asked.task or "regression", positive=asked.positive)
    names = asked.labels or part.classes
    missing = [name for name in part.classes if name not in names]
    if missing:
        raise DataError(
            f"The data have the class '{missing[0]}', which is not among --labels ({', '.join(names[:10])}). List "
            "all classes in the order of the model's outputs."
        )
    if width != len(names) and not (width == 1 and len(names) == 2):
        raise DataError(
            f"The model has {width} outputs and the data {len(names)} classes. Give --labels with the names of all "
            "outputs in their order (Keras sorts class folders by name)."
        )
    # A single output speaks of the second of two classes, as Keras builds such models.
    return read_predictions(
        [part.classes[i] for i in part.y],
        outputs[:, 0] if width == 1 else outputs,
        labels=list(names),
        logits=logits,
        task=asked.task,
        score_of=names[1] if width == 1 else None,
        **options,
    )


def _digest(path: Path) -> str:
    if not path.is_file():
        return "none: built by a function"
    return hashlib.sha256(path.read_bytes()).hexdigest()
