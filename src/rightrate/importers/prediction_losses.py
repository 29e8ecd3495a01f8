"""Which column of a file holds the losses of a language model's tokens: by explicit name, or by the usual ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rightrate.errors import DataError, UsageError
from rightrate.importers.parts import listed
from rightrate.importers.prediction_columns import NOTHING_NAMED, Asked, Roles, check_exists, find, named

LOSS = ("loss", "nll", "token_loss")


def choose_losses(path: Path, names: Sequence[str], asked: Asked = NOTHING_NAMED) -> Roles:
    """Choose the column of losses; the one in `pred` wins, others are found by the names above, in any case.

    Raises:
        DataError: an explicit name that does not exist, or no column of losses.
        UsageError: a column of true classes or of probabilities, which tokens do not have, or several of losses.

    Example:
        >>> choose_losses(Path("a.csv"), ["document", "nll"], Asked(groups="document")).pred
        ('nll',)
    """
    for option, given in (("true", asked.true), ("prob", asked.prob)):
        if given:
            raise UsageError(
                f"--{option} was given, and token losses have no such column; expected the loss of each token in one "
                "column. Name it with --pred COLUMN (pred= in Python)."
            )
    wanted = named(names, asked.pred)
    if len(wanted) > 1:
        raise UsageError(f"--pred names {listed(wanted)}; expected one column, the loss of each token.")
    for option, columns in {"pred": wanted, **asked.further}.items():
        check_exists(path, names, option, columns)
    found, remarks = (wanted[0], ()) if wanted else find(names, LOSS)
    if found is None:
        raise DataError(
            f"'{path}' has no column of token losses; its columns are {listed(names, limit=20)}. Expected one called "
            f"{listed(LOSS)}, the loss of each token in nats; name yours with --pred COLUMN (pred= in Python)."
        )
    others = (asked.groups, asked.weights, asked.further["slices"])
    return Roles((), (found,), (), None, None, *others, remarks, losses=True)
