"""What `rr.tune` says of the model that it hands out: the same as judging its predictions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import rightrate as rr


def _data(seed: int, n: int, classes: int = 2) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 6)).astype("float32")
    return x, np.argmax(x[:, :classes] + rng.normal(size=(n, classes)) * 0.3, axis=1)


def _model(units: int, activation: str | None, loss: Any) -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(units, activation)])
    model.compile("adam", loss)
    return model


def _tuned(model: keras.Model, classes: int = 2, **options: Any) -> rr.TuneResult:
    return rr.tune(model, _data(1, 160, classes), _data(2, 120, classes), epochs=2, rates=[1e-3, 1e-2], **options)


KINDS = {
    "one sigmoid": (1, "sigmoid", "binary_crossentropy", 2),
    "softmax of two": (2, "softmax", "sparse_categorical_crossentropy", 2),
    "softmax of three": (3, "softmax", "sparse_categorical_crossentropy", 3),
    "logits of three": (3, None, keras.losses.SparseCategoricalCrossentropy(from_logits=True), 3),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_verdict_is_that_of_the_models_predictions_on_the_validation_part(kind: tuple) -> None:
    units, activation, loss, classes = kind
    result = _tuned(_model(units, activation, loss), classes)
    x, y = _data(2, 120, classes)
    outputs = result.model.predict(x, verbose=0)
    expected = rr.judge(y, outputs, labels=[str(i) for i in range(classes)], logits=activation is None)
    assert result.verdict.outcome is expected.outcome and result.verdict.confusion == expected.confusion
    for name, figure in expected.metrics.items():
        value = result.verdict.metrics[name].value
        assert value == (None if figure.value is None else pytest.approx(figure.value, rel=1e-4)), name
    assert "RR414" in [finding.code for finding in result.verdict.findings]


def test_a_test_part_is_judged_instead_and_has_chosen_nothing(tmp_path: Path) -> None:
    result = _tuned(
        _model(1, "sigmoid", "binary_crossentropy"),
        test_data=_data(3, 50),
        class_names=["ok", "defect"],
        out=tmp_path / "run",
    )
    assert result.verdict.rows == 50 and result.verdict.positive == "defect"
    assert "RR414" not in [finding.code for finding in result.verdict.findings]
    saved = {path.name for path in (tmp_path / "run" / "verdict").iterdir()}
    assert {"verdict.json", "report.html", "operating_point.json"} <= saved
    told = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))
    assert told["verdict"] == json.loads((tmp_path / "run" / "verdict" / "verdict.json").read_text(encoding="utf-8"))
    assert told["diagnosis"]["training"]["setting"]["optimizer"] == "Adam"
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert all(f'id="{part}"' in page for part in ("winner", "verdict", "explorer", "confusion"))


def test_after_a_final_training_with_callbacks_that_model_is_judged() -> None:
    class Spoil(keras.callbacks.Callback):
        def on_train_end(self, logs: Any = None) -> None:
            self.model.layers[-1].set_weights([np.zeros((8, 1)), np.full(1, 9.0)])

    result = _tuned(_model(1, "sigmoid", "binary_crossentropy"), callbacks=[Spoil()])
    assert "RR402" in [finding.code for finding in result.verdict.findings]  # the same probability in every row


def test_a_regression_has_no_verdict() -> None:
    x, y = _data(1, 160)
    result = rr.tune(
        _model(1, None, "mse"), (x, y + 0.5 * x[:, 0]), (x, y + 0.5 * x[:, 0]), epochs=1, rates=[1e-3, 1e-2]
    )
    assert result.verdict is None
