"""Long columns, and numbers of any type: read in blocks and in small types, with nothing lost."""

from __future__ import annotations

import numpy as np
import pytest

from rightrate.errors import DataError
from rightrate.scoring import predictions as module
from rightrate.scoring.measure import measure
from rightrate.scoring.read import read_predictions

NAN = float("nan")


def test_rows_far_down_are_read_and_named_like_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 3)
    true, pred = [0, 7, 7, 0, 7, 7, 0, 0], [7, 7, NAN, 0, 0, 7, NAN, 0]
    read = read_predictions(true, pred, positive=7)
    assert read.true.tolist() == [0, 1, 1, 0, 1, 1, 0, 0] and read.predicted.tolist() == [1, 1, -1, 0, 0, 1, -1, 0]
    with pytest.raises(DataError, match="y_pred holds '5' in row 6 "):
        read_predictions(true, [7, 7, 0, 0, 0, 7, 5, 0], labels=[0, 7])
    # Only the last number is no class: these are probabilities.
    assert read_predictions([0, 1] * 4, [0, 1, 0, 1, 0, 1, 0, 0.5]).prob is not None


@pytest.mark.parametrize("classes", [2, 127, 128, 1000])
def test_the_type_of_the_numbers_does_not_change_what_is_read(classes: int) -> None:
    """Products of small integers would wrap around without a word."""
    true = np.arange(classes).repeat(2)
    pred = np.roll(true, 1)
    for kind in (np.int16, np.int32, np.uint16, np.int64, float):
        read = read_predictions(true.astype(kind), pred.astype(kind))
        assert np.array_equal(read.true, true) and np.array_equal(read.predicted, pred)
        confusion = np.array(measure(read, resamples=2).confusion)
        assert np.array_equal(confusion.diagonal(), np.ones(classes)) and confusion.sum() == 2 * classes
