"""`read_labelled`: a folder of images, an .npz file or a table -> arrays to train and to validate on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from rightrate.errors import DataError, UsageError
from rightrate.importers.image_folder import read_image_folder
from rightrate.importers.images import ImageForm
from rightrate.importers.labels import encode_labels
from rightrate.importers.npz import read_npz
from rightrate.importers.parts import Array, Source
from rightrate.importers.split import Split, check_split_options, stratified_split
from rightrate.importers.table import PARQUET, SEPARATORS, read_table

__all__ = ["LabelledData", "LabelledPart", "Split", "read_labelled", "read_part"]

NPZ = ".npz"
TABLES = (*SEPARATORS, PARQUET)
DEFAULT_SHARE = 0.2
"""Part of the samples that goes into validation when the data bring none; a common choice, not measured."""
DEFAULT_CHANNELS = 3
DEFAULT_RANGE = (0.0, 255.0)


@dataclass(frozen=True, eq=False)
class LabelledData:
    """Samples with labels, ready to train and to validate on.

    Attributes:
        x: features of the training samples. Images: float32 (samples, height, width, channels);
            tables: float32 (samples, columns); .npz: as stored.
        y: int64 class indices into `classes`, or float32 numbers to predict; shape (samples,).
        classes: class names in index order; empty for regression.
        x_val, y_val: the same for the validation samples.
        split: which samples went where; None where the data brought their own validation part.
        source: what was read.
        warnings: what was left out, changed or looks wrong, one sentence each.
    """

    x: Array
    y: Array
    classes: tuple[str, ...]
    x_val: Array
    y_val: Array
    split: Split | None
    source: str
    warnings: tuple[str, ...]

    @property
    def is_regression(self) -> bool:
        """Whether the labels are numbers to predict rather than classes."""
        return not self.classes


@dataclass(frozen=True, eq=False)
class LabelledPart:
    """Samples with labels, as one part.

    Attributes:
        x, y, classes, warnings: as in `LabelledData`.
    """

    x: Array
    y: Array
    classes: tuple[str, ...]
    warnings: tuple[str, ...]


def read_part(
    path: str | Path,
    *,
    label: str | None = None,
    image_size: tuple[int, int] | None = None,
    channels: int = DEFAULT_CHANNELS,
    pixel_range: tuple[float, float] = DEFAULT_RANGE,
) -> LabelledPart:
    """Read labelled data to judge a model on: all of them, or their validation part where they bring one.

    Raises:
        UsageError, DataError, CannotRunError: as `read_labelled`.
    """
    source = _read_source(Path(path), label, _image_form(image_size, channels, pixel_range))
    encoded = encode_labels(source.train, source.validation)
    warnings = source.warnings + encoded.warnings
    if source.validation is not None and encoded.y_val is not None:
        x, said = source.validation.load(None)
        said += ("The validation part is judged; the training part is not looked at.",)
        return LabelledPart(x, encoded.y_val, encoded.classes, warnings + said)
    x, said = source.train.load(None)
    return LabelledPart(x, encoded.y, encoded.classes, warnings + said)


def read_labelled(
    path: str | Path,
    *,
    label: str | None = None,
    image_size: tuple[int, int] | None = None,
    channels: int = DEFAULT_CHANNELS,
    validation_share: float = DEFAULT_SHARE,
    seed: int = 0,
    pixel_range: tuple[float, float] = DEFAULT_RANGE,
) -> LabelledData:
    """Read labelled data, whatever they are, and split off a validation part if they bring none.

    Args:
        path: a folder of class folders, or of train/ and val/; an .npz file; a .csv, .tsv or .parquet file.
        label: the label column of a table; None means the column called "label".
        image_size: (height, width) that images are resized to; None where all have one size.
        channels: 1 for gray, 3 for RGB; images only.
        validation_share: part of the samples, between 0 and 1, that goes into validation.
        seed: decides which samples those are.
        pixel_range: what pixel values 0 and 255 become; images only.

    Raises:
        UsageError: an option makes no sense, or does not go with this kind of data.
        DataError: the data cannot be used; says what was found and how to mend it.
        CannotRunError: the images need more memory than there is.
    """
    place = Path(path)
    check_split_options(validation_share, seed)
    form = _image_form(image_size, channels, pixel_range)
    source = _read_source(place, label, form)
    encoded = encode_labels(source.train, source.validation)
    warnings = source.warnings + encoded.warnings
    split = None
    y, y_val = encoded.y, encoded.y_val
    if source.validation is not None and y_val is not None:
        x, said = source.train.load(None)
        x_val, more = source.validation.load(None)
        if validation_share != DEFAULT_SHARE:
            more += (f"The validation share of {validation_share} is not used: the data bring a validation part.",)
    else:
        train, validation = stratified_split(y, validation_share, seed, classes=encoded.classes)
        ids = source.train.ids
        split = Split(
            tuple(ids[i] for i in train),
            tuple(ids[i] for i in validation),
            int(seed),
            float(validation_share),
        )
        x, said = source.train.load(train)
        x_val, more = source.train.load(validation)
        y, y_val = y[train], y[validation]
    return LabelledData(x, y, encoded.classes, x_val, y_val, split, str(path), warnings + said + more)


def _image_form(image_size: tuple[int, int] | None, channels: int, pixel_range: tuple[float, float]) -> ImageForm:
    """Check the options for images."""
    if image_size is not None:
        whole = all(isinstance(side, int) and not isinstance(side, bool) for side in image_size)
        if len(image_size) != 2 or not whole or min(image_size) < 1:
            raise UsageError(
                f"The image size is {image_size}; expected two whole numbers from 1, height and width, such "
                "as --image-size 224 224."
            )
    if isinstance(channels, bool) or channels not in (1, 3):
        raise UsageError(f"The number of channels is {channels}; expected 1 (gray) or 3 (RGB).")
    if len(pixel_range) != 2 or not all(map(math.isfinite, pixel_range)) or not pixel_range[0] < pixel_range[1]:
        raise UsageError(
            f"The pixel range is {pixel_range}; expected two finite numbers, the smaller first, such as 0 and 1."
        )
    return ImageForm(image_size, channels, (float(pixel_range[0]), float(pixel_range[1])))


def _read_source(path: Path, label: str | None, form: ImageForm) -> Source:
    """Choose the reader by what the path is, and refuse options that it would not use."""
    if not path.exists():
        raise DataError(
            f"'{path}' does not exist; expected a folder of images, an .npz file or a table. Check the path; "
            f"it is taken from the current folder unless it starts with a slash."
        )
    if path.is_dir():
        _refuse(path, "a folder of images", {"label": label is not None})
        return _read_folder(path, form)
    suffix = path.suffix.lower()
    image_options = {
        "image_size": form.size is not None,
        "channels": form.channels != DEFAULT_CHANNELS,
        "pixel_range": form.pixel_range != DEFAULT_RANGE,
    }
    if suffix == NPZ:
        _refuse(path, "an .npz file", {"label": label is not None, **image_options})
        return read_npz(path)
    if suffix in TABLES:
        _refuse(path, "a table", image_options)
        return read_table(path, label)
    raise DataError(
        f"'{path}' ends in '{path.suffix}'; expected a folder of images, or a file that ends in "
        f"{', '.join((NPZ, *TABLES))}. Convert the data to one of these."
    )


def _read_folder(path: Path, form: ImageForm) -> Source:
    try:
        return read_image_folder(path, form)
    except OSError as error:
        raise DataError(
            f"'{path}' cannot be read: {error}. Expected a folder that may be listed. Check its permissions."
        ) from error


def _refuse(path: Path, kind: str, given: dict[str, bool]) -> None:
    unused = [name for name, is_given in given.items() if is_given]
    if unused:
        raise UsageError(
            f"'{path}' is {kind}, which does not use {', '.join(unused)}; expected these options only with "
            "data that have them. Leave them out."
        )
