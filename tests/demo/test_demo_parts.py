"""The demo's backbone, data and model."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from importlib import resources

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from rightrate.demo import settings
from rightrate.demo.data import MIN_VALIDATION_POSITIVES, digits
from rightrate.errors import DataError, MissingExtraError

BACKBONE = resources.files("rightrate.demo") / "backbone.keras"


def all_images():
    return load_digits().images.astype(np.float32)[..., np.newaxis]


class TestDigits:
    def test_shapes_and_values(self):
        data = digits()
        for x, y in ((data.x, data.y), (data.x_val, data.y_val)):
            assert x.shape == (len(y), 8, 8, 1)
            assert x.dtype == np.float32
            assert y.dtype == np.int64
            assert x.min() == 0
            assert x.max() == 16
            assert set(np.unique(y)) == {0, 1}
        assert data.classes == ("other", "8")

    @pytest.mark.parametrize("positive", range(10))
    def test_shares_hold_for_every_digit(self, positive):
        data = digits(positive)
        every = np.concatenate([data.y, data.y_val])
        assert every.mean() == pytest.approx(0.05, abs=0.001)
        assert np.sum(every == 0) == np.sum(load_digits().target != positive)
        assert len(data.y_val) / len(every) == pytest.approx(0.4, abs=0.005)
        assert data.y_val.mean() == pytest.approx(data.y.mean(), abs=0.002)
        assert data.y_val.sum() >= MIN_VALIDATION_POSITIVES

    def test_no_image_is_used_twice(self):
        data = digits()
        used = np.concatenate([data.x, data.x_val]).reshape(-1, 64)
        known = load_digits().data
        assert len(np.unique(used, axis=0)) == len(used)
        assert {row.tobytes() for row in used} <= {row.tobytes() for row in known.astype(np.float32)}

    def test_same_seed_gives_same_data(self):
        first, again, other = digits(seed=3), digits(seed=3), digits(seed=4)
        for name in ("x", "y", "x_val", "y_val"):
            np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
        assert not np.array_equal(first.x, other.x)

    def test_global_randomness_is_left_alone(self):
        before = np.random.get_state()[1].copy()
        digits()
        np.testing.assert_array_equal(before, np.random.get_state()[1])

    @pytest.mark.parametrize("positive", [-1, 10, 2.5])
    def test_what_is_no_digit(self, positive):
        with pytest.raises(DataError, match=r"positive=.* is not a digit\. Expected a whole number"):
            digits(positive)

    @pytest.mark.parametrize("share", [-0.1, 0.0, 0.02, 0.2, 1.0, float("nan")])
    def test_share_that_cannot_be_had(self, share):
        with pytest.raises(DataError, match=r"share=.* cannot be had\. Expected a number from 0\.0"):
            digits(share=share)

    def test_limits_in_the_message_can_be_had(self):
        assert digits(share=0.038).y_val.sum() >= MIN_VALIDATION_POSITIVES
        assert digits(share=0.0968).y_val.sum() == round(0.4 * 174)

    def test_importing_loads_no_framework(self):
        script = (
            "import sys, rightrate.demo.data, rightrate.demo.model, rightrate.demo.settings; "
            "print([name for name in ('keras', 'tensorflow') if name in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"


class TestBackboneFile:
    def test_is_small_and_holds_no_optimizer(self):
        with resources.as_file(BACKBONE) as path:
            assert path.stat().st_size <= 300_000
            with zipfile.ZipFile(path) as archive:
                config = json.loads(archive.read("config.json"))
        assert not config.get("compile_config")

    def test_holds_only_layers_and_options_that_every_supported_keras_knows(self):
        with resources.as_file(BACKBONE) as path, zipfile.ZipFile(path) as archive:
            config = archive.read("config.json").decode()
        assert "Lambda" not in config
        # Keras 3.10 refuses these, and Keras 3.15 writes them unasked.
        for option in ("input_axes", "output_axes", "renorm"):
            assert option not in config

    def test_loads_in_safe_mode(self):
        keras = pytest.importorskip("keras")
        with resources.as_file(BACKBONE) as path:
            backbone = keras.saving.load_model(path, safe_mode=True)
        assert not backbone.compiled
        assert backbone.input_shape == (None, 8, 8, 1)
        assert len(backbone.output_shape) == 2
        assert {str(weight.dtype) for weight in backbone.weights} == {"float32"}
        assert all(np.isfinite(weight.numpy()).all() for weight in backbone.weights)

    def test_knows_digits_it_was_not_trained_on(self):
        pytest.importorskip("keras")
        from rightrate.demo.model import load_backbone

        features = np.asarray(load_backbone()(all_images(), training=False))
        probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
        # Measured: .956; the pixels themselves give .920.
        assert cross_val_score(probe, features, load_digits().target, cv=5).mean() > 0.94


class TestBuild:
    @pytest.fixture(autouse=True)
    def _keras(self):
        pytest.importorskip("keras")

    def test_answers_with_two_probabilities_near_the_shares(self):
        from rightrate.demo.model import build

        answers = np.asarray(build()(all_images(), training=False))
        assert answers.shape == (1797, 2)
        np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)
        assert answers[:, 1].mean() == pytest.approx(settings.SHARE, abs=0.01)
        assert (answers.argmax(axis=1) == 0).all()

    def test_is_compiled(self):
        from rightrate.demo.model import build

        model = build()
        assert model.compiled
        assert model.loss == "sparse_categorical_crossentropy"
        assert type(model.optimizer).__name__ == "Adam"

    def test_same_seed_gives_same_weights(self):
        from rightrate.demo.model import build

        first, again, other = build(1), build(1), build(2)
        for one, two in zip(first.get_weights(), again.get_weights(), strict=True):
            np.testing.assert_array_equal(one, two)
        assert not np.array_equal(first.get_layer("head").kernel, other.get_layer("head").kernel)

    def test_freezing(self):
        from rightrate.demo.model import build

        frozen, whole = build(freeze_backbone=True), build(freeze_backbone=False)
        assert len(frozen.trainable_weights) == 2
        assert len(whole.trainable_weights) == 2 + len(whole.get_layer("backbone").trainable_weights) > 2

    def test_without_keras(self, monkeypatch):
        from rightrate.demo.model import build

        monkeypatch.setitem(sys.modules, "keras", None)
        with pytest.raises(MissingExtraError, match=r"pip install 'rightrate\[tensorflow\]'"):
            build()

    @pytest.mark.parametrize(("rate", "learns"), [(1e-5, False), (1e-3, True)])
    def test_teaches_the_lesson(self, rate, learns):
        """In the sweet spot precision and recall pass 80 %; at a rate too low nothing is ever called an 8."""
        import keras

        from rightrate.demo.model import build

        keras.utils.set_random_seed(0)
        data, model = digits(), build()
        model.optimizer.learning_rate = rate
        model.fit(data.x, data.y, batch_size=settings.BATCH_SIZE, epochs=settings.EPOCHS, verbose=0)
        answers = np.asarray(model(data.x_val, training=False)).argmax(axis=1)
        found = np.sum(answers * data.y_val)
        if learns:
            assert found / answers.sum() > 0.8
            assert found / data.y_val.sum() > 0.8
        else:
            assert answers.sum() == 0
            assert np.mean(answers == data.y_val) == pytest.approx(0.95, abs=0.002)
