"""`Recorded`: one real training as the lesson shows it, with the counts behind precision and recall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rightrate.curves.curve import Curve, FloatArray
from rightrate.curves.training import Training


@dataclass(frozen=True)
class Counts:
    """The confusion matrix of one class against all others, on validation samples.

    Args:
        tp: true positives, of the class and found.
        fn: false negatives, of the class and missed.
        fp: false positives, of another class and taken for it.
        tn: true negatives, of another class and left alone.

    Edge cases: a share of nothing is None, never 0.

    Example:
        >>> counts = Counts(tp=85, fn=15, fp=10, tn=90)
        >>> round(counts.precision, 4), counts.recall, counts.accuracy
        (0.8947, 0.85, 0.875)
        >>> Counts(0, 34, 0, 649).precision is None
        True
    """

    tp: int
    fn: int
    fp: int
    tn: int

    @classmethod
    def of_class(cls, confusion: Sequence[Sequence[int]], index: int) -> Counts:
        """Those of class `index` of a matrix by true class (rows) and predicted class (columns).

        Example:
            >>> Counts.of_class([[90, 10], [15, 85]], 1)
            Counts(tp=85, fn=15, fp=10, tn=90)
        """
        tp = confusion[index][index]
        fn = sum(confusion[index]) - tp
        fp = sum(row[index] for row in confusion) - tp
        return cls(tp, fn, fp, sum(map(sum, confusion)) - tp - fn - fp)

    @property
    def total(self) -> int:
        """All samples."""
        return self.tp + self.fn + self.fp + self.tn

    @property
    def precision(self) -> float | None:
        """Of all that was taken for the class, the share that is; None where nothing was."""
        return _share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float | None:
        """Of all that is of the class, the share that was found; None where nothing is."""
        return _share(self.tp, self.tp + self.fn)

    @property
    def accuracy(self) -> float | None:
        """The share of right answers."""
        return _share(self.tp + self.tn, self.total)


@dataclass(frozen=True, eq=False)
class Recorded:
    """One training.

    Args:
        training: its curves and setting, as the diagnosis reads them.
        rate: the peak of its schedule.
        seed: which random start, or None where there is one only.
        epochs: shape `(points,)`, the epochs done where something was measured, rising.
        loss, val_loss, accuracy: shape `(points,)`, of training, validation and validation; NaN where not measured.
        counts: one for each point; None where not measured.
    """

    training: Training
    rate: float
    seed: int | None
    epochs: FloatArray
    loss: FloatArray
    val_loss: FloatArray
    accuracy: FloatArray
    counts: tuple[Counts | None, ...]

    @property
    def final(self) -> Counts | None:
        """The counts at the end; None where they were not measured there."""
        return self.counts[-1] if self.counts else None


def curves(steps: Sequence[int], **values: FloatArray) -> dict[str, Curve]:
    """Curves by name, all at the same steps.

    Example:
        >>> import numpy as np
        >>> curves([1, 2], loss=np.array([0.9, 0.5]))["loss"].last
        0.5
    """
    return {name: Curve(name, steps, column) for name, column in values.items()}  # type: ignore[arg-type]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
