"""The workflow behind `rightrate judge`: files in, a verdict out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rightrate.errors import DataError, UsageError
from rightrate.importers.policy_file import own_policy, read_policy
from rightrate.importers.prediction_rows import in_file
from rightrate.importers.predictions import PredictionFile, read_predictions_file
from rightrate.report.judged.read_json import from_json
from rightrate.runner.judged import Extras, judge_predictions
from rightrate.runner.verdict import Verdict
from rightrate.scoring.class_order import places
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.read import read_predictions
from rightrate.verdict import Judgement, Policy
from rightrate.verdict.policy_values import as_values, from_values

if TYPE_CHECKING:
    from rightrate.predict_files import PredictFiles

__all__ = ["JudgeFiles", "judge_files", "read_verdict"]

Say = Callable[[str], None]


@dataclass(frozen=True)
class JudgeFiles:
    """What `rightrate judge` was asked; every field is an option of the command."""

    predictions: str | None = None
    true: str | None = None
    pred: str | None = None
    prob: str | None = None
    positive: str | None = None
    labels: str | None = None
    threshold: float | None = None
    logits: bool = False
    task: str | None = None
    groups: str | None = None
    weights: str | None = None
    slices: tuple[str, ...] = ()
    baseline: str | None = None
    threshold_data: str | None = None
    policy: str | None = None
    settings: tuple[tuple[str, Any], ...] = ()
    model: str | None = None
    data: str | None = None
    batch_size: int = 32
    image_size: tuple[int, int] | None = None
    pixel_range: tuple[float, float] = (0.0, 255.0)
    label: str | None = None


def judge_files(
    asked: JudgeFiles, say: Say = lambda text: None, on_progress: Callable[[float], None] = lambda share: None
) -> Verdict:
    """Read what was named, predict if a model was named, and judge.

    Args:
        say: hears one sentence about each thing that was assumed or is being done.
        on_progress: hears the share of samples that are predicted.
    """
    policy = _policy(asked, say)
    if (asked.model is None) != (asked.data is None):
        raise UsageError("--model and --data belong together: a model predicts data.")
    if asked.model is not None and asked.data is not None:
        if asked.predictions is not None:
            raise UsageError("Give a file of predictions, or --model and --data; not both.")
        # It knows pictures: a file of predictions need not wait for that to load.
        from rightrate.predict_files import predict_files

        data = asked.data
        _check_baseline(asked.baseline)  # now, rather than once everything is predicted
        predictions, about = predict_files(_to_predict(asked, asked.model, data), say, on_progress)
        other, name = _baseline(asked, lambda model: _predicted_by(asked, data, model, on_progress))
        return judge_predictions(predictions, policy, Extras(baseline=other, baseline_name=name, about=about))
    if asked.predictions is None:
        raise UsageError("Nothing to judge: name a file of predictions, or --model and --data.")
    path = Path(asked.predictions)
    file = _read(path, asked, asked.slices)
    for remark in file.remarks:
        say(remark)
    predictions = _predictions(path, file, asked)

    def of_others(name: str) -> Predictions:
        return _predictions(Path(name), _read(Path(name), asked, ()), asked, predictions)

    other, name = _baseline(asked, of_others)
    chosen_on = None if asked.threshold_data is None else of_others(asked.threshold_data)
    extras = Extras(
        baseline=other, baseline_name=name, slices=file.slices, chosen_on=chosen_on, about={"predictions": str(path)}
    )
    return judge_predictions(predictions, policy, extras)


def _to_predict(asked: JudgeFiles, model: str, data: str) -> PredictFiles:
    from rightrate.predict_files import PredictFiles

    unused = [f"--{name}" for name in ("true", "pred", "prob", "groups", "weights") if getattr(asked, name)]
    unused += ["--slice"] if asked.slices else []
    if unused or asked.threshold_data is not None:
        raise UsageError(
            f"{', '.join(unused) or '--threshold-data'} belongs to a file of predictions; with --model there is none. "
            "Save the model's predictions with these columns, and judge that file."
        )
    return PredictFiles(
        model=model,
        data=data,
        label=asked.label,
        batch_size=asked.batch_size,
        image_size=asked.image_size,
        pixel_range=asked.pixel_range,
        positive=asked.positive,
        labels=None if asked.labels is None else tuple(_names(asked.labels)),
        threshold=asked.threshold,
        task=asked.task,
        logits=asked.logits,
    )


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


def read_verdict(path: Path) -> Judgement:
    """A verdict that was saved as JSON.

    Raises:
        DataError: no file, no JSON, or no verdict.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"'{path}' cannot be read: {error.strerror}. Expected a verdict.json.") from error
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise DataError(f"'{path}' is no JSON ({error}). Expected a verdict.json of `rightrate judge`.") from error
    if not isinstance(values, dict):
        raise DataError(f"'{path}' holds no verdict. Expected a verdict.json of `rightrate judge`.")
    try:
        return from_json(values)
    except DataError as error:
        raise DataError(f"'{path}': {error}") from error


def _policy(asked: JudgeFiles, say: Say) -> Policy:
    """The policy file named, else the project's own, else the default; options of the command line win."""
    if asked.policy is not None:
        policy = read_policy(Path(asked.policy))
    else:
        policy, source = own_policy(Path.cwd())
        if source is not None:
            say(f"The policy is [tool.rightrate] of {source}.")
    return from_values({**as_values(policy), **dict(asked.settings)}, "the options") if asked.settings else policy


def _read(path: Path, asked: JudgeFiles, slices: tuple[str, ...]) -> PredictionFile:
    return read_predictions_file(
        path,
        true=asked.true,
        pred=asked.pred,
        prob=asked.prob,
        groups=asked.groups,
        weights=asked.weights,
        slices=slices,
        losses=asked.task == Task.TOKENS.value,
    )


def _predictions(path: Path, file: PredictionFile, asked: JudgeFiles, model: Predictions | None = None) -> Predictions:
    """As `_checked`, with errors in the words of the file."""
    try:
        return _checked(file, asked, model)
    except UsageError as error:
        raise type(error)(in_options(in_file(path, str(error)))) from error


# How what is written in Python is written on the command line.
_OPTIONS = (
    (re.compile(r"logits=True"), "--logits"),
    (re.compile(r"task='(\w+)'"), r"--task \1"),
    (re.compile(r"task=(?!\w)"), "--task"),
    (re.compile(r"labels=(\[\.\.\.\])?( in Python)?"), "--labels"),
    (re.compile(r"positive=(…|\.\.\.)?"), "--positive"),
)


def in_options(message: str) -> str:
    """A message about arguments in Python, in the words of the command line.

    Example:
        >>> in_options("Leave out logits=True, say task='multilabel', or give labels=[...].")
        'Leave out --logits, say --task multilabel, or give --labels.'
    """
    for python, option in _OPTIONS:
        message = python.sub(option, message)
    return message


def _checked(file: PredictionFile, asked: JudgeFiles, model: Predictions | None) -> Predictions:
    """The file's columns as predictions.

    Args:
        model: what is judged, whose classes and positive class these must share; None for what is judged itself.
    """
    file, labels = _in_order(file, asked, model)
    positive, threshold = asked.positive, asked.threshold
    if model is not None:
        positive = None if model.positive is None else model.names[model.positive]
        threshold = None if file.y_prob is None else threshold  # answers that were served stay what they are
    shared: dict[str, Any] = {"task": asked.task, "positive": positive, "groups": file.groups, "weights": file.weights}
    answer = file.y_pred if file.y_prob is None else file.y_prob
    whose = None if file.y_prob is None else file.positive
    found = read_predictions(
        file.y_true, answer, labels=labels, threshold=threshold, logits=asked.logits, score_of=whose, **shared
    )
    if file.y_prob is None or file.y_pred is None or threshold is not None or not found.names:
        return found
    # The answers that were served may have been given at another threshold than 0.5: they are what is judged.
    answers = read_predictions(file.y_true, file.y_pred, labels=list(found.names), **shared)
    return replace(found, predicted=answers.predicted, threshold=None)


def _in_order(
    file: PredictionFile, asked: JudgeFiles, model: Predictions | None
) -> tuple[PredictionFile, Sequence[str] | None]:
    """The file with its columns in the order of the classes, and these classes; None where nothing names them."""
    said = None if asked.labels is None else _names(asked.labels)
    wanted = said if model is None or not model.names else list(model.names)
    if wanted is None or file.labels is None:
        return file, wanted or file.labels
    # Who lists the classes may be naming columns that are called anything.
    order = places(file.labels, wanted, by_place=said is not None)
    by_label = {name: _ordered(getattr(file, name), order) for name in ("y_true", "y_pred", "y_prob")}
    return replace(file, labels=tuple(wanted), **by_label), wanted


def _ordered(column: Any, order: list[int]) -> Any:
    return column[:, order] if getattr(column, "ndim", 1) == 2 else column


def _baseline(
    asked: JudgeFiles, answers_of: Callable[[str], Predictions]
) -> tuple[Predictions | Judgement | None, str]:
    """An earlier verdict, or what `answers_of` reads or predicts; and its name in sentences."""
    if asked.baseline is None:
        return None, "the baseline"
    path = Path(asked.baseline)
    found = read_verdict(path) if path.suffix.lower() == ".json" else answers_of(asked.baseline)
    return found, f"the baseline ({path.name})"


def _check_baseline(name: str | None) -> None:
    """Raise unless this is what --baseline may name beside --model."""
    if name is None:
        return
    if name.lower().endswith(".json"):
        read_verdict(Path(name))
        return
    if not name.lower().endswith(".keras") and ":" not in name:
        raise UsageError(f"With --model, --baseline is another .keras file or a verdict.json. Received: {name}.")
    if ":" not in name and not Path(name).is_file():
        raise DataError(f"There is no file '{name}', which --baseline names; expected another model. Check the name.")


def _predicted_by(asked: JudgeFiles, data: str, other: str, on_progress: Callable[[float], None]) -> Predictions:
    """Another model's answers to the same data."""
    from rightrate.predict_files import predict_files

    return predict_files(_to_predict(asked, other, data), lambda text: None, on_progress)[0]
