"""`.npz` files with x_train and y_train, and x_val and y_val if they bring a validation part; or of a part to judge."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from rightrate.errors import DataError, nearest
from rightrate.importers.parts import Array, Part, Source, array_part, check_finite, listed

TRAIN_KEYS = ("x_train", "y_train")
VALIDATION_KEYS = ("x_val", "y_val")
JUDGED_KEYS = (("x_test", "y_test"), VALIDATION_KEYS, ("x", "y"), TRAIN_KEYS)
"""What a model is judged on, the best first: nothing was chosen on a test part, everything on the training part."""


def read_npz(path: Path) -> Source:
    """Read the arrays of an `.npz` file; `x` keeps its dtype and may have any number of dimensions.

    Nothing is unpickled: an object array is an error. Other keys, such as x_test, are not read and a
    warning names them.

    Raises:
        DataError: no npz, damaged, a key missing, lengths or shapes that do not agree, no samples,
            NaN or infinity.
    """
    check_is_zip(path, "x_train=..., y_train=...")
    arrays, said = _read_arrays(path, _wanted_keys)
    train = _part(arrays, TRAIN_KEYS)
    validation = _part(arrays, VALIDATION_KEYS) if VALIDATION_KEYS[0] in arrays else None
    if validation is not None:
        said += _compare(arrays, TRAIN_KEYS[0], VALIDATION_KEYS[0])
    return Source(train, validation, said)


def read_judged_npz(path: Path) -> Source:
    """Read the arrays that a model is to be judged on: the first pair of `JUDGED_KEYS` that the file holds.

    They are the validation part of what is returned where the file holds x_train and y_train too, which know classes
    that the judged part may lack; else they are all there is. Warnings say what is judged, and what is not used.

    Raises:
        DataError: as `read_npz`, or no such pair.
    """
    check_is_zip(path, "x_test=..., y_test=...")
    arrays, said = _read_arrays(path, _judged_keys)
    held = [keys for keys in JUDGED_KEYS if keys[0] in arrays]
    judged = _part(arrays, held[0])
    said += (f"{held[0][0]} and {held[0][1]} of '{path.name}' are judged.",)
    if len(held) == 1:
        return Source(judged, None, said)
    return Source(_part(arrays, held[1]), judged, said + _compare(arrays, held[1][0], held[0][0]))


def check_is_zip(path: Path, arrays: str) -> None:
    """Raise DataError unless the file starts like an archive; `arrays` is what the advice tells to save."""
    try:
        with path.open("rb") as file:
            start = file.read(6)
    except OSError as error:
        raise DataError(f"'{path}' cannot be read: {error.strerror}. Check the file and its permissions.") from error
    if start.startswith(b"PK"):
        return
    what = "is empty" if not start else f"starts with the bytes {start!r}"
    if start == b"\x93NUMPY":
        what = "is a single .npy array"
    raise DataError(
        f"'{path}' is not an .npz file: it {what}; expected an archive that "
        f"numpy.savez(path, {arrays}) wrote. Save it again that way."
    )


def _read_arrays(
    path: Path, choose: Callable[[Path, list[str]], list[str]]
) -> tuple[dict[str, Array], tuple[str, ...]]:
    """Return the arrays that `choose` picks of all keys, by key, and warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            # Opened here because NumPy leaves the file open when the archive is damaged.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                keys = list(archive.files)
                wanted = choose(path, keys)
                arrays = {key: check_is_array(archive[key], key) for key in wanted}
        except DataError:
            raise
        # A damaged archive raises anything: BadZipFile, zlib.error, EOFError, SyntaxError, MemoryError ...
        except Exception as error:
            raise DataError(damaged(path, error)) from error
    said = tuple(f"NumPy warned about '{path.name}': {item.message}" for item in caught)
    unused = sorted(set(keys) - set(wanted))
    if unused:
        said += (f"These arrays of '{path.name}' are not used: {listed(unused)}.",)
    return arrays, said


def damaged(path: Path, error: Exception) -> str:
    """What to say of an archive that NumPy cannot read."""
    if "allow_pickle" in str(error):
        return (
            f"'{path}' holds an object array, which only pickle can read; expected arrays of numbers or "
            "text. Convert them with .astype(...) and pad samples of several lengths before saving."
        )
    return (
        f"'{path}' is damaged ({type(error).__name__}: {error}); expected a complete .npz file. Copy or save "
        "the file again."
    )


def _wanted_keys(path: Path, keys: list[str]) -> list[str]:
    """Return the keys to read; the validation keys go together or not at all."""
    validation = [key for key in VALIDATION_KEYS if key in keys]
    wanted = [*TRAIN_KEYS, *(VALIDATION_KEYS if validation else ())]
    missing = [key for key in wanted if key not in keys]
    if missing:
        others = sorted(set(keys) - {*TRAIN_KEYS, *VALIDATION_KEYS})
        hint = f" {nearest(missing[0], others)}" if others else ""
        raise DataError(
            f"'{path}' holds no {listed(missing)}; it holds {listed(sorted(keys))}.{hint} Expected x_train "
            "and y_train, with x_val and y_val both or neither. Save the arrays under these names."
        )
    return wanted


def _judged_keys(path: Path, keys: list[str]) -> list[str]:
    """Return the pair to judge, and the training pair where there is one beside it."""
    held = [pair for pair in JUDGED_KEYS if pair[0] in keys and pair[1] in keys]
    if not held:
        raise DataError(
            f"'{path}' holds {listed(sorted(keys))}; expected samples and labels called x_test and y_test, x_val and "
            "y_val, or x and y. Save the arrays under these names."
        )
    beside = TRAIN_KEYS if TRAIN_KEYS in held[1:] else ()
    return [*held[0], *beside]


def check_is_array(value: Array | bytes, key: str) -> Array:
    """The value of an archive's member, or DataError if it is no array."""
    # NumPy returns the bytes of a member that is no .npy file.
    if isinstance(value, bytes):
        raise DataError(f"'{key}' is no NumPy array; expected arrays that numpy.savez wrote. Save the file again.")
    return value


def _part(arrays: dict[str, Array], keys: tuple[str, str]) -> Part:
    """Return one part after checking that features and labels can be used together."""
    (x_key, y_key), x, y = keys, arrays[keys[0]], arrays[keys[1]]
    if x.dtype.kind not in "biuf":
        raise DataError(
            f"{x_key} has dtype {x.dtype}; expected numbers or bools. Turn text into token numbers, and "
            "other values into numbers, before saving."
        )
    if x.ndim == 0 or x.size == 0:
        raise DataError(f"{x_key} has shape {x.shape}: no samples; expected (samples, ...). Save at least 2 samples.")
    labels = y.shape[0] if y.ndim else 0
    if labels != len(x):
        raise DataError(
            f"{x_key} has {len(x)} samples and {y_key} has {labels} labels (shapes {x.shape} and {y.shape}); "
            "expected one label per sample along the first axis. Save arrays of the same length."
        )
    check_finite(x_key, x)
    return array_part(y_key, x, y)


def _compare(arrays: dict[str, Array], train_key: str, other_key: str) -> tuple[str, ...]:
    """Raise unless samples have one shape; warn where the dtypes hint at two scales."""
    train, validation = arrays[train_key], arrays[other_key]
    if train.shape[1:] != validation.shape[1:]:
        raise DataError(
            f"A sample of {train_key} has shape {train.shape[1:]} and one of {other_key} has shape "
            f"{validation.shape[1:]}; expected the same. Prepare both parts in the same way."
        )
    if train.dtype != validation.dtype:
        return (f"{train_key} is {train.dtype} and {other_key} is {validation.dtype}: check that both have one scale.",)
    return ()
