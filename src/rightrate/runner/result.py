"""`TuneResult`: what `rightrate.tune` returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rightrate.errors import ModelError
from rightrate.runner.found import FindResult
from rightrate.runner.verdict import Verdict


@dataclass(frozen=True, eq=False)
class TuneResult(FindResult):
    """What `tune` found.

    Args:
        document: the whole outcome as one value, which all reports show.
        finished_model: the fine-tuned copy, or None; `model` is the property to use.
        weights: the winner's variables, in the order of `model.variables`; None where no rate was chosen.
        why_no_model: why there is no copy, or None.
        verdict: whether the fine-tuned model is fit, by the test part, or by the validation part (and then it says that
            this part has chosen the rate too); None where it sorts no samples into classes, or there is no model.
    """

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

    def fill(self, folder: Path) -> Path:
        """Write everything into `folder`, whatever it holds already: the model and the verdict too."""
        from rightrate.store import write_safely

        if self.finished_model is not None:
            write_safely(folder / "model.keras", self.finished_model.save)
        super().fill(folder)
        if self.verdict is not None:
            (folder / "verdict").mkdir(exist_ok=True)
            self.verdict.fill(folder / "verdict")
        return folder
