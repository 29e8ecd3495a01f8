"""Reads logs as text, line by line: any line end, any byte order mark, bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from rightrate.errors import DataError

MOST_LINE = 4_000_000
"""Characters of the longest line that is read: a row of 200 000 columns. A file without line ends is no log."""

BLOCK = 2**20
"""Bytes read at a time: large enough that lines are split at C's speed."""

MOST_DOCUMENT = 64 * 2**20
"""Bytes of the largest JSON document that is read: it is parsed whole, at about three times its size in memory."""

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(head: bytes) -> str:
    """The encoding that a byte order mark names, else UTF-8.

    Example:
        >>> encoding_of(b"epoch,loss"), encoding_of(codecs.BOM_UTF16_LE)
        ('utf-8', 'utf-16')
    """
    return next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8")


def decode(head: bytes) -> str:
    """Text of the first bytes of a file; what is no text becomes U+FFFD."""
    return head.decode(encoding_of(head), errors="replace")


class Lines:
    """The lines of a file, one by one, without their ends.

    Carriage returns, alone or with a line feed, end a line too. Zero characters, which a crash leaves at the end of a
    file, are left out.

    Args:
        path: of the file.
        head: its first bytes, which say the encoding.

    Attributes:
        ended: whether the last line had an end; known when all lines were given.

    Raises:
        DataError: while giving lines: one is longer than `MOST_LINE`.
        OSError: while giving lines: the file cannot be read.
    """

    def __init__(self, path: Path, head: bytes) -> None:
        self._path = path
        self._encoding = encoding_of(head)
        self.ended = True

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._blocks())

    def _blocks(self) -> Iterator[list[str]]:
        decoder = codecs.getincrementaldecoder(self._encoding)(errors="replace")
        rest = ""
        with self._path.open("rb") as file:
            while block := file.read(BLOCK):
                text = (rest + decoder.decode(block)).replace("\0", "")
                # Its line feed may be the first character of the next block.
                held = "\r" if text.endswith("\r") else ""
                found = _split(text[: len(text) - len(held)])
                rest = found.pop() + held
                if len(rest) > MOST_LINE:
                    raise DataError(
                        f"The log '{self._path}' has a line of more than {MOST_LINE} characters. "
                        "Expected one record a line."
                    )
                yield found
        *found, last = _split(rest + decoder.decode(b"", final=True))
        self.ended = not last
        yield [*found, last] if last else found


def _split(text: str) -> list[str]:
    # str.splitlines would also split at characters that names may hold, such as U+2028.
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def whole(path: Path) -> str:
    """The text of a document that is parsed as a whole.

    Raises:
        DataError: it is larger than `MOST_DOCUMENT`.
        OSError: the file cannot be read.
    """
    size = path.stat().st_size
    if size > MOST_DOCUMENT:
        raise DataError(
            f"The log '{path}' is one JSON document of {size / 2**20:.0f} MiB. Expected at most "
            f"{MOST_DOCUMENT // 2**20} MiB: write JSON lines or a CSV, which are read piece by piece."
        )
    return decode(path.read_bytes())
