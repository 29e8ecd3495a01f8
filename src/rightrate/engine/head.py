"""Fits a loaded model to the classes of its data: a new head, what is frozen, and a sensible compilation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras

from rightrate.engine.borrow import compile_arguments, renewed_metrics
from rightrate.engine.task import loss_name
from rightrate.errors import ModelError, UsageError, nearest

#: Share of features that the new head's dropout drops: the usual value for a small head (Keras's transfer guide).
DROPOUT = 0.2


def output_width(model: Any) -> int | None:
    """Numbers that `model` gives for one sample; None where that is not a plain row."""
    shape = getattr(model, "output_shape", None)
    return int(shape[-1]) if isinstance(shape, tuple) and len(shape) == 2 and shape[-1] else None


def check_fit(model: Any, classes: int) -> None:
    """Raise a `ModelError` unless `model` has one output a class (or a single one for two classes)."""
    width = output_width(model)
    if width == classes or (width == 1 and classes == 2):
        return
    gives = f"{width} outputs" if width is not None else f"an output of shape {getattr(model, 'output_shape', '?')}"
    raise ModelError(
        f"The model has {gives}, and the data have {classes} classes. "
        "Put a head of the right size on it with --new-head."
    )


def with_new_head(model: Any, classes: int | None, seed: int) -> Any:
    """Put dropout and a dense layer on `model`; its own last softmax or sigmoid layer is taken off first.

    Args:
        classes: softmax over so many, or None for one number (a regression).

    Raises:
        ModelError: the model has several outputs or is subclassed, so that nobody knows where its head begins.
    """
    if not hasattr(model, "_functional") and not isinstance(model, (keras.Sequential, keras.Model)):
        raise ModelError("--new-head needs a Keras model.")
    try:
        outputs = model.outputs
    except AttributeError:
        outputs = None
    if outputs is None or len(outputs) != 1:
        raise ModelError(
            "--new-head needs a Sequential or Functional model with one output. Build the head yourself in a function "
            "and name it: module:function."
        )
    features = _without_head(model, outputs[0])
    if len(features.shape) == 4:
        features = keras.layers.GlobalAveragePooling2D(name="new_head_pool")(features)
    elif len(features.shape) == 3:
        features = keras.layers.GlobalAveragePooling1D(name="new_head_pool")(features)
    dropped = keras.layers.Dropout(DROPOUT, seed=seed, name="new_head_dropout")(features)
    dense = keras.layers.Dense(
        classes or 1,
        activation="softmax" if classes else None,
        kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
        dtype="float32",
        name="new_head",
    )
    return keras.Model(model.inputs, dense(dropped), name=model.name)


def _without_head(model: Any, output: Any) -> Any:
    """The features below an old head: a last dense layer with softmax or sigmoid, as its activation or after it."""
    layers = list(model.layers)
    softened = False
    while layers and isinstance(layers[-1], (keras.layers.Softmax, keras.layers.Activation)):
        softened = softened or _squashes(layers[-1])
        output = layers.pop().input
    if layers and isinstance(layers[-1], keras.layers.Dense) and (softened or _squashes(layers[-1])):
        return layers[-1].input
    return output


def _squashes(layer: Any) -> bool:
    name = getattr(getattr(layer, "activation", None), "__name__", "")
    return isinstance(layer, keras.layers.Softmax) or name in ("softmax", "sigmoid")


def freeze(model: Any, what: str) -> None:
    """Freeze `"all-but-head"`, `"none"`, or everything up to and including the named layer (or nested model).

    The head is the last layer with weights. The BatchNorm of a frozen layer works with its stored statistics and does
    not update them.

    Raises:
        UsageError: no layer has that name; the nearest are offered.
    """
    everything = list(_in_order(model))
    layers = [layer for layer in everything if not layer._layers]
    weighted = [layer for layer in layers if layer.weights]
    if not weighted:
        raise ModelError("The model has no weights: there is nothing to train or freeze.")
    named = next((layer for layer in everything if layer.name == what), None)
    if what == "none":
        end = 0
    elif what == "all-but-head":
        end = layers.index(weighted[-1])
    elif named is not None:
        end = 1 + max(layers.index(leaf) for leaf in (named, *_in_order(named)) if leaf in layers)
    else:
        names = [layer.name for layer in everything]
        raise UsageError(f"Unknown layer {what!r} for --freeze. {nearest(what, [*names, 'all-but-head', 'none'])}")
    model.trainable = True  # a frozen container would hide its layers' own settings
    for place, layer in enumerate(layers):
        layer.trainable = place >= end
    for container in everything:
        if container._layers:  # weights of its own, such as a class token, belong to what it begins with
            for variable in container._trainable_variables:
                variable.trainable = end == 0


def _in_order(layer: Any) -> Iterator[Any]:
    """All layers inside `layer`, outer ones before inner ones, in the order in which data pass them."""
    for inner in layer._layers:
        yield inner
        yield from _in_order(inner)


def compile_for(model: Any, classes: int | None, optimizer: str | None, loss: str | None, *, again: bool) -> None:
    """Compile `model` where it is not, where something else is asked for, or `again` after freezing.

    What is not asked for stays as it was compiled, metrics and weights of losses included; the defaults for a model
    that was not compiled follow the shape of its output.

    Raises:
        UsageError: Keras does not know the optimizer or the loss.
    """
    for label, value, get in (("optimizer", optimizer, keras.optimizers.get), ("loss", loss, keras.losses.get)):
        if value is None:
            continue
        try:
            get(value)
        except ValueError as error:
            raise UsageError(f"Keras knows no {label} {value!r}. {nearest(value, _known(label))}") from error
    if not model.compiled:
        metrics = ["accuracy"] if classes else None
        model.compile(optimizer or "adam", loss or _default_loss(model, classes), metrics=metrics)
    elif again or optimizer is not None or loss is not None:
        settings = compile_arguments(model)
        settings["optimizer"] = optimizer or type(model.optimizer).from_config(model.optimizer.get_config())
        settings["loss"] = loss or settings["loss"]
        for kind in ("metrics", "weighted_metrics"):
            settings[kind] = renewed_metrics(settings.get(kind))
        keras.Model.compile(model, **settings)


def _known(label: str) -> list[str]:
    home = keras.optimizers if label == "optimizer" else keras.losses
    names = [n for n in dir(home) if not n.startswith("_")]
    return (
        [n.lower() for n in names if n[0].isupper()] if label == "optimizer" else [n for n in names if n[0].islower()]
    )


def _default_loss(model: Any, classes: int | None) -> Any:
    if classes is None:
        return "mean_squared_error"
    activation = (
        getattr(getattr(model.layers[-1], "activation", None), "__name__", "linear") if model.layers else "linear"
    )
    if output_width(model) == 1:
        return keras.losses.BinaryCrossentropy(from_logits=activation != "sigmoid")
    return keras.losses.SparseCategoricalCrossentropy(from_logits=activation != "softmax")


def wants_one_hot(model: Any) -> bool:
    """Whether the compiled loss takes one-hot labels rather than class indices."""
    return loss_name(model.loss).replace("_", "").startswith("categorical")


def image_size(model: Any) -> tuple[int, int, int] | None:
    """Height, width and channels of the images that `model` takes; None where it takes none, or any size."""
    shape = getattr(model, "input_shape", None)
    if isinstance(shape, tuple) and len(shape) == 4 and all(isinstance(d, int) for d in shape[1:]):
        return (shape[1], shape[2], shape[3])
    return None
