"""Labelled data that a model is to predict: a test part, under the names that test parts have."""

from __future__ import annotations

from pathlib import Path

from rightrate.importers.labelled import DEFAULT_RANGE, NPZ, LabelledPart, read_part
from rightrate.importers.labels import encode_labels
from rightrate.importers.npz import read_judged_npz


def read_data(
    path: str | Path,
    *,
    label: str | None = None,
    image_size: tuple[int, int] | None = None,
    channels: int = 3,
    pixel_range: tuple[float, float] = DEFAULT_RANGE,
) -> LabelledPart:
    """As `read_part`; an .npz file may hold its test part as x_test and y_test, x_val and y_val, or x and y.

    Raises:
        UsageError, DataError, CannotRunError: as `read_part`.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> path = Path(tempfile.mkdtemp()) / "test.npz"
        >>> np.savez(path, x=np.eye(4), y=["cat", "dog", "cat", "dog"])
        >>> read_data(path).classes
        ('cat', 'dog')
    """
    place = Path(path)
    unused = label is not None or image_size is not None or pixel_range != DEFAULT_RANGE
    if place.suffix.lower() != NPZ or not place.is_file() or unused:
        # With an option that an .npz file does not use, it says so.
        return read_part(path, label=label, image_size=image_size, channels=channels, pixel_range=pixel_range)
    source = read_judged_npz(place)
    encoded = encode_labels(source.train, source.validation)
    warnings = source.warnings + encoded.warnings
    if source.validation is None or encoded.y_val is None:
        x, said = source.train.load(None)
        return LabelledPart(x, encoded.y, encoded.classes, warnings + said)
    x, said = source.validation.load(None)
    return LabelledPart(x, encoded.y_val, encoded.classes, warnings + said)
