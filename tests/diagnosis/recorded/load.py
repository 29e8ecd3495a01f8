"""Read the small recorded trainings of this folder."""

from __future__ import annotations

import json
from pathlib import Path

from rightrate.curves.training import Training
from tests.diagnosis.trainings import training


def recorded(name: str) -> Training:
    """One of the trainings that `record.py` made."""
    held = json.loads((Path(__file__).resolve().parent / f"{name}.json").read_text(encoding="utf-8"))
    return training(unit=held["unit"], **held["curves"])
