"""rightrate: the learning rate and schedule for fine-tuning a pretrained Keras model, with the evidence for it."""

from __future__ import annotations

import importlib
from importlib.metadata import version as _version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rightrate import schedules
    from rightrate.api import FindResult, TuneResult, find, tune
    from rightrate.diagnosing import diagnose
    from rightrate.errors import (
        CannotRunError,
        DataError,
        MissingExtraError,
        ModelError,
        RightrateError,
        UsageError,
    )
    from rightrate.explaining import explain
    from rightrate.importers.logs.read import read_log
    from rightrate.judging import judge
    from rightrate.runner.diagnosis import Diagnosis
    from rightrate.runner.verdict import Verdict
    from rightrate.runner.watch import Watch
    from rightrate.verdict import Policy, Requirement, Waiver

_HOMES = {
    "CannotRunError": "rightrate.errors",
    "DataError": "rightrate.errors",
    "Diagnosis": "rightrate.runner.diagnosis",
    "FindResult": "rightrate.api",
    "MissingExtraError": "rightrate.errors",
    "ModelError": "rightrate.errors",
    "Policy": "rightrate.verdict",
    "Requirement": "rightrate.verdict",
    "RightrateError": "rightrate.errors",
    "TuneResult": "rightrate.api",
    "UsageError": "rightrate.errors",
    "Verdict": "rightrate.runner.verdict",
    "Waiver": "rightrate.verdict",
    "Watch": "rightrate.runner.watch",
    "diagnose": "rightrate.diagnosing",
    "explain": "rightrate.explaining",
    "find": "rightrate.api",
    "judge": "rightrate.judging",
    "read_log": "rightrate.importers.logs.read",
    "schedules": "rightrate",
    "tune": "rightrate.api",
}

__all__ = [
    "CannotRunError",
    "DataError",
    "Diagnosis",
    "FindResult",
    "MissingExtraError",
    "ModelError",
    "Policy",
    "Requirement",
    "RightrateError",
    "TuneResult",
    "UsageError",
    "Verdict",
    "Waiver",
    "Watch",
    "diagnose",
    "explain",
    "find",
    "judge",
    "read_log",
    "schedules",
    "tune",
]


def __getattr__(name: str) -> Any:
    """Load public names on first use, so that `import rightrate` costs nothing."""
    if name == "__version__":
        return _version("rightrate")
    if name not in _HOMES:
        raise AttributeError(f"module 'rightrate' has no attribute {name!r}")
    if _HOMES[name] == "rightrate":
        return importlib.import_module(f"rightrate.{name}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
