"""What is known of each metric whatever the data are: its bounds, which direction is better, how it is written."""

from __future__ import annotations

from collections.abc import Callable

from rightrate.errors import UsageError
from rightrate.verdict.words import number, percent

#: Shares of rows, so that counting more of them settles a bar.
SHARES = ("precision", "recall", "specificity", "accuracy")
_AVERAGED = tuple(
    f"{mean}_{name}" for mean in ("micro", "macro", "weighted", "samples") for name in ("precision", "recall", "f1")
)
_ZERO_TO_ONE = (*SHARES, "f1", "balanced_accuracy", *_AVERAGED, "roc_auc", "average_precision")
#: Figures that cannot leave 0 to 1, so that a bar outside is a slip (80 for 0.8).
UP_TO_ONE = (*_ZERO_TO_ONE, "precision_at_prevalence", "calibration_error", "prevalence", "majority_accuracy")
#: Of these more is better, and a bar is a least value.
MORE_IS_BETTER = (*_ZERO_TO_ONE, "precision_at_prevalence", "mcc", "r2", "informedness")
#: Of these less is better, and a bar is a largest value.
LESS_IS_BETTER = ("mae", "rmse", "p90_error", "log_loss", "brier", "calibration_error", "perplexity", "mean_loss")
#: Counted, not estimated: no further row would change them.
COUNTS = ("support",)


def written(metric: str) -> Callable[[float], str]:
    """How a value of a metric is written: in percent where it lies between 0 and 1, else as a plain number.

    Example:
        >>> written("recall")(0.12), written("log_loss")(0.12), written("support")(153)
        ('12 %', '0.12', '153')
    """
    return percent if metric in UP_TO_ONE else number


def check_bar(metric: str, minimum: float | None, maximum: float | None, where: str) -> None:
    """Raise for a bar that the worst model clears, or that no model can.

    Args:
        metric: any name; of one that is not known nothing is said.
        minimum, maximum: the bar; one of them is set.
        where: named in the error.

    Raises:
        UsageError: the bar is on the wrong side, or lies outside of the values that the metric can have.

    Example:
        >>> check_bar("mae", None, 2.5, "the policy")
        >>> check_bar("mae", 2.5, None, "the policy")
        Traceback (most recent call last):
        rightrate.errors.UsageError: The bar for 'mae' in the policy is a least value, and of 'mae' less is better: the
        worst model would clear it. Write it as a largest value: max = 2.5 (maximum=2.5 in Python).
    """
    bar = minimum if minimum is not None else maximum
    sides = ((LESS_IS_BETTER, minimum, "least", "less", "largest", "max", "maximum"),
             (MORE_IS_BETTER, maximum, "largest", "more", "least", "min", "minimum"))  # fmt: skip
    for names, wrong, side, better, other, key, option in sides:
        if metric in names and wrong is not None:
            raise UsageError(
                f"The bar for '{metric}' in {where} is a {side} value, and of '{metric}' {better} is better: the worst "
                f"model would clear it. Write it as a {other} value: {key} = {wrong:g} ({option}={wrong:g} in Python)."
            )
    if metric in UP_TO_ONE and bar is not None and not 0 <= bar <= 1:
        raise UsageError(f"The bar for '{metric}' in {where} must lie between 0 and 1. Received: {bar:g}.")
