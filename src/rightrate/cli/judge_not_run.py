"""What `rightrate judge` leaves where it could not judge: never an old file that reads as a verdict, nor none."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from rightrate.cli.exit_codes import COULD_NOT_RUN
from rightrate.errors import CannotRunError, RightrateError

#: Options that name what is written, by what it is.
_FILES = {"--html": "html", "--json": "json", "--junit": "junit", "--markdown": "markdown", "--out": "out"}


class TellsWhereItIsRead(click.Command):
    """A command whose wrong options are told in the files that were asked for, too."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given = tuple(args)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            named = files_named(given)
            tell_could_not_run(error, named.pop("out", None), named)
            raise


def files_named(arguments: Sequence[str]) -> dict[str, str | None]:
    """The files that options name, where the arguments as a whole cannot be read.

    Example:
        >>> files_named(["a.csv", "--threshold", "abc", "--junit", "j.xml", "--json=v.json"])
        {'html': None, 'json': 'v.json', 'junit': 'j.xml', 'markdown': None, 'out': None}
    """
    found: dict[str, str | None] = dict.fromkeys(_FILES.values())
    for place, argument in enumerate(arguments):
        option, equals, value = argument.partition("=")
        if option not in _FILES:
            continue
        following = arguments[place + 1] if place + 1 < len(arguments) else ""
        value = value if equals else following
        if value and (value == "-" or not value.startswith("-")):
            found[_FILES[option]] = value
    outputs = [value for value in found.values() if value is not None]
    # What is named a second time may be what was to be judged, and must not be overwritten.
    return {kind: None if _is_named_elsewhere(value, arguments, outputs) else value for kind, value in found.items()}


def _is_named_elsewhere(value: str | None, arguments: Sequence[str], outputs: Sequence[str]) -> bool:
    if value is None or value == "-":
        return False
    named = [argument.partition("=")[2] if argument.startswith("--") else argument for argument in arguments]
    return sum(os.path.realpath(one) == os.path.realpath(value) for one in named if one) > outputs.count(value)


def trouble(path: Path) -> str:
    """Why a file cannot be written there; empty where nothing is known against it."""
    if path.is_dir():
        return f"{path} cannot be written: it is a folder"
    return "" if path.parent.is_dir() else f"{path} cannot be written: there is no folder {path.parent}"


def tell_could_not_run(error: Exception, out: str | None, files: Mapping[str, str | None]) -> None:
    """A check that did not run must be seen by whoever reads what was asked for: never an old file, nor none."""
    from rightrate.report.judged import could_not_run
    from rightrate.store import write_safely

    ours = isinstance(error, RightrateError)
    message = str(error) if ours else f"{type(error).__name__}: {error}"
    message = error.format_message() if isinstance(error, click.UsageError) else message
    code = error.exit_code if isinstance(error, (RightrateError, click.UsageError)) else COULD_NOT_RUN
    texts = could_not_run.texts(message, code)
    named = [(Path(name), kind) for kind, name in files.items() if name is not None and name != "-"]
    places = [(path, kind) for path, kind in named if not trouble(path)]
    if out is not None and _may_hold(Path(out)):
        places += [(Path(out) / name, kind) for kind, name in could_not_run.FILES.items()]
    for path, kind in places:
        try:
            write_safely(path, lambda p, text=texts[kind]: p.write_text(text, encoding="utf-8"))  # type: ignore[misc]
        except CannotRunError as second:
            if str(second) != message:
                click.echo(f"Note: {second}", err=True)
    if files.get("json") == "-":
        print(texts["json"])
    tell_github(lambda: texts["markdown"], lambda: [could_not_run.annotation(message)])


def _may_hold(folder: Path) -> bool:
    """Whether `folder` is there and empty, or could be made, or holds nothing but such a note of an earlier call."""
    from rightrate.store import claim

    try:
        forget_note(folder)
        claim(folder)
    except (OSError, RightrateError):
        return False
    return True


def forget_note(folder: Path) -> None:
    """Take away the note of an earlier call that could not run, so that the folder is not refused for it."""
    from rightrate.report.judged.could_not_run import FILES
    from rightrate.report.judged.read_json import NOT_RUN_FORMAT

    note = folder / FILES["json"]
    if not note.is_file() or {path.name for path in folder.iterdir()} - set(FILES.values()):
        return
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return
    if isinstance(told, dict) and told.get("format") == NOT_RUN_FORMAT:
        for name in FILES.values():
            (folder / name).unlink(missing_ok=True)


def tell_github(summary: Callable[[], str], annotations: Callable[[], list[str]]) -> None:
    """In GitHub Actions: a summary, and annotations on standard error."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    place = os.environ.get("GITHUB_STEP_SUMMARY")
    if place:
        try:
            with open(place, "a", encoding="utf-8") as file:
                file.write(summary() + "\n")
        except OSError as error:
            # The answer stands: FIT must not end as "could not run" because of it.
            click.echo(f"Warning: the step summary {place} cannot be written: {error.strerror}.", err=True)
    for line in annotations():
        print(line, file=sys.stderr)
