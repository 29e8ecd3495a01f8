"""Losses that are no plain cross-entropy: weights and penalties lift them above ln(classes), and nothing is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from rightrate.curves.curve import Curve
from rightrate.curves.setting import Setting
from rightrate.curves.training import Training
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.examine import Examined, examine
from tests.diagnosis.trainings import training

# Trained by Keras: digits, Adam at 0.001, sample_weight 20; the validation loss has no weights.
WEIGHTED = {
    "loss": [40.23, 23.89, 12.24, 7.634, 5.693, 4.640, 3.965, 3.469],
    "val_loss": [1.578, 0.778, 0.421, 0.289, 0.228, 0.192, 0.169, 0.152],
    "accuracy": [0.481, 0.824, 0.891, 0.921, 0.939, 0.949, 0.952, 0.956],
    "val_accuracy": [0.776, 0.887, 0.935, 0.950, 0.955, 0.962, 0.965, 0.965],
}
# loss_weights=[10] is in both.
BOTH = {**WEIGHTED, "loss": [v / 2 for v in WEIGHTED["loss"]], "val_loss": [v * 10 for v in WEIGHTED["val_loss"]]}
# breast cancer, SGD at 0.001, class_weight={0: 1, 1: 30}.
CLASSES = {
    "loss": [11.589, 7.488, 5.249, 3.944, 3.135, 2.609, 2.249, 1.993],
    "val_loss": [0.6075, 0.5682, 0.5565, 0.5465, 0.5446, 0.5439, 0.5434, 0.5425],
    "accuracy": [0.578, 0.640, 0.635, 0.635, 0.635, 0.635, 0.633, 0.633],
}
# digits, Adam at 0.001, L2(0.1) on every layer: the penalty outweighs the rest, and what was learned is lost.
COLLAPSED = {
    "loss": [25.49, 9.164, 4.081, 2.717, 2.391, 2.320, 2.306, 2.303, 2.302, 2.302],
    "val_loss": [13.9, 5.60, 3.02, 2.46, 2.337, 2.310, 2.304, 2.303, 2.303, 2.303],
    "accuracy": [0.374, 0.591, 0.329, 0.179, 0.103, 0.098, 0.101, 0.101, 0.101, 0.101],
    "val_accuracy": [0.700, 0.521, 0.217, 0.151, 0.083, 0.083, 0.083, 0.083, 0.083, 0.083],
}


def codes(examined: Examined) -> set[str]:
    return {finding.code for finding in examined.findings}


@pytest.mark.parametrize("classes", [None, 2, 10])
@pytest.mark.parametrize("values", [WEIGHTED, BOTH, CLASSES])
def test_a_history_with_weights_is_no_divergence(values: dict[str, list[float]], classes: int | None) -> None:
    examined = examine(training(Setting(classes=classes), **values))
    assert not {"RR101", "RR106", "RR108"} & codes(examined)
    assert examined.leading.cause is not Cause.RATE_TOO_HIGH and examined.band.band == "good"


def test_a_loss_that_falls_steadily_needs_no_accuracy_to_be_no_divergence() -> None:
    examined = examine(training(Setting(classes=10), loss=WEIGHTED["loss"]))
    assert not {"RR101", "RR108"} & codes(examined)


@pytest.mark.parametrize("steps", [16, 17, 40, 200])
def test_the_first_batch_says_what_knowing_nothing_costs(steps: int) -> None:
    rng = np.random.default_rng(1)
    losses = 46.0 * np.exp(-np.arange(steps) / 100) * np.exp(0.1 * rng.normal(size=steps))
    one = Training("t", {"loss": Curve("loss", np.arange(1, steps + 1), losses)}, "step", 44, "t", Setting(classes=10))
    assert not {"RR101", "RR106", "RR108"} & codes(examine(one))


def test_a_weighted_loss_that_rises_from_its_own_start_diverged() -> None:
    losses = np.append(np.full(8, 46.0), np.full(16, 90.0))
    one = Training("t", {"loss": Curve("loss", np.arange(1, 25), losses)}, "step", 44, "t", Setting(classes=10))
    assert examine(one).leading.code == "RR101"


def test_a_penalty_that_outweighs_the_rest_is_named_before_the_rate() -> None:
    examined = examine(training(Setting(classes=10), **COLLAPSED))
    assert examined.leading.code == "RR106" and examined.leading.cause is Cause.DATA
    assert "kernel_regularizer" in examined.leading.advice and "tenth of the learning rate" in examined.leading.advice
