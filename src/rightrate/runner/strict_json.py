"""Values in strict JSON, for lines that any program can read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def strict(value: Any) -> Any:
    """The same in strict JSON: NaN and infinity as words, which readers of logs understand.

    Example:
        >>> strict({"loss": float("nan"), "step": 3})
        {'loss': 'NaN', 'step': 3}
    """
    if isinstance(value, Mapping):
        return {key: strict(part) for key, part in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
