"""Curves of the optimizer are found whatever the tool called them."""

from __future__ import annotations

import pytest

from rightrate.diagnosis.optimizer_curves import GRADIENT_NORM, LOSS_SCALE, UPDATE_RATIO, logged
from tests.diagnosis.trainings import training


@pytest.mark.parametrize(("name", "names"), [
    ("gradient_norm", GRADIENT_NORM), ("train/grad_norm", GRADIENT_NORM), ("grad_2.0_norm_total", GRADIENT_NORM),
    ("update_to_weight", UPDATE_RATIO), ("optim/Update-Ratio", UPDATE_RATIO), ("scale", LOSS_SCALE),
])  # fmt: skip
def test_names_of_tools(name: str, names: tuple[str, ...]) -> None:
    found = logged(training(**{name: [1.0]}), names)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("name", ["image_scale", "temperature", "loss", "upscale"])
def test_other_curves_are_not_taken(name: str) -> None:
    assert logged(training(**{name: [1.0]}), LOSS_SCALE) is None


def test_our_own_name_wins_and_an_empty_curve_does_not_count() -> None:
    assert logged(training(grad_norm=[1.0], gradient_norm=[2.0]), GRADIENT_NORM).last == 2.0
    assert logged(training(grad_norm=[1.0], gradient_norm=[]), GRADIENT_NORM).last == 1.0
