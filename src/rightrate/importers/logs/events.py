"""One TensorBoard event -> its step and scalars, in both forms: `simple_value` (PyTorch, TF 1) and tensors (TF 2).

Sources of the field numbers: TensorFlow's `event.proto`, `summary.proto`, `tensor.proto` and `types.proto`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rightrate.importers.logs.wire import FIXED32, FIXED64, LENGTH, VARINT, DamagedError, fields, signed, spans, varints

_TIME, _STEP, _SUMMARY = 1, 2, 5
_VALUE = 1
_TAG, _SIMPLE, _TENSOR = 1, 2, 8
_DTYPE, _SHAPE, _CONTENT = 1, 2, 4
_FLOATS, _DOUBLES, _INTS, _INT64S, _HALVES = 5, 6, 7, 10, 13

_DTYPES = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8", 19: "<f2"}
"""DT_FLOAT, DT_DOUBLE, DT_INT32, DT_INT64, DT_HALF."""
_BFLOAT16 = 14


def scalars(event: bytes) -> Iterator[tuple[str, int, float]]:
    """Tag, step and value of each scalar of an event; other summaries are passed over.

    Raises:
        DamagedError: the bytes are no event.
    """
    step = 0
    summaries = []
    for number, kind, value in fields(event):
        if number == _STEP and kind == VARINT:
            step = signed(int(value))
        elif number == _SUMMARY and isinstance(value, bytes):
            summaries.append(value)
    for summary in summaries:
        for number, _, value in fields(summary):
            if number == _VALUE and isinstance(value, bytes):
                tag, scalar = _tag_and_scalar(value)
                if scalar is not None:
                    yield tag, step, scalar


@dataclass(frozen=True)
class Place:
    """Where the parts of an event with one float lie, each as its first byte and the one after its last.

    Args:
        tag: the name of the scalar.
        time: 8 bytes.
        step: a varint; empty where it is not written, which means 0.
        value: 4 bytes, a float.
    """

    tag: str
    time: tuple[int, int]
    step: tuple[int, int]
    value: tuple[int, int]


def places(event: bytes) -> Place | None:
    """Where time, step and value of an event lie; None where it is not one float with a tag and nothing twice.

    Two events whose other bytes are equal are read alike.
    """
    try:
        outer = _once(event, 0, len(event))
        (summary, has_summary), (time, has_time) = outer[_SUMMARY], outer[_TIME]
        inner = _once(event, *summary)
        (value, is_message), step = inner[_VALUE], outer.get(_STEP, ((0, 0), VARINT))
        parts = _once(event, *value)
        tag, tag_kind = parts[_TAG]
        if (has_summary, has_time, is_message, step[1], tag_kind) != (LENGTH, FIXED64, LENGTH, VARINT, LENGTH):
            return None
        if len(inner) > 1 or (_SIMPLE in parts) == (_TENSOR in parts):
            return None
        number = _simple_place(parts[_SIMPLE]) if _SIMPLE in parts else _tensor_place(event, *parts[_TENSOR])
    except (DamagedError, KeyError):
        return None
    if number is None:
        return None
    return Place(event[slice(*tag)].decode("utf-8", errors="replace"), time, step[0], number)


_Fields = dict[int, tuple[tuple[int, int], int]]


def _once(data: bytes, start: int, end: int) -> _Fields:
    """Field number -> where it lies, and its wire type.

    Raises:
        DamagedError: the bytes are no message, or a field is in it twice.
    """
    found: _Fields = {}
    for number, kind, first, last in spans(data, start, end):
        if number in found:
            raise DamagedError("a field comes twice")
        found[number] = ((first, last), kind)
    return found


def _simple_place(simple: tuple[tuple[int, int], int]) -> tuple[int, int] | None:
    return simple[0] if simple[1] == FIXED32 else None


def _tensor_place(data: bytes, tensor: tuple[int, int], kind: int) -> tuple[int, int] | None:
    """Where the float of a tensor lies, if it is one of one float without dimensions."""
    if kind != LENGTH or tensor_scalar(data[slice(*tensor)]) is None:
        return None
    parts = _once(data, *tensor)
    dtype, _ = parts[_DTYPE]
    held = [parts[number] for number in (_CONTENT, _FLOATS) if number in parts]
    others = {_DOUBLES, _INTS, _INT64S, _HALVES} & set(parts)
    if others or data[slice(*dtype)] != b"\x01" or len(held) != 1 or held[0][0][1] - held[0][0][0] != 4:
        return None
    return held[0][0]


def _tag_and_scalar(data: bytes) -> tuple[str, float | None]:
    tag, scalar = "", None
    for number, kind, value in fields(data):
        if number == _TAG and isinstance(value, bytes):
            tag = value.decode("utf-8", errors="replace")
        elif number == _SIMPLE and kind == FIXED32:
            scalar = struct.unpack("<f", int(value).to_bytes(4, "little"))[0]
        elif number == _TENSOR and isinstance(value, bytes):
            scalar = tensor_scalar(value)
    return tag, scalar


def tensor_scalar(data: bytes) -> float | None:
    """The number in a tensor of one element without dimensions; None for any other tensor.

    Raises:
        DamagedError: the bytes are no tensor.
    """
    dtype, content, found = 0, b"", None
    for number, kind, value in fields(data):
        if number == _DTYPE and kind == VARINT:
            dtype = int(value)
        elif number == _SHAPE and isinstance(value, bytes) and any(part[0] == 2 for part in fields(value)):
            return None
        elif number == _CONTENT and isinstance(value, bytes):
            content = value
        elif number in (_FLOATS, _DOUBLES, _INTS, _INT64S, _HALVES):
            found = _typed(number, kind, value)
    if dtype not in _DTYPES and dtype != _BFLOAT16:
        return None
    return _from_bytes(content, dtype) if content else found


def _typed(number: int, kind: int, value: int | bytes) -> float | None:
    """The first element of a typed field, packed or not."""
    if number in (_FLOATS, _DOUBLES):
        size, code = (4, "<f") if number == _FLOATS else (8, "<d")
        data = value if isinstance(value, bytes) else value.to_bytes(size, "little")
        return float(struct.unpack_from(code, data)[0]) if len(data) == size else None
    numbers = varints(value) if isinstance(value, bytes) and kind == LENGTH else [int(value)]
    if len(numbers) != 1:
        return None
    if number == _HALVES:
        return _from_bytes((numbers[0] & 0xFFFF).to_bytes(2, "little"), 19)
    return float(signed(numbers[0]))


def _from_bytes(content: bytes, dtype: int) -> float | None:
    if dtype == _BFLOAT16 and len(content) == 2:
        # The upper half of a float32.
        return float(struct.unpack("<f", b"\0\0" + content)[0])
    name = _DTYPES.get(dtype)
    if name is None or len(content) != np.dtype(name).itemsize:
        return None
    return float(np.frombuffer(content, dtype=name)[0])
