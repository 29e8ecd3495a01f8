"""What an earlier run of one's own has found: a better place to begin than what was published."""

from __future__ import annotations

import json
import math
from pathlib import Path

from rightrate.errors import UsageError

NAME = "result.json"


def earlier_rate(run: str | Path) -> float:
    """The learning rate that an earlier `tune` or `find` chose.

    Args:
        run: its folder, or its `result.json`.

    Raises:
        UsageError: there is no such run, or it chose no rate.
    """
    path = Path(run)
    path = path / NAME if path.is_dir() else path
    wanted = f"Name the folder of an earlier tune or find, which has a {NAME} with a learning rate."
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror or error}). {wanted}") from None
    except ValueError:
        raise UsageError(f"{path} is no JSON. {wanted}") from None
    rate = found.get("learning_rate") if isinstance(found, dict) else None
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not (math.isfinite(rate) and rate > 0):
        raise UsageError(f"{path} names no learning rate: {str(rate)[:40]!r}. {wanted}")
    return float(rate)
