"""`Rule`: one thing that can be wrong with a training, how it is told, and what a person should know about it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check
from rightrate.diagnosis.reading import Reading

HEADINGS = ("What it does", "Why it matters", "What to do", "Edge cases", "References")
"""The parts of a rule's page, all of them, in this order."""


@dataclass(frozen=True)
class Rule:
    """A rule is a pure function of a `Reading` with a code that never changes its meaning.

    Args:
        code: `RR1` and two digits.
        name: in lower case with hyphens: `"still-falling"`.
        cause: what it points to when it fires; `Cause.NONE` where it is advice only and never leads.
        check: the function.
        page: the docstring of its module: a title, then the parts of `HEADINGS`, each underlined with `-`.
    """

    code: str
    name: str
    cause: Cause
    check: Callable[[Reading], Check]
    page: str

    @property
    def title(self) -> str:
        """The first line of the page, without its full stop."""
        return inspect.cleandoc(self.page).splitlines()[0].rstrip(".")

    @property
    def parts(self) -> dict[str, str]:
        """The text under each of `HEADINGS` that the page has."""
        parts: dict[str, list[str]] = {}
        current: list[str] = []
        lines = inspect.cleandoc(self.page).splitlines()
        for line, below in zip(lines, [*lines[1:], ""], strict=True):
            if below and set(below) == {"-"}:
                current = parts.setdefault(line, [])
            elif not line or set(line) != {"-"}:
                current.append(line)
        return {name: "\n".join(text).strip() for name, text in parts.items()}
