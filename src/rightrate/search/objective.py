"""`Objective`: what the race is about, and in which direction it is better."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rightrate.errors import UsageError, nearest
from rightrate.search.traded import Traded, read_traded

# Words in a metric's name that say larger is better; anything else is better when smaller. Keras decides the
# same way in its callbacks' mode="auto" for the accuracy family and AUC; the others are scikit-learn's scores.
_LARGER_IS_BETTER = ("acc", "auc", "precision", "recall", "f1", "fbeta", "iou", "r2", "dice", "similarity")
_SMALLER_ANYWAY = ("loss", "error", "false_")

#: Values that rightrate measures from the predictions of any classifier, whatever the model was compiled with.
FROM_PREDICTIONS = ("val_precision", "val_recall", "val_f1")


@dataclass(frozen=True)
class Objective:
    """The validation value that decides, by Keras's name, and whether larger is better.

    Example:
        >>> Objective.named("accuracy")
        Objective(name='val_accuracy', larger_is_better=True)
        >>> Objective.named("val_loss").score(0.3)
        0.3
        >>> Objective.named("recall@precision>=0.8").name
        'val_recall@precision>=0.8'

    Args:
        traded: what it trades for what, where it is `recall@precision>=0.8` or the like.
    """

    name: str
    larger_is_better: bool
    traded: Traded | None = field(default=None, repr=False)

    @classmethod
    def named(cls, name: str) -> Objective:
        """Read a name; `"accuracy"` and `"val_accuracy"` mean the same.

        Raises:
            UsageError: a name with an @ that is none of `recall@precision>=0.8` and `precision@recall>=0.9`.
        """
        traded = read_traded(name)
        if traded is not None:
            return cls(f"val_{traded.wanted}@{traded.kept}>={traded.least:g}", True, traded)
        bare = name.removeprefix("val_")
        larger = any(word in bare for word in _LARGER_IS_BETTER) and not any(w in bare for w in _SMALLER_ANYWAY)
        return cls(f"val_{bare}", larger)

    def check(self, measured: Iterable[str]) -> None:
        """Raise a `UsageError` that offers the nearest names where this one is not measured."""
        if self.traded is not None:
            return  # it is computed from predictions
        names = set(measured)
        if self.name not in names:
            raise UsageError(f"Unknown objective {self.name!r}. {nearest(self.name, names)}")

    def score(self, value: float) -> float:
        """Turn a value into a score that is better when smaller."""
        return -value if self.larger_is_better else value
