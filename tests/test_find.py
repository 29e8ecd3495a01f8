"""`rr.find`: the rate without the final training."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest

import rightrate as rr


def problem(rows: int = 640) -> tuple[keras.Model, tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((rows, 8)).astype("float32")
    y = (x[:, 0] + 0.5 * x[:, 1] * x[:, 2] > 0).astype("int32")
    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(16, activation="relu")
    model = keras.Sequential([keras.Input((8,)), hidden, keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    cut = rows * 3 // 4
    return model, (x[:cut], y[:cut]), (x[cut:], y[cut:])


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[rr.FindResult, Path]:
    model, train, validation = problem()
    folder = tmp_path_factory.mktemp("find") / "run"
    before = [v.numpy().copy() for v in model.variables]
    result = rr.find(model, train, validation, epochs=20, batch_size=16, out=folder)
    for mine, kept in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(mine.numpy(), kept)
    return result, folder


def test_nobody_trains_further_than_a_sixteenth_and_it_costs_half_a_training(found: tuple[rr.FindResult, Path]) -> None:
    result, _ = found
    total = result.trials[0].total_steps
    assert max(trial.steps for trial in result.trials) <= total / 16 + 1
    assert result.cost.full_trainings <= 0.5
    assert not hasattr(result, "model")


def test_the_rate_was_tried_and_lies_in_the_interval(found: tuple[rr.FindResult, Path]) -> None:
    result, _ = found
    low, high = result.interval
    assert result.learning_rate in [trial.learning_rate for trial in result.trials]
    assert low < result.learning_rate < high
    assert result.schedule.peak == result.learning_rate


def test_every_output_says_that_nothing_was_trained_to_its_end(found: tuple[rr.FindResult, Path]) -> None:
    result, folder = found
    told = json.loads((folder / "result.json").read_text())
    assert told["kind"] == "find" and told["looked_at"] == 1 / 16 and told["finished"] is True
    for name in ("report.md", "report.html"):
        text = (folder / name).read_text()
        assert "the best rate probably lies in between; nothing was trained to its end" in text
        assert "that is where the first " in text and " of the training head" in text
        assert "accuracy trap" not in text
    assert not (folder / "model.keras").exists()
    assert "nothing was trained to its end" in result.findings[-1].title


def test_no_rate_a_decade_away_trains_better(found: tuple[rr.FindResult, Path]) -> None:
    result, _ = found
    away = [rate for rate in (1e-5, 1e-4, 1e-3, 1.0) if abs(np.log10(rate / result.learning_rate)) >= 1]
    assert len(away) >= 3
    finals = {}
    for rate in [*away, result.learning_rate]:
        model, train, validation = problem()
        model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
        history = model.fit(*train, validation_data=validation, epochs=20, batch_size=16, verbose=0)
        finals[rate] = history.history["val_loss"][-1]
    assert min(finals, key=finals.__getitem__) == result.learning_rate


def test_a_budget_that_pays_no_first_look_is_refused_with_what_it_takes() -> None:
    model, train, validation = problem()
    with pytest.raises(rr.UsageError, match=r"budget of 0\.05 .* costs 0\.\d+\. Give 0\.\d+ or more, or fewer rates"):
        rr.find(model, train, validation, epochs=20, batch_size=16, budget=0.05)


def test_a_wrong_argument_is_refused_before_anything_is_read() -> None:
    model, train, validation = problem()
    with pytest.raises(rr.UsageError, match="epochs"):
        rr.find(model, train, validation, epochs=0)
