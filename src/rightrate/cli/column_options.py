"""`rr.diagnose` names its arguments `columns={...}`, `learning_rate=...`; whoever typed a command needs the option."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from rightrate.errors import RightrateError

_ARGUMENT = re.compile(r"columns=\{(?P<quote>['\"])(?P<name>\w+)(?P=quote): ?(?P<column>'[^']*'|\"[^\"]*\"|\.\.\.)\}")


@contextmanager
def column_options() -> Iterator[None]:
    """Let errors speak of the option instead of the argument."""
    try:
        yield
    except RightrateError as error:
        raise type(error)(as_option(str(error))) from error


def as_option(text: str) -> str:
    """The same text with options.

    Example:
        >>> as_option("Say which with columns={'loss': 'train/ce'}.")
        "Say which with --columns 'loss=train/ce'."
        >>> as_option('Say it with columns={"epoch": ...}.')
        'Say it with --columns epoch=COLUMN.'
        >>> as_option("With learning_rate=... it does.")
        'With --learning-rate RATE it does.'
    """

    def option(found: re.Match[str]) -> str:
        column = found["column"]
        if column == "...":
            return f"--columns {found['name']}=COLUMN"
        return f"--columns '{found['name']}={column[1:-1]}'"

    return _ARGUMENT.sub(option, text).replace("learning_rate=...", "--learning-rate RATE")
