"""Decoded and tokenised arrays, kept between measurements so that no measurement includes decoding."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "cache"


def cache_file(family: str) -> Path:
    """Where the arrays of a family are kept."""
    return FOLDER / f"{family}.npz"


def cached_arrays(family: str, make: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Read the arrays of a family, or make and keep them. Delete the file to have them made again."""
    path = cache_file(family)
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        # Renamed when complete: an interrupted run must not leave half a file that looks whole.
        unfinished = path.with_suffix(f".{os.getpid()}.npz")
        np.savez_compressed(unfinished, **make())
        unfinished.replace(path)
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def package_folder(name: str) -> Path:
    """The folder of an installed data package, without importing it (its own imports may be missing)."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"No package named {name!r}. Install what benchmarks/README.md lists under Set-up.")
    return Path(next(iter(spec.submodule_search_locations)))
