"""The verdict at the end of a watched training: on its validation part, or on a test part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rightrate.engine.answers import ValidationPart, answers, batches_of
from rightrate.engine.predict import gives_logits
from rightrate.engine.task import task_of
from rightrate.errors import DataError, ModelError, RightrateError, UsageError
from rightrate.runner.judged import Part, judge_answers, judge_others
from rightrate.runner.local import Answers
from rightrate.runner.prepare import marking
from rightrate.runner.verdict import Verdict

_HOW = "Ask for a verdict by rr.Watch(judge=True), or judge=(x_test, y_test) for samples that nothing was chosen on."


@dataclass(frozen=True)
class Asked:
    """What a watch is to judge.

    Args:
        judge: False for nothing, True for the validation part of the training, or test data.
        positive, class_names: as in `rightrate.tune`.
    """

    judge: Any = False
    positive: str | int | None = None
    class_names: Sequence[str] | None = None

    @property
    def is_on_validation(self) -> bool:
        return self.judge is True

    def check(self) -> None:
        """Raise a `UsageError` where nothing can be judged."""
        if self.judge is False and (self.positive is not None or self.class_names is not None):
            raise UsageError(f"`positive` and `class_names` are for a verdict, and none was asked for. {_HOW}")
        if self.judge is None or (isinstance(self.judge, (str, int)) and not isinstance(self.judge, bool)):
            raise UsageError(
                "`judge` must be True for the validation part, or test data: (x, y) or a dataset. "
                f"Received: {self.judge!r}."
            )


class AtTheEnd:
    """Judges the model once its training is over.

    Args:
        asked: what to judge.
    """

    def __init__(self, asked: Asked) -> None:
        asked.check()
        self.asked = asked
        self._part: ValidationPart | None = None
        self._verdict: Verdict | None = None
        self._why_not = f"Nothing was judged yet: a training is judged at its end. {'' if asked.judge else _HOW}"

    def begin(self) -> None:
        """A training begins: what was judged before is no verdict on it."""
        self._part = self._verdict = None
        if self.asked.judge is not False:
            self._why_not = "Nothing was judged yet: a training is judged at its end."

    def evaluated(self, model: Any) -> None:
        """A validation within the training has ended: its data can be had now, and no more at the end."""
        if self.asked.is_on_validation and self._part is None:
            self._part = ValidationPart(model)

    def judge(self, model: Any) -> str:
        """Judge the model as it is now, and return what to say of it; why it could not be judged is no error here."""
        try:
            self._verdict = self._judged(model)
        except RightrateError as error:
            self._why_not = f"The training could not be judged: {error}"
            return self._why_not
        finally:
            self._part = None  # it holds the data
        part = "the validation part" if self.asked.is_on_validation else "the test part"
        return f"{self._verdict.outcome.value.replace('_', ' ')} by {part}: {self._verdict.reason}"

    @property
    def verdict(self) -> Verdict:
        """The verdict.

        Raises:
            UsageError: nothing was judged, and why.
        """
        if self._verdict is None:
            raise UsageError(self._why_not)
        return self._verdict

    def _judged(self, model: Any) -> Verdict:
        labels, outputs = answers(model, self._batches())
        task = task_of(model.loss, outputs.shape[1], labels)
        part = Part.WATCHED if self.asked.is_on_validation else Part.TEST
        logits = gives_logits(model)
        if task.classes is not None and task.labels is not None:
            marked = marking(task, self.asked.positive, self.asked.class_names)
            assert marked is not None
            return judge_answers(Answers(task.labels, outputs), marked, logits=logits, part=part)
        if task.kind is None:
            raise ModelError(f"{str(task.why_not).capitalize()}. Judge its answers by rr.judge.")
        if task.kind == "number" and outputs.shape != labels.reshape(len(labels), -1).shape:
            raise DataError(f"The labels have shape {labels.shape}, the answers {outputs.shape}.")
        return judge_others(labels, outputs, task.kind, self.asked.class_names, logits=logits, part=part)

    def _batches(self) -> Any:
        if not self.asked.is_on_validation:
            return batches_of(self.asked.judge, "judge")
        batches = self._part.batches if self._part is not None else None
        if batches is not None:
            return batches
        if self._part is None:
            raise DataError(
                "The training had no validation. Give Model.fit validation_data, or the watch judge=(x, y)."
            )
        raise DataError("The validation data are a generator, which cannot begin again. Give the watch judge=(x, y).")
