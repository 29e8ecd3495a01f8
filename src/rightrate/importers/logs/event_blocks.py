"""Many TensorBoard events at once: those that differ in time, step and value only are read by NumPy together.

`events` says what an event means. Whatever is read here must come out as it would there, which a test holds; an event
of any other form goes there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rightrate.curves.curve import FloatArray, IntArray
from rightrate.importers.logs.events import Place, places, scalars
from rightrate.importers.logs.numbers import LARGEST_STEP
from rightrate.importers.logs.wire import Block, DamagedError

LONGEST = 512
"""Bytes of the longest record that is compared with others: a scalar takes a hundred."""

MOST_FORMS = 32
"""Forms looked for among the records of one length in one block: each costs a comparison with all of them."""

_CONTINUES = 0x80

_Bytes = npt.NDArray[np.uint8]


Curve = tuple[str, str]
"""What counts its steps, and its name."""

CurveOf = Callable[[str], Curve | None]


@dataclass(frozen=True, eq=False)
class Points:
    """Points of one curve, as they were logged; `steps` and `values` of shape `(points,)`."""

    curve: Curve
    steps: IntArray
    values: FloatArray


@dataclass(frozen=True, eq=False)
class Form:
    """Records that are alike but for time, step and value.

    Args:
        pattern: shape `(bytes,)`, one of them.
        fixed: shape `(bytes,)`, which bytes (or, of the step, bits) all of them share.
        place: where step and value lie.
    """

    pattern: _Bytes
    fixed: _Bytes
    place: Place

    def fits(self, records: _Bytes) -> npt.NDArray[np.bool_]:
        """Which of the records, shape `(records, bytes)`, are of this form."""
        return np.asarray(((records ^ self.pattern) & self.fixed == 0).all(axis=1))

    def read(self, records: _Bytes) -> tuple[IntArray, FloatArray]:
        """Steps and values of records of this form."""
        steps = np.zeros(len(records), dtype=np.uint64)
        for shift, at in enumerate(range(*self.place.step)):
            steps |= (records[:, at] & 0x7F).astype(np.uint64) << np.uint64(7 * shift)
        start, end = self.place.value
        values = np.ascontiguousarray(records[:, start:end]).view("<f4")[:, 0]
        return steps.view(np.int64), values.astype(np.float64)


def form_of(record: bytes) -> Form | None:
    """The form of a record; None where it is not one float with a tag."""
    place = places(record)
    if place is None:
        return None
    fixed = np.full(len(record), 0xFF, dtype=np.uint8)
    for start, end in (place.time, place.value):
        fixed[start:end] = 0
    # Bits that say whether the number goes on must agree: then it ends where that of the pattern ends.
    fixed[slice(*place.step)] = _CONTINUES
    return Form(np.frombuffer(record, dtype=np.uint8), fixed, place)


@dataclass
class EventReader:
    """Reads blocks of records; remembers the forms it has met, by length.

    Args:
        curve_of: which curve the points of a tag belong to; None where they are of no interest. Points of tags with
            one curve come in the order of the file.

    Attributes:
        damaged: how many records were no events.
    """

    curve_of: CurveOf
    damaged: int = 0
    _forms: dict[int, list[Form]] = field(default_factory=dict)

    def read(self, block: Block) -> list[Points]:
        """The points of each curve, in the order of the file; the curves in the order of their first point.

        Edge cases: points at steps that a float64 does not hold exactly are left out.
        """
        found = _Found(self.curve_of)
        starts, lengths = np.array(block.starts), np.array(block.lengths)
        alone = [np.flatnonzero(lengths > LONGEST)]
        content = np.frombuffer(block.data, dtype=np.uint8)
        for length in np.unique(lengths[lengths <= LONGEST]).tolist():
            which = np.flatnonzero(lengths == length)
            records = content[starts[which][:, None] + np.arange(length)]
            alone.append(self._alike(records, which, found))
        for one in np.sort(np.concatenate(alone)).tolist():
            record = block.data[block.starts[one] : block.starts[one] + block.lengths[one]]
            try:
                for tag, step, value in scalars(record):
                    found.add(tag, np.array([one]), np.array([step], dtype=np.int64), np.array([value]))
            except DamagedError:
                self.damaged += 1
        return found.points()

    def _alike(self, records: _Bytes, which: IntArray, found: _Found) -> IntArray:
        """Read what is of a form; returns those that are of none."""
        forms = self._forms.setdefault(records.shape[1], [])
        tried = 0
        rest = np.arange(len(records))
        alone: list[int] = []
        while rest.size:
            if tried < len(forms):
                form: Form | None = forms[tried]
            elif tried < MOST_FORMS:
                form = form_of(records[rest[0]].tobytes())
                if form is not None:
                    forms.append(form)
                else:
                    alone.append(int(rest[0]))
                    rest = rest[1:]
            else:
                break
            tried += 1
            if form is None:
                continue
            fits = form.fits(records[rest])
            chosen, rest = rest[fits], rest[~fits]
            if chosen.size:
                found.add(form.place.tag, which[chosen], *form.read(records[chosen]))
        left: IntArray = np.concatenate([which[np.array(alone, dtype=np.int64)], which[rest]])
        return left


class _Found:
    """Points by curve, with the number of their record."""

    def __init__(self, curve_of: CurveOf) -> None:
        self._curve_of = curve_of
        self._parts: dict[Curve, list[tuple[IntArray, IntArray, FloatArray]]] = {}

    def add(self, tag: str, which: IntArray, steps: IntArray, values: FloatArray) -> None:
        curve = self._curve_of(tag)
        if curve is not None:
            self._parts.setdefault(curve, []).append((which, steps, values))

    def points(self) -> list[Points]:
        whole = []
        for curve, parts in self._parts.items():
            which, steps, values = (np.concatenate(column) for column in zip(*parts, strict=True))
            order = np.argsort(which, kind="stable")
            which, steps, values = which[order], steps[order], values[order]
            usable = (steps >= -LARGEST_STEP) & (steps <= LARGEST_STEP)
            whole.append((int(which[0]), Points(curve, steps[usable], values[usable])))
        whole.sort(key=lambda part: part[0])
        return [points for _, points in whole]
