"""The engine's tests compare bits, so TensorFlow computes in one fixed order while they run."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
import tensorflow as tf
from tensorflow.python.framework import config


@pytest.fixture(scope="package", autouse=True)
def determinism() -> Iterator[None]:
    """Switch TensorFlow's deterministic ops on for this folder, and off again for the others."""
    tf.config.experimental.enable_op_determinism()
    yield
    config.disable_op_determinism()


@pytest.fixture(scope="package", autouse=True)
def rare_collections() -> Iterator[None]:
    """Tracing makes millions of small objects; looking through them less often saves a fifth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    yield
    gc.set_threshold(*before)
