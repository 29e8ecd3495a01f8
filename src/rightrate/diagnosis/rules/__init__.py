"""The rules, one in each file. `RULES` lists them in the order of their codes."""

from rightrate.diagnosis.rule import Rule
from rightrate.diagnosis.rules import diverged, overfitting, still_falling

RULES: tuple[Rule, ...] = (
    diverged.RULE,
    still_falling.RULE,
    overfitting.RULE,
)

__all__ = ["RULES"]
