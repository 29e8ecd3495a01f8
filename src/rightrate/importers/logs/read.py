"""`read_log`: the curves in a training log of any tool."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from rightrate.curves.training import Training
from rightrate.errors import DataError
from rightrate.importers.logs import (
    fastai,
    generic_csv,
    history_json,
    json_lines,
    keras_console,
    keras_csv,
    keras_tuner,
    lightning,
    mlflow,
    mlflow_database,
    optuna,
    parquet,
    tensorboard,
    trainer_state,
    ultralytics,
    wandb,
    wandb_folder,
)
from rightrate.importers.logs.csv_rows import header_of
from rightrate.importers.logs.folders import name_of, walk
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.names import check_names
from rightrate.importers.logs.said_once import said_once
from rightrate.importers.logs.text import decode

START_BYTES = 65_536
"""Bytes that the format is told from: the printed lines before the first epoch of a console log fit in."""

IMPORTERS: tuple[Importer, ...] = (
    parquet.IMPORTER,
    mlflow_database.IMPORTER,
    optuna.IMPORTER,
    tensorboard.IMPORTER,
    trainer_state.IMPORTER,
    json_lines.IMPORTER,
    history_json.IMPORTER,
    keras_console.IMPORTER,
    ultralytics.IMPORTER,
    wandb.IMPORTER,
    fastai.IMPORTER,
    lightning.IMPORTER,
    keras_csv.IMPORTER,
    generic_csv.IMPORTER,
)
"""The formats of files, asked in this order: the more particular first."""

FOLDER_IMPORTERS: tuple[Importer, ...] = (keras_tuner.IMPORTER, mlflow.IMPORTER, tensorboard.IMPORTER)
"""The formats that are folders, asked in this order."""

FOLDER = "folder of logs"

FOLDER_ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".log", ".txt", ".out", ".parquet", ".db", ".sqlite3")
"""Names that are looked into in a folder of none of these formats; weights and pictures need not be opened."""


def read_log(path: str | os.PathLike[str], *, columns: Columns | None = None) -> Log:
    """Read the curves of one or several trainings from a log of any tool.

    The format is told from the content, never from the name alone: see `docs/logs.md` for the formats, what counts the
    steps in each, and how names become Keras's.

    Args:
        path: a file or a folder.
        columns: which column of the file is which quantity, where the table of names does not say it:
            `{"loss": "train/ce", "epoch": "round"}`. Columns not named here are read as without it.

    Returns:
        A `Log` with at least one training.

    Edge cases: NaN and infinity, in any spelling, are values; empty cells and `null` are gaps. A last line that is cut
    off, damaged lines and steps that go back are warnings. A log too long for the memory is thinned, with a warning.

    Raises:
        DataError: the path is missing, empty or of no known format; it holds no number; two columns could both be the
            loss; `columns` names one that is not there.

    Example:
        >>> import tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> file = Path(folder.name) / "log.csv"
        >>> _ = file.write_text("epoch,loss,val_loss\\n0,0.9,0.8\\n1,0.5,nan\\n")
        >>> log = read_log(file)
        >>> log.format, log.trainings[0].curves["val_loss"].values.tolist()
        ('Keras CSVLogger', [0.8, nan])
        >>> folder.cleanup()
    """
    place = Path(path)
    if "\0" in str(place):
        raise DataError(f"{str(place)!r} is no path: it holds a zero character. Expected the name of a file or folder.")
    check_names(columns or {})
    try:
        return _read(place, dict(columns or {}))
    except OSError as error:
        raise DataError(
            f"The log '{place}' cannot be read: {error.strerror or error}. Expected a file or folder; check the path."
        ) from error
    except UnicodeError as error:
        raise DataError(f"{str(place)!r} is no path: {error}. Expected the name of a file or folder.") from error


def _read(path: Path, columns: Columns) -> Log:
    if path.is_dir():
        return _read_folder(path, columns)
    return _read_file(path, columns)


def _read_file(path: Path, columns: Columns) -> Log:
    if path.exists() and not path.is_file():
        raise DataError(
            f"The log '{path}' is a pipe or a device, and a log is looked into before it is read. Expected a file or "
            "folder: write what comes through it to a file first."
        )
    start = _start(path)
    if not start.head.strip(b"\x00 \r\n\t\xef\xbb\xbf\xff\xfe"):
        raise DataError(
            f"The log '{path}' is empty. Expected at least one epoch or step with a value; "
            "let the training run until it has logged something."
        )
    for importer in IMPORTERS:
        if importer.recognises(start):
            return importer.read(start, columns)
    raise DataError(
        f"The log '{path}' is of no known format. Expected one of: {_formats(IMPORTERS)}. "
        "Write the values as a CSV with a header line, such as epoch,loss,val_loss."
    )


def _start(path: Path) -> Start:
    with path.open("rb") as file:
        head = file.read(START_BYTES)
    text = decode(head).replace("\0", "")
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    header, delimiter = header_of(lines[:20])
    return Start(path, head, lines=lines, header=header, delimiter=delimiter)


def _read_folder(path: Path, columns: Columns) -> Log:
    start = Start(path)
    for importer in FOLDER_IMPORTERS:
        if importer.recognises(start):
            return importer.read(start, columns)
    trainings: list[Training] = []
    said: list[tuple[str, str]] = []
    binary: list[str] = []
    first: DataError | None = None
    for part in _parts(path):
        inside = name_of(part, path)
        if part.name.endswith(wandb_folder.BINARY):
            binary.append(inside)
        if part.is_file() and (not part.name.lower().endswith(FOLDER_ENDINGS) or wandb_folder.is_own(part)):
            continue
        try:
            log = keras_tuner.IMPORTER.read(Start(part), columns) if part.is_dir() else _read_file(part, columns)
        except (DataError, OSError, UnicodeError) as error:
            first = first or (error if isinstance(error, DataError) else None)
            said.append(("", f"{inside} was left out: {error}"))
            continue
        for training in log.trainings:
            own = inside if len(log.trainings) == 1 else f"{inside}: {training.name}"
            trainings.append(Training(own, training.curves, training.unit, training.steps_per_epoch, training.source))
        said += [(f"{inside}: ", warning) for warning in log.warnings]
    if trainings:
        said += [("", wandb_folder.unread(binary))] if binary else []
        return Log(tuple(trainings), tuple(said_once(said)), FOLDER)
    if binary:
        raise DataError(f"The folder '{path}' holds no log that can be read. {wandb_folder.unread(binary)}")
    if first is not None:
        raise first
    raise DataError(
        f"The folder '{path}' holds no log. Expected a folder of {_formats(FOLDER_IMPORTERS)}, or files of logs in it."
    )


def _parts(path: Path) -> Iterator[Path]:
    """The files in a folder and below, and the folders that are one log: what lies in those is no log of its own."""
    for folder, folders, files in walk(path):
        if folder != path and keras_tuner.IMPORTER.recognises(Start(folder)):
            folders.clear()
            yield folder
        else:
            yield from (folder / name for name in files)


def _formats(importers: tuple[Importer, ...]) -> str:
    return ", ".join(importer.format for importer in importers)
