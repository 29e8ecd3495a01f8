"""`read`: the candidates of a folder that `rightrate tune` wrote, from its result.json."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rightrate.curves.curve import Curve
from rightrate.curves.resample import means_before
from rightrate.curves.training import Training
from rightrate.errors import DataError, UsageError
from rightrate.report import words
from rightrate.report.as_json import FORMAT
from rightrate.report.lesson.recorded import Counts, Recorded

_FILE = "result.json"
_EXPECTED = "Expected a folder that `rightrate tune` or rr.tune(…, out=folder) wrote, such as runs/0001."


@dataclass(frozen=True, eq=False)
class OwnRun:
    """A search as its folder tells it.

    Args:
        title: what was tuned.
        recorded: every candidate that was trained, by rising rate.
        chosen: index of the chosen one, or None.
        positive: the class whose counts are kept, or None where no classes were scored.
        picked: whether that class was picked here, since the run names none.
        objective: what the rate was chosen by, in Keras's words.
        about: how it was measured, by label.
    """

    title: str
    recorded: tuple[Recorded, ...]
    chosen: int | None
    positive: str | None
    picked: bool
    objective: str
    about: Mapping[str, str]


def read(folder: Path) -> OwnRun:
    """Read a run folder.

    Raises:
        UsageError: there is no such folder, or it is no run of a search.
        DataError: its result.json cannot be read, or nothing was trained.
    """
    content = _content(folder)
    try:
        return _run(content, _class_names(folder))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        if isinstance(error, UsageError):
            raise
        what = f"the field {error} is missing" if isinstance(error, KeyError) else str(error)
        raise DataError(
            f"{folder / _FILE} is not as rightrate writes it: {words.shorten(what, 200)}. Run `rightrate tune` again."
        ) from error


def _content(folder: Path) -> Mapping[str, Any]:
    path = folder / _FILE
    if not folder.exists():
        raise UsageError(f"There is no folder {folder}. {_EXPECTED}")
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file. {_EXPECTED}")
    if not path.is_file():
        raise UsageError(f"{folder} holds no {_FILE}, so it is no run. {_EXPECTED}")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}. Run `rightrate tune` again.") from error
    if not isinstance(content, dict) or content.get("kind") != "tune":
        raise UsageError(f"{path} is not about a search. {_EXPECTED}")
    if content.get("format") != FORMAT:
        raise UsageError(
            f"{path} has format {content.get('format')!r}; this rightrate reads format {FORMAT}. Use the rightrate "
            "that wrote it, or run the search again."
        )
    return content


def _class_names(folder: Path) -> tuple[str, ...]:
    """The classes' names, which the verdict beside a result knows; none where there is no verdict."""
    try:
        found = json.loads((folder / "verdict" / "verdict.json").read_text(encoding="utf-8"))["class_names"]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _run(content: Mapping[str, Any], names: Sequence[str]) -> OwnRun:
    trained = [(i, trial) for i, trial in enumerate(content["trials"]) if trial["evaluations"]]
    if not trained:
        raise DataError("The run has no candidate that was measured on validation data: there is nothing to teach on.")
    chosen = next((place for place, (i, _) in enumerate(trained) if i == content["chosen"]), None)
    index, name, picked = _class(trained[chosen or 0][1], [trial for _, trial in trained], names)
    shape = _shape(content["schedule"])
    recorded = tuple(_recorded(trial, shape, index) for _, trial in trained)
    about = {str(label): str(text) for label, text in content["about"].items()}
    return OwnRun(str(content["title"]), recorded, chosen, name, picked, str(content["objective"]["name"]), about)


def _class(
    chosen: Mapping[str, Any], trials: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> tuple[int | None, str | None, bool]:
    """The class whose counts are told: index, name, and whether the run left the choice to us."""
    scores = chosen["scores"] or next((one["scores"] for one in trials if one["scores"]), None)
    if scores is None:
        return None, None, False
    matrix = scores["confusion"]
    every = [Counts.of_class(matrix, i) for i in range(len(matrix))]
    if scores["positive"] is not None:
        fits = [i for i, one in enumerate(every) if (one.tp + one.fn, one.tp) == (scores["positives"], scores["found"])]
        fits = [i for i in fits if every[i].precision == scores["precision"]] or fits
        return fits[0], str(scores["positive"]), False
    worst = min(range(len(every)), key=lambda i: 2.0 if every[i].recall is None else float(every[i].recall or 0.0))
    return worst, names[worst] if worst < len(names) else f"class {worst}", True


def _shape(schedule: Mapping[str, Any] | None) -> Curve | None:
    """The schedule as shares of its peak, by step from 1 on; None where the run has none."""
    if schedule is None:
        return None
    kept = schedule["rates"]
    peak = float(schedule["peak"])
    return Curve("learning_rate", np.array(kept["steps"]) + 1, np.array(kept["values"], dtype=float) / peak)


def _recorded(trial: Mapping[str, Any], shape: Curve | None, index: int | None) -> Recorded:
    rate = float(trial["learning_rate"])
    evaluations = trial["evaluations"]
    steps = np.array([one["step"] for one in evaluations], dtype=np.int64)
    epochs = np.array([one["epoch"] for one in evaluations], dtype=float)
    loss = Curve("loss", np.array(trial["train_loss"]["steps"]), _numbers(trial["train_loss"]["values"]))
    measured = {name: _numbers([one["values"].get(name) for one in evaluations]) for name in _names(evaluations)}
    curves = {name: Curve(name, steps, values) for name, values in measured.items()}
    rates = Curve("learning_rate", np.array([1]), np.array([rate]))
    if shape is not None and (kept := shape.steps <= max(trial["steps"], 1)).any():
        rates = Curve("learning_rate", shape.steps[kept], rate * shape.values[kept])
    per_epoch = max(1, round(float(steps[-1]) / float(epochs[-1]))) if epochs[-1] > 0 else None
    final = None
    if index is not None and trial["scores"] is not None:
        final = Counts.of_class(trial["scores"]["confusion"], index)
    training = Training(
        f"rate {words.rate(rate)}",
        {**_at_the_end(final, int(steps[-1])), **curves, "loss": loss, "learning_rate": rates},
        "step",
        per_epoch,
        _FILE,
    )
    nothing = np.full(len(steps), math.nan)
    return Recorded(
        training,
        rate,
        None,
        epochs,
        means_before(loss, steps.astype(float)),
        measured.get("val_loss", nothing),
        measured.get("val_accuracy", nothing),
        (*[None] * (len(steps) - 1), final),
    )


def _at_the_end(counts: Counts | None, step: int) -> dict[str, Curve]:
    """Precision and recall of the last look, so that the band of a training is of what the page shows of it."""
    shares = {} if counts is None else {"val_precision": counts.precision, "val_recall": counts.recall}
    return {
        name: Curve(name, np.array([step]), np.array([value])) for name, value in shares.items() if value is not None
    }


def _names(evaluations: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(str(name) for one in evaluations for name in one["values"]))


def _numbers(values: Sequence[Any]) -> Any:
    """Null is what JSON has for a value that is no number."""
    return np.array([math.nan if value is None else float(value) for value in values])
