"""`Log`: what was read from a training log; `Importer`: how one format is read; `Start`: what a format is told by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from rightrate.curves.training import Training

Columns = Mapping[str, str]
"""Which column of the file is which quantity: `{"loss": "train/ce", "epoch": "round"}`."""


@dataclass(frozen=True)
class Log(Sequence[Training]):
    """The trainings of one log.

    Args:
        trainings: at least one, each with at least one curve; in the order of the log.
        warnings: what was left out, assumed or thinned, one sentence each; empty where nothing was.
        format: the name of the format, as in `docs/logs.md`.
    """

    trainings: tuple[Training, ...]
    warnings: tuple[str, ...]
    format: str

    def __len__(self) -> int:
        return len(self.trainings)

    @overload
    def __getitem__(self, index: int) -> Training: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Training, ...]: ...
    def __getitem__(self, index: int | slice) -> Training | tuple[Training, ...]:
        return self.trainings[index]


@dataclass(frozen=True)
class Start:
    """What is known about a path before it is read.

    Args:
        path: the file or folder.
        head: the first bytes of a file, at most `START_BYTES`; empty for a folder.
        lines: the first lines of a text file without line ends, the last one whole only where the file is short.
        header: the cells of the first line, where it looks like the header of a table; else empty.
        delimiter: what separates the cells of `header`.
    """

    path: Path
    head: bytes = b""
    lines: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    delimiter: str = ","


@dataclass(frozen=True)
class Importer:
    """One format.

    Args:
        format: its name.
        recognises: whether a path holds this format, from its content.
        read: reads it; raises DataError, OSError or UnicodeError only.
    """

    format: str
    recognises: Callable[[Start], bool]
    read: Callable[[Start, Columns], Log]
