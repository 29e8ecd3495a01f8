"""A training holds its curves by their own names, and cannot be changed afterwards."""

from __future__ import annotations

import numpy as np
import pytest

from rightrate.curves.curve import Curve
from rightrate.curves.training import Training
from rightrate.errors import DataError

LOSS = Curve("loss", np.array([1]), np.array([np.nan]))


def test_curves_are_fixed() -> None:
    given = {"loss": LOSS}
    training = Training("a", given, "epoch", None, "log")
    given["acc"] = LOSS
    assert list(training.curves) == ["loss"]
    with pytest.raises(TypeError):
        training.curves["x"] = LOSS  # type: ignore[index]


def test_wrong_values_are_named() -> None:
    with pytest.raises(DataError, match="key 'val_loss' is named 'loss'"):
        Training("a", {"val_loss": LOSS}, "epoch", None, "log")
    with pytest.raises(DataError, match="must be 'epoch' or 'step'"):
        Training("a", {}, "batch", None, "log")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="must be 1 or more"):
        Training("a", {}, "step", 0, "log")
