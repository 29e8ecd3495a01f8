"""Checks that Keras 3 with the TensorFlow backend is there, before anything is imported that needs it."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from typing import Any

from rightrate.errors import CannotRunError, MissingExtraError, ModelError

INSTALL = "pip install 'rightrate[tensorflow]'"
OLDEST_KERAS = (3, 10)


def require_keras() -> None:
    """Raise a clear error unless Keras 3 with the TensorFlow backend can be imported.

    Raises:
        MissingExtraError: Keras or TensorFlow is not installed; the message is the line that installs them.
        CannotRunError: Keras runs on another backend, or is too old.
    """
    for name in ("tensorflow", "keras"):
        if importlib.util.find_spec(name) is None:
            raise MissingExtraError(f"Training needs {name}, which is not installed. Install it: {INSTALL}")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's start-up notes are no news to a user
    try:
        import keras
    except ImportError as error:
        raise CannotRunError(
            f"Keras cannot be imported ({error}); its backend is {os.environ.get('KERAS_BACKEND', 'the default')}. "
            "Tuning works on TensorFlow: set KERAS_BACKEND=tensorflow."
        ) from error

    version = tuple(int(part) for part in re.findall(r"\d+", keras.__version__)[:2])
    if version < OLDEST_KERAS:
        raise CannotRunError(f"Keras {keras.__version__} is too old; 3.10 or newer is needed. Install it: {INSTALL}")
    if keras.backend.backend() != "tensorflow":
        raise CannotRunError(
            f"Keras runs on the {keras.backend.backend()!r} backend; tuning works on TensorFlow. "
            "Set KERAS_BACKEND=tensorflow before Keras is imported."
        )


def load_quietly() -> None:
    """Import TensorFlow without its start-up notes, which its C++ side writes past Python and past its own settings.

    For the command line only: while it lasts, whatever this process writes to standard error is lost.
    """
    if importlib.util.find_spec("tensorflow") is None:
        return  # require_keras says so, with the line that mends it
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        # Asking for the devices makes it look for an accelerator now; not finding one is a note of its own.
        importlib.import_module("tensorflow").config.list_physical_devices()
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def require_model(model: Any) -> None:
    """Raise a `ModelError` unless `model` is a Keras 3 model."""
    import keras

    if isinstance(model, keras.Model):
        return
    home = type(model).__module__
    if home.startswith(("tf_keras", "keras.engine", "keras.src.engine")):
        raise ModelError(
            f"Received a Keras 2 model ({home}). Keras 3 is needed: save its weights, build the same model with "
            "keras 3, and load the weights into it (https://keras.io/guides/migrating_to_keras_3/)."
        )
    raise ModelError(f"Expected a keras.Model. Received: {type(model).__name__}.")
