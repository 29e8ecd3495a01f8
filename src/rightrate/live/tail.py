"""`Tail`: what was appended to a file since the last time."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

#: Bytes that are read at once: some ten milliseconds of parsing, after which whoever waits gets a turn.
PORTION = 1 << 19
#: A line that is longer is no line of ours; it is left out, so that a file without line ends takes no memory.
LONGEST = 1 << 20
#: Bytes before the place that was read up to, by which a file that was written anew is told.
MARK = 64


@dataclass(frozen=True)
class Read:
    """What came of one look.

    Args:
        lines: whole ones, without their ends.
        is_new: the file was replaced, cut or written anew: all before is to be forgotten, and `lines` are its first.
        has_more: there is more to be read now.
    """

    lines: tuple[bytes, ...] = ()
    is_new: bool = False
    has_more: bool = False


NOTHING = Read()


class Tail:
    """Follows one file.

    Args:
        path: of the file; it need not be there yet. A link, a pipe or a device is never read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._file_id: tuple[int, int] | None = None
        self._offset = 0
        self._mark = b""
        self._rest = b""
        self._is_skipping = False

    @property
    def offset(self) -> int:
        """Bytes read so far."""
        return self._offset

    def read(self, most: int = PORTION) -> Read:
        """The next lines, from at most so many bytes; nothing where the file is not there or cannot be read."""
        try:
            now = os.stat(self.path, follow_symlinks=False)
            if self._seen == (now.st_ino, now.st_size, now.st_mtime_ns):
                return NOTHING
            return self._read(most)
        except OSError:
            return NOTHING

    def skip_to_the_end(self, kept: int) -> None:
        """Leave out what follows but for the last `kept` bytes, from the next line on."""
        try:
            size = os.stat(self.path, follow_symlinks=False).st_size
            if size - kept > self._offset:
                with open_regular(self.path) as file:
                    self._offset = size - kept
                    self._mark = _before(file, self._offset)
                self._rest, self._is_skipping = b"", True
        except OSError:
            return

    def _read(self, most: int) -> Read:
        with open_regular(self.path) as file:
            status = os.fstat(file.fileno())
            file_id = (status.st_dev, status.st_ino)
            is_new = self._file_id is not None and (
                file_id != self._file_id or status.st_size < self._offset or _before(file, self._offset) != self._mark
            )
            if is_new:
                self._offset, self._mark, self._rest, self._is_skipping = 0, b"", b"", False
            self._file_id = file_id
            file.seek(self._offset)
            data = file.read(most)
            self._offset += len(data)
            self._mark = (self._mark + data)[-MARK:]
            has_more = self._offset < status.st_size
            self._seen = None if has_more else (status.st_ino, status.st_size, status.st_mtime_ns)
        return Read(self._lines(data), is_new, has_more)

    def _lines(self, data: bytes) -> tuple[bytes, ...]:
        *whole, rest = (self._rest + data).split(b"\n")
        if self._is_skipping and whole:
            whole, self._is_skipping = whole[1:], False
        if len(rest) > LONGEST:
            rest, self._is_skipping = b"", True
        self._rest = rest
        return tuple(filter(bytes.strip, whole))


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading bytes; a link, or anything but a regular file, is an `OSError`. Waits for nothing."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    number = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError("no regular file")
        return os.fdopen(number, "rb")
    except BaseException:
        os.close(number)
        raise


def _before(file: BufferedReader, offset: int) -> bytes:
    begin = max(0, offset - MARK)
    file.seek(begin)
    return file.read(offset - begin)
