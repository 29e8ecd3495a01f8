"""Loads a model for the command line: from a `.keras` file, or from a function of the user's own module."""

from __future__ import annotations

import importlib
import sys
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from rightrate.errors import CannotRunError, ModelError, UsageError, nearest

_CONVERT = "Load it where it was made and save it with model.save('model.keras')."


@dataclass(frozen=True)
class Loaded:
    """A model, and the data where a function returned them too."""

    model: Any
    train: Any = None
    validation: Any = None


def load(name: str) -> Loaded:
    """Load `FILE.keras` or `module:function`.

    A file is loaded with `safe_mode=True`: code inside it is never run.

    Raises:
        UsageError, ModelError: the name means nothing, or the file is no model that can be loaded safely.
    """
    path = Path(name)
    if path.suffix == ".keras" or path.exists():
        return Loaded(_from_file(path))
    if ":" in name:
        return _from_function(name)
    raise UsageError(f"MODEL must be a .keras file or module:function. Received: {name!r}.")


def _from_file(path: Path) -> Any:
    if not path.exists():
        beside = [p.name for p in path.parent.glob("*.keras")] if path.parent.is_dir() else []
        hint = f" {nearest(path.name, beside)}" if beside else ""
        raise UsageError(f"There is no model file {path}.{hint}")
    if path.is_dir():
        raise ModelError(
            f"{path} is a folder, perhaps a TensorFlow SavedModel; a .keras file is needed. {_CONVERT} "
            "A SavedModel for inference alone cannot be fine-tuned."
        )
    if path.suffix in (".h5", ".hdf5"):
        raise ModelError(f"{path} is a file of the old HDF5 format; a .keras file is needed. {_CONVERT}")
    if not zipfile.is_zipfile(path):
        raise ModelError(f"{path} is not a .keras file, or it is damaged: it is no zip archive. Save or copy it again.")
    try:
        with warnings.catch_warnings():
            # A model saved before its first step has no optimizer state to load; a search starts without one anyway.
            warnings.filterwarnings("ignore", message="Skipping variable loading for optimizer")
            return keras.saving.load_model(path, safe_mode=True)
    except Exception as error:  # Keras raises whatever its parts raise; each becomes one sentence
        raise _load_error(path, error) from error


def _load_error(path: Path, error: Exception) -> ModelError:
    text = str(error)
    if "lambda" in text.lower() and ("safe" in text.lower() or "unsafe" in text.lower()):
        return ModelError(
            f"{path} holds a Lambda layer, that is, Python code, which rightrate does not run from a file. Write a "
            "function that builds the model and name it instead: module:function."
        )
    if "Could not locate" in text or ("Unknown" in text and "custom" in text.lower()):
        return ModelError(
            f"{path} uses a class that Keras does not know here: {_first_line(text)} Write a function that imports "
            "it and returns the model, and name that instead: module:function."
        )
    return ModelError(f"{path} cannot be loaded: {_first_line(text)} Is it whole, and made by Keras 3?")


def _first_line(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else "no reason given"
    return (line[:300] + "…" if len(line) > 300 else line).rstrip(".") + "."


def _from_function(name: str) -> Loaded:
    module_name, _, function_name = name.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)  # as `python -m` does: the user's module lies where the command runs
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name.split(".")[0] and error.name != module_name:
            raise CannotRunError(f"Importing {module_name} failed: it needs {error.name}, which is missing.") from error
        raise UsageError(f"There is no module {module_name!r} here or installed.") from error
    except Exception as error:  # the user's module: whatever it raises is his, and is named
        raise CannotRunError(f"Importing {module_name} failed: {type(error).__name__}: {error}") from error
    function = getattr(module, function_name, None)
    if not callable(function):
        known = [n for n in vars(module) if callable(getattr(module, n)) and not n.startswith("_")]
        hint = nearest(function_name, known) if known else "It has no functions."
        raise UsageError(f"{module_name} has no function {function_name!r}. {hint}")
    try:
        returned = function()
    except Exception as error:
        raise CannotRunError(f"{name}() failed: {type(error).__name__}: {error}") from error
    return _unpack(name, returned)


def _unpack(name: str, returned: Any) -> Loaded:
    if isinstance(returned, tuple) and len(returned) == 3:
        return Loaded(*returned)
    if isinstance(returned, tuple):
        raise UsageError(
            f"{name}() must return a model or (model, train, validation). Received a tuple of length {len(returned)}."
        )
    return Loaded(returned)
