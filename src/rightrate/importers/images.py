"""Image files -> float32 pixels, decoded by Pillow."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rightrate.errors import CannotRunError, DataError
from rightrate.importers.parts import listed

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
# The plugins Pillow may try; others start programs (EPS) or read formats nobody asked for.
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")
_DEEP = ("I;16", "I;16L", "I;16B", "I;16N")

Pixels = NDArray[np.float32]
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class ImageForm:
    """What pixels are wanted.

    Attributes:
        size: (height, width) that each image is resized to; None leaves the size, which all must share.
        channels: 1 (gray, ITU-R 601 luma) or 3 (RGB).
        pixel_range: what 0 and 255 become; values between are mapped linearly.
    """

    size: tuple[int, int] | None
    channels: int
    pixel_range: tuple[float, float]


@dataclass(frozen=True)
class Header:
    """What an image file says about itself: (height, width), and what reading it will change."""

    size: tuple[int, int]
    animated: bool
    alpha: bool
    deep: bool


def read_header(file: Path, name: str) -> Header:
    """Read the header of an image; DataError naming the file if there is none that Pillow knows."""

    def read(image: Image.Image) -> Header:
        return Header(
            size=(image.height, image.width),
            animated=getattr(image, "n_frames", 1) > 1,
            alpha=image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info,
            deep=_is_deep(image),
        )

    # What Pillow warns of here it says again when the pixels are decoded.
    return _with_image(file, name, read)[0]


def header_warnings(names: Sequence[str], headers: Sequence[Header]) -> tuple[str, ...]:
    """Say in words, and with counts, what decoding these images leaves out or changes."""
    notes = (
        ("have several pictures; only the first is used", [header.animated for header in headers]),
        (
            "have an alpha channel or a transparent colour, which is dropped",
            [header.alpha for header in headers],
        ),
        (
            "hold 16 bits per pixel, which are scaled from 0..65535 to 0..255",
            [header.deep for header in headers],
        ),
    )
    found = ((note, [name for name, mark in zip(names, marks, strict=True) if mark]) for note, marks in notes)
    return tuple(f"{len(hits)} of {len(names)} images {note}: {listed(hits, limit=3)}." for note, hits in found if hits)


def load_images(files: Sequence[Path], names: Sequence[str], form: ImageForm) -> tuple[Pixels, tuple[str, ...]]:
    """Return pixels of shape (images, height, width, channels), and what Pillow warned of.

    Args:
        files: at least one; of one size where `form.size` is None.
        names: what to call each file in messages.

    Resizing is Pillow's bilinear filter, which averages when it shrinks (Keras's own does not). The
    orientation in EXIF data is not applied, as in `keras.utils.image_dataset_from_directory`; the
    orientation of TIFF files is, because Pillow takes it for part of the format.
    """
    said: tuple[str, ...] = ()
    height, width = form.size or read_header(files[0], names[0]).size
    shape = (len(files), height, width, form.channels)
    try:
        pixels = np.empty(shape, dtype=np.float32)
    except (MemoryError, ValueError) as error:
        raise CannotRunError(
            f"{len(files)} images of shape {shape[1:]} need {4 * np.prod(shape, dtype=float) / 1e9:.1f} GB "
            "as float32, more than there is memory. Choose a smaller --image-size or use fewer images."
        ) from error
    for place, (file, name) in enumerate(zip(files, names, strict=True)):
        pixels[place], more = load_image(file, name, form)
        said += more
    return pixels, said


def load_image(file: Path, name: str, form: ImageForm) -> tuple[Pixels, tuple[str, ...]]:
    """Return one image as (height, width, channels), and what Pillow warned of."""
    pixels, said = _with_image(file, name, lambda image: _pixels(image, form))
    low, high = form.pixel_range
    if (low, high) != (0.0, 255.0):
        pixels = (low + pixels * ((high - low) / 255.0)).astype(np.float32)
    return pixels, said


def _pixels(image: Image.Image, form: ImageForm) -> Pixels:
    """Decode, convert and resize an open image; 0..255."""
    resized = None if form.size is None else (form.size[1], form.size[0])
    if _is_deep(image):
        # Converting to "L" would cut 16 bits off at 255 instead of scaling them.
        gray = Image.fromarray(np.asarray(image).astype(np.float32) / np.float32(257.0))
        plane = np.asarray(gray if resized is None else gray.resize(resized, Image.Resampling.BILINEAR))
        return np.repeat(plane[:, :, None], form.channels, axis=2)
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        raise ValueError(f"32-bit pixels (mode {image.mode}) have no known range")
    if image.mode == "P" and "transparency" in image.info:
        image = image.convert("RGBA")
    plain = image.convert("L" if form.channels == 1 else "RGB")
    if resized is not None:
        plain = plain.resize(resized, Image.Resampling.BILINEAR)
    values = np.asarray(plain).astype(np.float32)
    return values.reshape(plain.height, plain.width, form.channels)


def _is_deep(image: Image.Image) -> bool:
    # Before version 10.3 Pillow opened 16-bit PNG files with mode "I"; PNG has no 32-bit gray.
    return image.mode in _DEEP or (image.mode == "I" and image.format == "PNG")


def _with_image(file: Path, name: str, work: Callable[[Image.Image], _Result]) -> tuple[_Result, tuple[str, ...]]:
    """Open an image and work on it; whatever Pillow raises becomes a DataError that names the file."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        # An image so large that Pillow takes it for an attack must not be decoded.
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(file, formats=_FORMATS) as image:
                result = work(image)
        except MemoryError as error:
            raise CannotRunError(
                f"The image '{name}' needs more memory than there is; expected an image that fits. Choose a "
                "smaller --image-size or remove the file."
            ) from error
        # Pillow's plugins raise any type on broken files: struct.error, IndexError, SyntaxError ...
        except Exception as error:
            raise DataError(
                f"The image '{name}' does not decode ({type(error).__name__}: {_short(error, file)}); "
                "expected a complete PNG, JPEG, BMP, GIF, WebP or TIFF file with 8 or 16 bits per channel. "
                "Replace the file or remove it."
            ) from error
    said = tuple(f"Pillow warned about the image '{name}': {item.message}" for item in caught)
    return result, said


def _short(error: Exception, file: Path) -> str:
    """Return what Pillow said without the full path, which the message names already."""
    return str(error).replace(str(file), file.name) or "no details"
