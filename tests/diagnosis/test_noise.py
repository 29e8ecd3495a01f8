"""No verdict from a difference that the curve's own noise explains."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightrate.diagnosis.examine import examine
from tests.diagnosis.trainings import training

ABOUT_A_COURSE = {"RR101", "RR106", "RR108", "RR111", "RR124", "RR131", "RR133", "RR161", "RR163"}
"""What is said of a fall, a rise, a gap or a standstill: a level that only shakes has none of them."""

FALLING = (0.9 * 0.8 ** np.arange(9)).tolist()


@given(seed=st.integers(0, 10_000), points=st.integers(4, 20), shaking=st.sampled_from([0.003, 0.01, 0.03]))
def test_a_level_that_only_shakes_has_no_course(seed: int, points: int, shaking: float) -> None:
    rng = np.random.default_rng(seed)
    loss, val_loss = (level * (1 + shaking * rng.normal(size=points)) for level in (0.45, 0.5))
    examined = examine(training(loss=loss.tolist(), val_loss=val_loss.tolist()))
    assert not ABOUT_A_COURSE & {finding.code for finding in examined.findings}


QUIET_AND_SHAKING = {
    "RR121": (
        {"loss": FALLING, "val_loss": [1.0, 0.7, 0.5, 0.505, 0.51, 0.52, 0.53, 0.54, 0.55]},
        {"loss": FALLING, "val_loss": [1.0, 0.7, 0.5, 0.56, 0.50, 0.56, 0.51, 0.57, 0.55]},
    ),
    "RR105": (
        {"loss": FALLING, "val_loss": [0.5, 0.505, 0.51, 0.52, 0.53, 0.535, 0.54, 0.545, 0.55]},
        {"loss": FALLING, "val_loss": [0.5, 0.56, 0.51, 0.57, 0.505, 0.56, 0.51, 0.57, 0.55]},
    ),
    "RR114": (
        {"val_loss": [1.0, 0.9, 0.8, 0.72, 0.66, 0.61, 0.57, 0.53, 0.49]},
        {"val_loss": [1.0, 0.6, 0.53, 0.6, 0.52, 0.59, 0.52, 0.6, 0.49]},
    ),
}
"""The same end beside the same best, on a curve that does not shake and on one that does."""


@pytest.mark.parametrize("code", QUIET_AND_SHAKING)
def test_a_difference_means_something_on_a_quiet_curve_and_nothing_on_one_that_shakes_as_much(code: str) -> None:
    told = [{one.code for one in examine(training(**values)).findings} for values in QUIET_AND_SHAKING[code]]
    assert [code in codes for codes in told] == [True, False]
