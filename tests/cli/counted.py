"""Files of predictions from a table of counts."""

from __future__ import annotations

from pathlib import Path

Counts = tuple[tuple[str, str, int], ...]

WORKED: Counts = (("1", "1", 85), ("1", "0", 15), ("0", "1", 10), ("0", "0", 90))


def csv_of(path: Path, counts: Counts, header: str = "y_true,y_pred") -> Path:
    """One row for each of the counted pairs of a true class and an answer."""
    lines = [header, *(f"{true},{answer}" for true, answer, n in counts for _ in range(n))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
