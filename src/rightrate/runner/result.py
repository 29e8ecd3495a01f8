"""`TuneResult`: what `rightrate.tune` returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rightrate.diagnosis import Finding
from rightrate.errors import ModelError
from rightrate.report.document import Document
from rightrate.runner.verdict import Verdict
from rightrate.schedules import Schedule
from rightrate.search import Cost, Trial


@dataclass(frozen=True, eq=False)
class TuneResult:
    """What `tune` found.

    Args:
        document: the whole outcome as one value, which all reports show.
        finished_model: the fine-tuned copy, or None; `model` is the property to use.
        weights: the winner's variables, in the order of `model.variables`; None where no rate was chosen.
        why_no_model: why there is no copy, or None.
        verdict: whether the fine-tuned model is fit, by the test part, or by the validation part (and then it says that
            this part has chosen the rate too); None where it sorts no samples into classes, or there is no model.
    """

    document: Document
    finished_model: Any = field(repr=False, default=None)
    weights: list[np.ndarray] | None = field(repr=False, default=None)
    why_no_model: str | None = None
    verdict: Verdict | None = field(repr=False, default=None)

    @property
    def model(self) -> Any:
        """The fine-tuned winner: a new model, compiled as yours was.

        Raises:
            ModelError: no rate was chosen, or your model cannot be copied; then `apply_to` is the way.
        """
        if self.finished_model is None:
            raise ModelError(f"There is no fine-tuned model: {self.why_no_model}")
        return self.finished_model

    def apply_to(self, model: Any) -> Any:
        """Write the winner's weights into `model`, which must be built as the one that was tuned; returns it."""
        if self.weights is None:
            raise ModelError(f"There are no fine-tuned weights: {self.why_no_model}")
        shapes = [tuple(np.shape(w)) for w in self.weights]
        if [tuple(v.shape) for v in model.variables] != shapes:
            raise ModelError(
                "The model's variables do not have the shapes of the tuned model's. Build it the same way."
            )
        for variable, value in zip(model.variables, self.weights, strict=True):
            variable.assign(value)
        return model

    @property
    def learning_rate(self) -> float | None:
        """The chosen rate, the peak of the schedule; None where no candidate was sound."""
        return self.document.learning_rate

    @property
    def interval(self) -> tuple[float, float] | None:
        """The rates that cannot be told apart from it; None where that was not measured."""
        return self.document.interval

    @property
    def schedule(self) -> Schedule | None:
        """The chosen rate's schedule."""
        return self.document.schedule

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every candidate, by rising learning rate."""
        return self.document.trials

    @property
    def cost(self) -> Cost:
        """What it took."""
        return self.document.cost

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What else a person should know."""
        return self.document.findings

    def report(self, path: str | Path) -> Path:
        """Write the one-file HTML report to `path`."""
        from rightrate.report.html import to_html
        from rightrate.store import write_safely

        return write_safely(Path(path), lambda p: p.write_text(to_html(self.document), encoding="utf-8"))

    def save(self, folder: str | Path) -> Path:
        """Write everything to a new or empty `folder`: the model, result.json, reports, curves and charts."""
        from rightrate.store import claim

        return self.fill(claim(Path(folder)))

    def fill(self, folder: Path) -> Path:
        """Write everything into `folder`, whatever it holds already."""
        from rightrate.report.write import write_reports
        from rightrate.store import write_safely

        if self.finished_model is not None:
            write_safely(folder / "model.keras", self.finished_model.save)
        write_reports(self.document, folder)
        if self.verdict is not None:
            (folder / "verdict").mkdir(exist_ok=True)
            self.verdict.fill(folder / "verdict")
        return folder
