"""Diagnoses for the tests of the outputs: one of each kind that a user meets."""

from __future__ import annotations

import numpy as np

from rightrate.curves.curve import Curve
from rightrate.curves.setting import Setting
from rightrate.curves.training import Training
from rightrate.diagnosing import diagnose_trainings
from rightrate.report.diagnosed.document import Diagnosed

NAN = float("nan")
HOSTILE = "<script>alert(1)</script>|[red]\x1b[31m\u202e\u0000\U0001f600" + "é" * 300


def training(name: str = "run.csv", rate: float | None = None, **values: list[float]) -> Training:
    columns = {**values, **({"learning_rate": [rate] * len(next(iter(values.values())))} if rate else {})}
    curves = {key: Curve(key, np.arange(1, len(column) + 1), np.array(column)) for key, column in columns.items()}
    return Training(name, curves, "epoch", 32, "logs/" + name, Setting())


def overfits() -> Diagnosed:
    return diagnose_trainings(
        [
            training(
                loss=[0.9, 0.7, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05],
                val_loss=[0.8, 0.6, 0.55, 0.56, 0.6, 0.7, 0.9, 1.2],
                val_accuracy=[0.5, 0.6, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7],
            )
        ],
        warnings=["A last line was cut off."],
    ).document


def diverged() -> Diagnosed:
    return diagnose_trainings(
        [training(rate=1e-2, loss=[0.9, 0.7, NAN, NAN], val_loss=[0.8, 0.6, 5e9, float("inf")])]
    ).document


def healthy() -> Diagnosed:
    return diagnose_trainings(
        [
            training(
                rate=1e-3,
                loss=[1.0, 0.6, 0.45, 0.4, 0.37, 0.36, 0.355, 0.353],
                val_loss=[1.0, 0.65, 0.5, 0.45, 0.42, 0.412, 0.410, 0.409],
            )
        ]
    ).document


def one_point() -> Diagnosed:
    return diagnose_trainings([training(loss=[0.5])]).document


def no_loss() -> Diagnosed:
    return diagnose_trainings([training(my_metric=[3.0, 2.0, 1.0])]).document


def nothing_finite() -> Diagnosed:
    return diagnose_trainings([training(loss=[NAN, NAN, NAN], val_loss=[NAN, NAN, NAN])]).document


def steps() -> Diagnosed:
    """A long log: one loss a step, a validation every 500 steps, a warm-up and a decay."""
    rng = np.random.default_rng(0)
    n = 5000
    at = np.arange(1, n + 1)
    loss = Curve("loss", at, 2 * np.exp(-at / 900) + 0.3 + rng.normal(0, 0.05, n))
    rate = Curve("learning_rate", at, 3e-4 * np.minimum(at / 500, 1.0) * (1 - at / (n + 1)))
    val = Curve("val_loss", at[499::500], 2 * np.exp(-at[499::500] / 900) + 0.35)
    return diagnose_trainings(
        [Training("long", {"loss": loss, "learning_rate": rate, "val_loss": val}, "step", 500, "events")]
    ).document


def several() -> Diagnosed:
    ends = ((1e-5, 0.9), (1e-4, 0.5), (1e-3, 0.3), (1e-2, NAN))
    return diagnose_trainings(
        [training(f"{rate:g}.csv", rate, loss=[1.0, 0.95, end], val_loss=[1.0, 0.96, end]) for rate, end in ends]
    ).document


def several_without_rates() -> Diagnosed:
    return diagnose_trainings(
        [training(f"{end}.csv", loss=[1.0, 0.8, end], val_loss=[1.0, 0.9, end]) for end in (0.5, 0.4)]
    ).document


def hostile() -> Diagnosed:
    """Names and reasons that try to be markup, to move the cursor, and to be longer than any screen."""
    bad = training(HOSTILE, loss=[0.9, 0.5, 0.2, 0.1], val_loss=[0.9, 0.5, 0.8, 1.5], **{HOSTILE: [1.0, 2.0, 3.0, 4.0]})
    other = training(HOSTILE + " 2", 1e-3, loss=[0.9, 0.5, 0.4, 0.4], val_loss=[0.9, 0.6, 0.5, 0.5])
    return diagnose_trainings([bad, other], {"RR121": HOSTILE}, [f"{HOSTILE} was left out."]).document


def many() -> Diagnosed:
    return diagnose_trainings(
        [
            training(
                f"run {i}", 10 ** (-6 + i / 60), loss=[1.0, 0.9, 0.3 + i / 100], val_loss=[1.0, 0.9, 0.3 + i / 100]
            )
            for i in range(300)
        ]
    ).document


ALL = (
    overfits, diverged, healthy, one_point, no_loss, nothing_finite, steps, several, several_without_rates, hostile,
)  # fmt: skip
