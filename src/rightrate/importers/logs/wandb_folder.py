"""Weights & Biases' own folder, `wandb`: which of its files are no trainings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

BINARY = ".wandb"
"""The ending of the file in which `wandb.log` keeps its values before they are uploaded."""

_FOLDER = re.compile(r"wandb|latest-run|(offline-)?run-\d+_\d+-.+")
_OWN = re.compile(r"debug(-\w+)*\.log|wandb-(summary|metadata)\.json|requirements\.txt")
"""Logs of its processes, the last values, the machine, the packages. Source: `wandb/sdk/wandb_settings.py`."""


def is_own(file: Path) -> bool:
    """Whether a file of such a folder tells of Weights & Biases itself.

    Example:
        >>> is_own(Path("/wandb/run-20240101_000000-x/logs/debug.log")), is_own(Path("/mine/debug.log"))
        (True, False)
    """
    above = file.absolute().parts[-4:-1]
    return bool(_OWN.fullmatch(file.name)) and any(_FOLDER.fullmatch(name) for name in above)


def unread(names: Sequence[str]) -> str:
    """What to say of binary files, at least one, by their names as the user knows them."""
    those = repr(names[0]) if len(names) == 1 else f"{names[0]!r} and {len(names) - 1} more"
    return (
        f"Not read: {those}, where wandb.log keeps its values in a form of its own; only what a training printed "
        "(files/output.log) is read. For all values upload the run with wandb sync and export its history as CSV."
    )
