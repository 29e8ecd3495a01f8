"""Reads logs as text, line by line: any line end, any byte order mark, bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rightrate.curves.curve import IntArray
from rightrate.errors import DataError

MOST_LINE = 4_000_000
"""Bytes of the longest line that is read: a row of 200 000 columns. A file without line ends is no log."""

BLOCK = 2**20
"""Bytes read at a time: large enough that lines are found at C's speed."""

PIECE = 2**21
"""Bytes of lines that are taken at once: as cells of Python, which weigh thirty times as much, they still fit."""

MOST_DOCUMENT = 64 * 2**20
"""Bytes of the largest JSON document that is read: it is parsed whole, at about three times its size in memory."""

LINES = 10_000
"""Lines made at a time where they are wanted one by one."""

_LINE_FEED = 0x0A

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
    """The lines of a file, once: one by one as text without their ends, or many at a time as bytes.

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

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "log.csv")
        ...     _ = file.write_bytes(b"epoch,loss\\r\\n0,0.9\\r\\n1,0.5")
        ...     lines = Lines(file, b"epoch")
        ...     lines.take(2), list(lines), lines.ended
        (b'epoch,loss\\n0,0.9\\n', ['1,0.5'], False)
    """

    def __init__(self, path: Path, head: bytes) -> None:
        self._path = path
        self._blocks = _blocks(path, encoding_of(head))
        self._text = b""
        self._place = 0
        self._ends: IntArray = np.empty(0, dtype=np.int64)
        self.ended = True

    def __iter__(self) -> Iterator[str]:
        while piece := self.take(LINES):
            yield from texts(piece)

    def take(self, count: int) -> bytes:
        """The next lines in UTF-8, each ended by a line feed (the last of the file: as it is); empty at the end.

        Fewer than `count` (1 or more) come where the file ends, or where they would be longer than `PIECE` together.
        """
        while self._ends.size < count and len(self._text) - self._place < PIECE and self._load():
            pass
        while not self._ends.size and self._load():
            pass
        if not self._ends.size:
            return b""
        fitting = int(np.searchsorted(self._ends, self._place + PIECE, side="right"))
        taken = max(1, min(count, fitting))
        start, self._place = self._place, int(self._ends[taken - 1])
        self._ends = self._ends[taken:]
        return self._text[start : self._place]

    def _load(self) -> bool:
        """Read another block behind what was not taken; False at the end of the file."""
        block = next(self._blocks, None)
        if block is None:
            last = int(self._ends[-1]) if self._ends.size else self._place
            if last < len(self._text):
                self._ends, self.ended = np.append(self._ends, len(self._text)), False
            return False
        rest = self._text[self._place :]
        found = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == _LINE_FEED) + (len(rest) + 1)
        self._ends = np.concatenate([self._ends - self._place, found])
        self._text, self._place = rest + block, 0
        if len(self._text) - (int(self._ends[-1]) if self._ends.size else 0) > MOST_LINE:
            raise DataError(
                f"The log '{self._path}' has a line of more than {MOST_LINE} bytes. Expected one record a line."
            )
        return True


def texts(piece: bytes) -> list[str]:
    """The lines of what `Lines.take` gave, without their ends; what is no text becomes U+FFFD.

    Example:
        >>> texts(b"a\\n\\nb")
        ['a', '', 'b']
    """
    # str.splitlines would also split at characters that names may hold, such as U+2028.
    found = piece.decode("utf-8", errors="replace").split("\n")
    return found if found[-1] else found[:-1]


def _blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """The file in UTF-8, block by block, with line feeds as the only line ends and without zero characters."""
    held = b""
    for block in _utf8(path, encoding):
        block = (held + block).replace(b"\0", b"")
        # Its line feed may be the first character of the next block.
        held = b"\r" if block.endswith(b"\r") else b""
        yield _with_line_feeds(block[: len(block) - len(held)])
    yield _with_line_feeds(held)


def _utf8(path: Path, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with path.open("rb") as file:
        if encoding == "utf-8-sig":
            file.seek(len(codecs.BOM_UTF8))
        while block := file.read(BLOCK):
            yield decoder.decode(block).encode() if encoding == "utf-16" else block
    if encoding == "utf-16":
        yield decoder.decode(b"", final=True).encode()


def _with_line_feeds(block: bytes) -> bytes:
    return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in block else block


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
