"""The engine's tests compare bits, so TensorFlow computes in one fixed order while they run."""

from __future__ import annotations

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
