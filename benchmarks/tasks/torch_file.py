"""Read the tensors of an old-style PyTorch weights file without PyTorch, and without running anything in it.

The file is a row of pickles (magic number, protocol, system, tensors, names of the storages) followed by
the raw numbers of each storage. The unpickler admits only the four names that a file of weights needs.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

_MAGIC = 0x1950A86A20F9469CFC6C  # torch.serialization.MAGIC_NUMBER
_DTYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}


@dataclass
class _Storage:
    """The raw numbers that tensors look into; they come after the pickles in the file."""

    dtype: str
    numbers: np.ndarray = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    def array(self) -> np.ndarray:
        size = self.storage.numbers.itemsize
        strides = tuple(size * step for step in self.stride)
        return np.lib.stride_tricks.as_strided(self.storage.numbers[self.offset :], self.shape, strides).copy()


def _rebuild_tensor(storage: _Storage, offset: int, shape: tuple, stride: tuple, *_unused: Any) -> _Tensor:
    return _Tensor(storage, offset, shape, stride)


_ADMITTED = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("torch", "FloatStorage"): "FloatStorage",
    ("torch", "LongStorage"): "LongStorage",
}


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: Any) -> None:
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ADMITTED:
            raise pickle.UnpicklingError(f"A weights file has no business naming {module}.{name}. It was not read.")
        return _ADMITTED[module, name]

    def persistent_load(self, pid: tuple) -> _Storage:
        _, kind, key, *_ = pid
        return self.storages.setdefault(key, _Storage(_DTYPES[kind]))


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """Read all tensors of the file, by their names."""
    with path.open("rb") as file:
        magic, _protocol, _system = (_Unpickler(file).load() for _ in range(3))
        if magic != _MAGIC:
            raise ValueError(f"{path.name} is no old-style PyTorch file: it begins with {magic!r}.")
        unpickler = _Unpickler(file)
        tensors = unpickler.load()
        for key in _Unpickler(file).load():
            storage = unpickler.storages[key]
            count = int.from_bytes(file.read(8), "little")
            dtype = np.dtype(storage.dtype)
            storage.numbers = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    return {name: tensor.array() for name, tensor in tensors.items()}
