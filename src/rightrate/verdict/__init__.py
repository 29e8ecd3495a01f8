"""Is a model fit to ship? From figures and a policy to one answer with its reason. Pure: no files, no Keras."""

from rightrate.verdict.judgement import (
    Band,
    Comparison,
    Criterion,
    Judgement,
    OperatingPoint,
    Outcome,
    Slice,
    Status,
)
from rightrate.verdict.policy import Evidence, OnInconclusive, Policy, Requirement, Waiver

__all__ = [
    "Band",
    "Comparison",
    "Criterion",
    "Evidence",
    "Judgement",
    "OnInconclusive",
    "OperatingPoint",
    "Outcome",
    "Policy",
    "Requirement",
    "Slice",
    "Status",
    "Waiver",
]
