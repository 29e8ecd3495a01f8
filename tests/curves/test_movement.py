"""Whether a curve moves, or is only rounded anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightrate.curves.movement import is_rounded, moves_at_all


@pytest.mark.parametrize(("values", "moves"), [
    ([2.302585, 2.302585, 2.302585], False),
    ([2.302585, 2.3025852, 2.302585], False),
    ([2.302585, 2.302595], True),
    ([0.0, 0.0], False),
    ([0.0, 1e-30], True),
    ([5.0], None),
    ([np.nan, 5.0], None),
    ([1e308, -1e308], True),
])  # fmt: skip
def test_rounding_is_no_movement(values: list[float], moves: bool | None) -> None:
    assert moves_at_all(np.array(values)) is moves


def test_steady_moves_within_rounding_are_movement() -> None:
    tiny = [2.302585 - 2e-7 * i for i in range(5)]
    assert moves_at_all(np.array(tiny)) is True
    assert moves_at_all(np.array([tiny[i] for i in (0, 3, 1, 4, 2)])) is False


@given(st.floats(0.01, 100.0), st.lists(st.integers(-2, 2), min_size=2, max_size=30))
def test_a_frozen_loss_in_float32_never_moves_steadily_for_nothing(level: float, roundings: list[int]) -> None:
    values = np.array([level * (1 + k * 2.0**-23) for k in roundings])
    strictly = bool(np.all(np.diff(values) < 0) or np.all(np.diff(values) > 0))
    assert moves_at_all(values) is (len(values) >= 5 and strictly)


@pytest.mark.parametrize(("values", "rounded"), [
    ([2.3026, 2.3026], True), ([0.12345], True), ([2.302585093], False), ([np.nan], True), ([1e300, 3.0], True),
])  # fmt: skip
def test_what_a_console_prints_is_rounded(values: list[float], rounded: bool) -> None:
    assert is_rounded(np.array(values)) is rounded
