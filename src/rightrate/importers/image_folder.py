"""A folder of class folders, with or without `train/` and `val/` above them."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rightrate.errors import DataError
from rightrate.importers.images import (
    SUFFIXES,
    Header,
    ImageForm,
    Pixels,
    header_warnings,
    load_images,
    read_header,
)
from rightrate.importers.parts import Indices, Part, Source, listed

VALIDATION_NAMES = ("val", "valid", "validation")
_PART_NAMES = ("train", *VALIDATION_NAMES, "test")
_WANTED = (
    "expected one folder per class with its images (DATA/cat/1.png, DATA/dog/2.png), or train/ and val/ that "
    "each hold the class folders"
)


@dataclass(frozen=True)
class _Listing:
    """The image files of one part with their classes; both sorted by class, then by path."""

    folder: Path
    files: tuple[Path, ...]
    classes: tuple[str, ...]


def read_image_folder(root: Path, form: ImageForm) -> Source:
    """List a folder of images; the pixels are decoded when a part is loaded.

    Classes are the names of the class folders, sorted as `keras.utils.image_dataset_from_directory`
    sorts them; images in folders below a class folder belong to the class. `test/` is not read.

    Raises:
        DataError: no class folders, an empty one, a file that is no image, or images of several sizes
            where `form.size` is None.
    """
    ignored: Counter[str] = Counter()
    train_folder, validation_folder, warnings = _layout(root)
    listings = [_list_part(train_folder, ignored)]
    _check_several_classes(listings[0])
    if validation_folder is not None:
        listings.append(_list_part(validation_folder, ignored))
    if train_folder != root:
        _count_loose(root, ignored)
    warnings += _ignored_warnings(ignored)
    files = [file for listing in listings for file in listing.files]
    names = [_relative(file, root) for file in files]
    headers = [read_header(file, name) for file, name in zip(files, names, strict=True)]
    if form.size is None:
        _check_one_size(names, headers)
    parts = [_part(listing, root, form) for listing in listings]
    warnings += header_warnings(names, headers)
    return Source(parts[0], parts[1] if len(parts) > 1 else None, warnings)


def _layout(root: Path) -> tuple[Path, Path | None, tuple[str, ...]]:
    """Return the folders of the training and the validation part, and what is not used.

    Without a `train` folder, or where `train` stands beside class folders and no validation folder,
    the root itself holds the classes.
    """
    folders = _folders(root)
    named: dict[str, list[Path]] = {}
    for folder in folders:
        if folder.name.casefold() in _PART_NAMES:
            named.setdefault(folder.name.casefold(), []).append(folder)
    train = named.get("train", [])
    validation = [folder for name in VALIDATION_NAMES for folder in named.get(name, [])]
    only_parts = bool(folders) and sum(map(len, named.values())) == len(folders)
    if not only_parts and not (train and validation):
        return root, None, ()
    if len(train) != 1 or len(validation) > 1:
        raise DataError(
            f"'{root}' holds the folders {listed(folder.name for folder in folders)}; expected one 'train' "
            f"and at most one of {listed(VALIDATION_NAMES)}, each with class folders inside. Rename the "
            "folders."
        )
    warnings = tuple(
        f"The folder '{folder.name}' is not used: {_why_unused(folder)}."
        for folder in folders
        if folder not in (*train, *validation)
    )
    return train[0], validation[0] if validation else None, warnings


def _why_unused(folder: Path) -> str:
    if folder.name.casefold() == "test":
        return "test data must stay unseen while the learning rate is chosen, so it is no validation part"
    return "beside 'train' and a validation folder, nothing else is read"


def _list_part(folder: Path, ignored: Counter[str]) -> _Listing:
    """Return the images in the class folders; counts what it leaves out in `ignored`."""
    class_folders = _folders(folder)
    _count_loose(folder, ignored)
    if not class_folders:
        found = sorted(entry.name for entry in folder.iterdir())
        state = f"holds no folders, only {listed(found, limit=3)}" if found else "is empty"
        raise DataError(f"'{folder}' {state}; {_WANTED}. Sort the images into class folders.")
    files: list[Path] = []
    classes: list[str] = []
    for class_folder in class_folders:
        images = _images_below(class_folder, ignored)
        if not images:
            raise DataError(
                f"The class folder '{class_folder}' holds no images; expected at least 2 files with one of "
                f"the endings {' '.join(SUFFIXES)}. Add images or delete the folder."
            )
        files += images
        classes += [class_folder.name] * len(images)
    return _Listing(folder, tuple(files), tuple(classes))


def _check_several_classes(listing: _Listing) -> None:
    first = listing.classes[0]
    if listing.classes[-1] == first:
        raise DataError(
            f"'{listing.folder}' holds one class folder only, '{first}'; {_WANTED}, at least 2 classes. If "
            f"the class folders are inside '{first}', name that folder instead."
        )


def _folders(folder: Path) -> list[Path]:
    found = (entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    return sorted(found, key=lambda entry: entry.name)


def _images_below(folder: Path, ignored: Counter[str]) -> list[Path]:
    """Return the images in this folder and below it, sorted; links to folders are not followed."""
    images: list[Path] = []
    for place, folders, files in os.walk(folder):
        ignored["hidden"] += sum(name.startswith(".") for name in folders)
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            kind = _ignored_kind(name)
            if kind:
                ignored[kind] += 1
            else:
                images.append(Path(place) / name)
    return sorted(images)


def _ignored_kind(name: str) -> str:
    """Return why a file name is not read as an image; empty if it is.

    Example:
        >>> _ignored_kind("a.PNG"), _ignored_kind(".a.png"), _ignored_kind("a.txt"), _ignored_kind("README")
        ('', 'hidden', '.txt', 'no ending')
    """
    if name.startswith("."):
        return "hidden"
    suffix = Path(name).suffix.lower()
    return "" if suffix in SUFFIXES else suffix or "no ending"


def _count_loose(folder: Path, ignored: Counter[str]) -> None:
    """Count what lies beside the folders of this folder."""
    for entry in folder.iterdir():
        if entry.name.startswith("."):
            ignored["hidden"] += 1
        elif not entry.is_dir():
            ignored[_ignored_kind(entry.name) or "image outside a class folder"] += 1


def _ignored_warnings(ignored: Counter[str]) -> tuple[str, ...]:
    """Return one warning that counts what was left out, or none.

    Example:
        >>> _ignored_warnings(Counter({".txt": 2, "hidden": 1}))
        ('3 files or folders are ignored: 2 .txt, 1 hidden.',)
    """
    counts = sorted((kind, count) for kind, count in ignored.items() if count)
    if not counts:
        return ()
    what = ", ".join(f"{count} {kind}" for kind, count in counts)
    total = sum(count for _, count in counts)
    return (f"{total} {'file or folder is' if total == 1 else 'files or folders are'} ignored: {what}.",)


def _check_one_size(names: list[str], headers: list[Header]) -> None:
    for name, header in zip(names, headers, strict=True):
        if header.size != headers[0].size:
            raise DataError(
                f"The images differ in size: '{names[0]}' is {headers[0].size[0]}x{headers[0].size[1]} and "
                f"'{name}' is {header.size[0]}x{header.size[1]} (height x width); expected one size. Give "
                "the size they should be resized to with --image-size HEIGHT WIDTH."
            )


def _part(listing: _Listing, root: Path, form: ImageForm) -> Part:
    names = [_relative(file, root) for file in listing.files]

    def load(indices: Indices | None) -> tuple[Pixels, tuple[str, ...]]:
        chosen = range(len(names)) if indices is None else indices.tolist()
        return load_images([listing.files[i] for i in chosen], [names[i] for i in chosen], form)

    return Part(f"'{listing.folder.name}'", np.array(listing.classes, dtype=np.str_), tuple(names), load)


def _relative(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix()
