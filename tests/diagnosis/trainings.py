"""Small trainings for the tests of the diagnosis: hand-made curves, and what hypothesis makes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from rightrate.curves.curve import Curve
from rightrate.curves.setting import Setting
from rightrate.curves.training import Training


def training(setting: Setting | None = None, unit: str = "epoch", **values: Sequence[float]) -> Training:
    """A training with one value an epoch (or step) from 1 on; NaN is a value, None a gap."""
    curves = {}
    for name, column in values.items():
        there = [(i + 1, value) for i, value in enumerate(column) if value is not None]
        curves[name] = Curve(name, np.array([i for i, _ in there]), np.array([value for _, value in there], float))
    return Training("t", curves, unit, None, "test", setting or Setting())  # type: ignore[arg-type]


_NAMES = (
    "loss", "val_loss", "accuracy", "val_accuracy", "precision", "recall", "val_precision", "val_recall",
    "learning_rate", "gradient_norm", "update_ratio", "loss_scale",
)  # fmt: skip

_VALUES = st.one_of(
    st.floats(0.0, 10.0),
    st.sampled_from([float("nan"), float("inf"), float("-inf"), 0.0, 1e300, -1e300, 1e-300, 5.0]),
)


@st.composite
def trainings(draw: st.DrawFn) -> Training:
    """Any training at all: any curves, gaps, NaN, infinities, one point, none."""
    curves = {}
    for name in draw(st.lists(st.sampled_from(_NAMES), unique=True, max_size=6)):
        steps = sorted(draw(st.sets(st.integers(0, 60), max_size=30)))
        values = draw(st.lists(_VALUES, min_size=len(steps), max_size=len(steps)))
        curves[name] = Curve(name, np.array(steps, dtype=np.int64), np.array(values, dtype=np.float64))
    setting = Setting(
        optimizer=draw(st.sampled_from([None, "Adam", "SGD", "of my own"])),
        pretrained=draw(st.sampled_from([None, True, False])),
        fresh_head=draw(st.sampled_from([None, True, False])),
        validation_rows=draw(st.sampled_from([None, 1, 500])),
        classes=draw(st.sampled_from([None, 1, 2, 10])),
        monitored=draw(st.sampled_from([None, (), ("loss",), ("val_loss",)])),
    )
    unit = draw(st.sampled_from(["epoch", "step"]))
    return Training("any", curves, unit, draw(st.sampled_from([None, 1, 7])), "test", setting)  # type: ignore[arg-type]
