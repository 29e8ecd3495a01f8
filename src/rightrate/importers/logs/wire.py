"""The wire forms of event files: records of TFRecord, fields of protocol buffers. Nothing is known of their meaning.

Sources: TensorFlow's `tensorflow/core/lib/io/record_writer.h` (length, masked CRC of the length, data, masked CRC of
the data) and https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5

LONGEST_RECORD = 2**20
"""Bytes of the longest record that is looked into: scalars take a hundred; images and graphs are skipped."""

BLOCK = 2**20
"""Bytes read at a time."""

LARGEST_FILE = 2**50
"""Bytes of the longest record that a disk could hold; a longer length is damage, whatever its checksum."""

MOST_KNOWN = 4096
"""Lengths whose checksum is remembered."""

_HEADER = struct.Struct("<QI")
_FOOTER = 4


class DamagedError(ValueError):
    """The bytes do not follow the wire form. Caught by the reader of event files."""


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)  # Castagnoli's polynomial, reversed
        table.append(byte)
    return tuple(table)


_TABLE = _crc_table()


def masked_crc(data: bytes) -> int:
    """CRC-32C with TFRecord's mask.

    Example:
        >>> hex(masked_crc(b"123456789"))
        '0xc78ab0e5'
    """
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def is_event_file(head: bytes) -> bool:
    """Whether these bytes begin a TFRecord whose first record is an event: it begins with a wall time (field 1)."""
    if len(head) < _HEADER.size:
        return False
    length, crc = _HEADER.unpack_from(head)
    return crc == masked_crc(head[:8]) and 9 <= length < LONGEST_RECORD and head[12:13] == b"\x09"


@dataclass(frozen=True)
class Block:
    """Some records of a file.

    Args:
        data: with the records in it.
        starts, lengths: where the data of each record lies, in bytes.
    """

    data: bytes
    starts: list[int]
    lengths: list[int]


def blocks(file: BinaryIO) -> Iterator[Block]:
    """The records of a file, many at a time, without those longer than `LONGEST_RECORD`.

    The checksum of each length is checked, which finds every cut and every lost byte between records. That of the data
    is not: in Python it would take longer than everything else.

    Raises:
        DamagedError: the file ends within a record, or a length is damaged; what comes before was given.
    """
    rest = b""
    known: dict[bytes, int] = {}
    while more := file.read(BLOCK):
        walk = _walk(rest + more, known)
        if walk.block.starts:
            yield walk.block
        if walk.is_damaged:
            raise DamagedError("the length of a record is damaged")
        rest = walk.block.data[walk.end :]
        if walk.beyond:
            file.seek(max(0, walk.beyond - _FOOTER), 1)
            if len(file.read(min(_FOOTER, walk.beyond))) < min(_FOOTER, walk.beyond):
                raise DamagedError("it ends within a record")
    if rest:
        # Of the last record only the checksum behind its data may be missing.
        last = _walk(rest + bytes(_FOOTER), known).block
        if last.starts and last.starts[0] + last.lengths[0] <= len(rest):
            yield last
        raise DamagedError("it ends within a record")


@dataclass(frozen=True)
class _Walk:
    """How far the records of some data go: to `end`, or `beyond` it by so many bytes of a long one."""

    block: Block
    end: int
    beyond: int = 0
    is_damaged: bool = False


def _walk(data: bytes, known: dict[bytes, int]) -> _Walk:
    """Find the records in `data`; `known` holds headers whose checksum was right, which come again and again."""
    block = Block(data, [], [])
    place, size = 0, len(data)
    while place + _HEADER.size <= size:
        header = data[place : place + _HEADER.size]
        length = known.get(header)
        if length is None:
            length, crc = _HEADER.unpack(header)
            if crc != masked_crc(header[:8]) or length > LARGEST_FILE:
                return _Walk(block, place, is_damaged=True)
            if len(known) < MOST_KNOWN:
                known[header] = length
        end = place + _HEADER.size + length + _FOOTER
        if length > LONGEST_RECORD:
            if end > size:
                return _Walk(block, size, beyond=end - size)
        elif end > size:
            break
        else:
            block.starts.append(place + _HEADER.size)
            block.lengths.append(length)
        place = end
    return _Walk(block, place)


def fields(data: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """The fields of a message: number, wire type, and the value: an int for numbers (the raw bits), else bytes.

    Raises:
        DamagedError: the message is cut off or no message.

    Example:
        >>> list(fields(bytes([0x08, 0x96, 0x01, 0x12, 0x02, 0x68, 0x69])))
        [(1, 0, 150), (2, 2, b'hi')]
    """
    for number, kind, start, end in spans(data, 0, len(data)):
        if kind == VARINT:
            yield number, kind, _varint(data, start)[0]
        elif kind == LENGTH:
            yield number, kind, data[start:end]
        else:
            yield number, kind, int.from_bytes(data[start:end], "little")


def spans(data: bytes, place: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """The fields of the message in `data[place:end]`: number, wire type, and where the value begins and ends.

    Raises:
        DamagedError: the message is cut off or no message.

    Example:
        >>> list(spans(bytes([0x08, 0x96, 0x01, 0x12, 0x02, 0x68, 0x69]), 0, 7))
        [(1, 0, 1, 3), (2, 2, 5, 7)]
    """
    while place < end:
        key, place = _varint(data, place)
        kind = key & 7
        start = place
        if kind == VARINT:
            _, place = _varint(data, place)
        elif kind == LENGTH:
            size, start = _varint(data, place)
            place = start + size
        elif kind == FIXED64:
            place += 8
        elif kind == FIXED32:
            place += 4
        else:
            raise DamagedError(f"wire type {kind}")
        if place > end:
            raise DamagedError("a field is cut off")
        yield key >> 3, kind, start, place


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 70:
        if place >= len(data):
            raise DamagedError("a number is cut off")
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, place
        shift += 7
    raise DamagedError("a number is too long")


def varints(data: bytes) -> list[int]:
    """Packed numbers."""
    found, place = [], 0
    while place < len(data):
        value, place = _varint(data, place)
        found.append(value)
    return found


def signed(value: int) -> int:
    """The int64 whose bits are `value`.

    Example:
        >>> signed(2**64 - 1)
        -1
    """
    return value - 2**64 if value >= 2**63 else value
