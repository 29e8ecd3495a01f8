"""Models of Keras 2 are told apart from Keras 3 by where their class lives."""

from __future__ import annotations

import pytest

import rightrate as rr


@pytest.mark.parametrize("home", ["tf_keras.src.engine.functional", "keras.src.engine.sequential"])
def test_a_keras_2_model_is_told_how_to_move(home: str) -> None:
    old = type("Functional", (), {"__module__": home})()
    with pytest.raises(rr.ModelError, match=r"Keras 2 model.*load the weights into it"):
        rr.tune(old, None, epochs=1)
