"""The wire forms of event files: records of TFRecord, fields of protocol buffers. Nothing is known of their meaning.

Sources: TensorFlow's `tensorflow/core/lib/io/record_writer.h` (length, masked CRC of the length, data, masked CRC of
the data) and https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5

LONGEST_RECORD = 2**20
"""Bytes of the longest record that is looked into: scalars take a hundred; images and graphs are skipped."""

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


def records(file: BinaryIO) -> Iterator[bytes]:
    """The data of each record, without those longer than `LONGEST_RECORD`.

    The checksum of each length is checked, which finds every cut and every lost byte between records. That of the data
    is not: in Python it would take longer than everything else.

    Raises:
        DamagedError: the file ends within a record, or a length is damaged.
    """
    while header := file.read(_HEADER.size):
        if len(header) < _HEADER.size:
            raise DamagedError("it ends within a record")
        length, crc = _HEADER.unpack(header)
        if crc != masked_crc(header[:8]):
            raise DamagedError("the length of a record is damaged")
        if length > LONGEST_RECORD:
            file.seek(length, 1)
        else:
            data = file.read(length)
            if len(data) < length:
                raise DamagedError("it ends within a record")
            yield data
        if len(file.read(_FOOTER)) < _FOOTER:
            raise DamagedError("it ends within a record")


def fields(data: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """The fields of a message: number, wire type, and the value: an int for numbers (the raw bits), else bytes.

    Raises:
        DamagedError: the message is cut off or no message.

    Example:
        >>> list(fields(bytes([0x08, 0x96, 0x01, 0x12, 0x02, 0x68, 0x69])))
        [(1, 0, 150), (2, 2, b'hi')]
    """
    place, end = 0, len(data)
    while place < end:
        key, place = _varint(data, place)
        kind = key & 7
        if kind == VARINT:
            value, place = _varint(data, place)
            yield key >> 3, kind, value
            continue
        if kind == LENGTH:
            size, place = _varint(data, place)
        elif kind == FIXED64:
            size = 8
        elif kind == FIXED32:
            size = 4
        else:
            raise DamagedError(f"wire type {kind}")
        if place + size > end:
            raise DamagedError("a field is cut off")
        part = data[place : place + size]
        place += size
        yield key >> 3, kind, part if kind == LENGTH else int.from_bytes(part, "little")


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
