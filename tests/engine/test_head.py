"""New heads, freezing and compiling, as the command line does them."""

from __future__ import annotations

import keras
import pytest
from keras import layers

from rightrate.engine import head
from rightrate.errors import ModelError, UsageError


def nested() -> keras.Model:
    image = keras.Input((8, 8, 1))
    backbone = keras.Sequential(
        [layers.Conv2D(4, 3, name="early"), layers.BatchNormalization(name="norm"), layers.Conv2D(4, 3, name="late")],
        name="backbone",
    )
    return keras.Model(image, layers.Dense(3, activation="softmax", name="old")(layers.Flatten()(backbone(image))))


def trainable(model: keras.Model) -> list[str]:
    return [leaf.name for leaf in model._flatten_layers() if not leaf._layers and leaf.trainable_weights]


def test_all_but_head_freezes_everything_below_the_last_layer_with_weights() -> None:
    model = nested()
    head.freeze(model, "all-but-head")
    assert trainable(model) == ["old"]


@pytest.mark.parametrize(
    ("name", "left"), [("early", ["norm", "late", "old"]), ("backbone", ["old"]), ("late", ["old"])]
)
def test_a_layer_or_a_nested_model_names_where_freezing_ends(name: str, left: list[str]) -> None:
    model = nested()
    head.freeze(model, name)
    assert sorted(trainable(model)) == sorted(left)


def test_freezing_none_frees_what_was_frozen_when_saved() -> None:
    model = nested()
    model.get_layer("backbone").trainable = False
    head.freeze(model, "none")
    assert sorted(trainable(model)) == ["early", "late", "norm", "old"]


def test_an_unknown_layer_offers_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean backbone"):
        head.freeze(nested(), "backbon")


def test_weights_of_a_layer_that_holds_layers_are_frozen_with_what_it_begins_with() -> None:
    class Token(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.inner = layers.Dense(3, name="inner")
            self.token = self.add_weight(shape=(4,), name="token")

        def call(self, x: object) -> object:
            return self.inner(x + self.token)

    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Dense(2, name="top")(Token()(inputs)))
    head.freeze(model, "all-but-head")
    assert sorted(v.path for v in model.trainable_variables) == ["top/bias", "top/kernel"]


@pytest.mark.parametrize(
    "old",
    [
        [layers.Dense(9, activation="softmax")],
        [layers.Dense(9), layers.Activation("softmax")],
        [layers.Dense(9), layers.Softmax()],
        [layers.Dense(1, activation="sigmoid")],
    ],
    ids=["softmax", "dense and activation", "dense and softmax layer", "sigmoid"],
)
def test_an_old_classifier_is_taken_off(old: list[layers.Layer]) -> None:
    model = keras.Sequential([keras.Input((5,)), layers.Dense(7, name="features"), *old])
    new = head.with_new_head(model, 4, seed=0)
    assert new.output_shape == (None, 4)
    assert new.get_layer("new_head").kernel.shape == (7, 4)


def test_features_without_a_classifier_are_kept() -> None:
    model = keras.Sequential([keras.Input((5,)), layers.Dense(7, activation="relu")])
    assert head.with_new_head(model, 4, seed=0).get_layer("new_head").kernel.shape == (7, 4)


def test_feature_maps_are_pooled() -> None:
    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(6, 3)])
    assert head.with_new_head(model, 4, seed=0).get_layer("new_head").kernel.shape == (6, 4)


def test_a_misfit_names_both_numbers_and_the_option() -> None:
    with pytest.raises(ModelError, match=r"3 outputs, and the data have 5 classes.*--new-head"):
        head.check_fit(nested(), 5)


def test_compiling_again_keeps_metrics_and_what_else_was_compiled() -> None:
    model = nested()
    own = keras.metrics.SparseTopKCategoricalAccuracy(2, name="top2")
    model.compile(keras.optimizers.AdamW(weight_decay=0.3), "sparse_categorical_crossentropy", metrics=[own])
    head.freeze(model, "backbone")
    head.compile_for(model, 3, None, None, again=True)
    assert model.optimizer.weight_decay == 0.3
    assert [metric.name for metric in head.compile_arguments(model)["metrics"]] == ["top2"]
    head.compile_for(model, 3, "sgd", None, again=False)
    assert type(model.optimizer) is keras.optimizers.SGD
    assert [metric.name for metric in head.compile_arguments(model)["metrics"]] == ["top2"]


@pytest.mark.parametrize(
    ("output", "classes", "loss"),
    [
        (layers.Dense(1, activation="sigmoid"), 2, "binary_crossentropy"),
        (layers.Dense(3, activation="softmax"), 3, "sparse_categorical_crossentropy"),
        (layers.Dense(3), 3, "sparse_categorical_crossentropy"),
        (layers.Dense(1), None, "mean_squared_error"),
    ],
)
def test_the_default_loss_follows_the_shape_of_the_output(output: layers.Layer, classes: int | None, loss: str) -> None:
    model = keras.Sequential([keras.Input((5,)), output])
    head.compile_for(model, classes, None, None, again=False)
    assert getattr(model.loss, "name", model.loss) == loss


@pytest.mark.parametrize(
    ("loss", "one_hot"),
    [
        ("categorical_crossentropy", True),
        (keras.losses.CategoricalCrossentropy(), True),
        (keras.losses.categorical_crossentropy, True),
        ("sparse_categorical_crossentropy", False),
        ("binary_crossentropy", False),
    ],
)
def test_losses_that_take_one_hot_labels_are_known(loss: object, one_hot: bool) -> None:
    model = nested()
    model.compile("adam", loss)
    assert head.wants_one_hot(model) is one_hot
