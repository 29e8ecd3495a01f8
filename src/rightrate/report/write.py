"""Writes all parts of the report, each whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from rightrate.errors import CannotRunError
from rightrate.report.as_json import to_json
from rightrate.report.charts import charts
from rightrate.report.csv import to_csv
from rightrate.report.document import Document
from rightrate.report.html import to_html, to_svg
from rightrate.report.markdown import to_markdown

#: The charts that are written as pictures of their own, and their files.
PICTURES = {
    "rate": "rate.svg",
    "sweet-spot": "sweet-spot.svg",
    "curves": "curves.svg",
    "schedule": "schedule.svg",
}


def write_reports(document: Document, folder: Path) -> tuple[Path, ...]:
    """Write result.json, report.md, report.html, curves.csv and the charts into `folder`, which is made.

    Every file is complete or absent: it is written under another name and renamed. Pictures of an earlier
    report that this one does not have (no precision and recall, no rate) are removed, since they would be
    taken for its own.

    Returns:
        The files written, result.json first.

    Raises:
        CannotRunError: the folder cannot be made, or a file cannot be written.
    """
    return write_files(contents(document), folder)


def write_files(texts: Mapping[str, str], folder: Path) -> tuple[Path, ...]:
    """Write each text under its name into `folder`; the rest is said at `write_reports`."""
    path = folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            path = folder / name
            _replace(path, text.encode("utf-8", errors="backslashreplace"))
        for name in PICTURES.values():
            if name not in texts:
                path = folder / name
                path.unlink(missing_ok=True)
    except OSError as error:
        raise CannotRunError(
            f"Could not write the report to {path}: {error.strerror or error}. Expected a folder that can be "
            f"written to, with space left. Free some space, or choose another folder, and run again."
        ) from error
    return tuple(folder / name for name in texts)


def contents(document: Document) -> dict[str, str]:
    """Return what `write_reports` writes: the text of each file, by its name."""
    drawn = charts(document)
    pictures = {file: drawn[name] for name, file in PICTURES.items() if name in drawn}
    findings = [(file, " ".join(chart.to_dict()["title"]["text"])) for file, chart in pictures.items()]
    return {
        "result.json": to_json(document),
        "report.md": to_markdown(document, findings),
        "report.html": to_html(document),
        "curves.csv": to_csv(document),
        **{file: to_svg(chart) for file, chart in pictures.items()},
    }


def _replace(path: Path, data: bytes) -> None:
    """Write a file so that a reader, or a crash, sees the old one or the new one and nothing between."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
