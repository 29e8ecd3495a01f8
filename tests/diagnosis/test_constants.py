"""Every number that a rule decides by says what it is and where it comes from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import rightrate

ROOT = Path(rightrate.__file__).parent
FILES = sorted(path for folder in ("diagnosis", "curves") for path in (ROOT / folder).rglob("*.py"))
SAY_IT_THEMSELVES = {"END", "_WORDS"}
"""Fewest points that are looked at, the end of a training, a table of words: their names are all there is to say."""


def numbers(path: Path) -> Iterator[tuple[str, str]]:
    """The name of each constant of a module that is a number, or holds one, and what is said of it."""
    text = path.read_text("utf-8")
    lines, body = text.splitlines(), ast.parse(text).body
    for place, node in enumerate(body):
        if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
            continue
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        names = [one.id for one in ast.walk(target) if isinstance(one, ast.Name)]
        held = [one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant)]
        is_number = any(isinstance(value, (int, float)) and not isinstance(value, bool) for value in held)
        if not names or not is_number or not re.fullmatch(r"_?[A-Z][A-Z0-9_]+", names[0]):
            continue
        above = lines[node.lineno - 2].strip()
        below = body[place + 1] if place + 1 < len(body) else None
        doc = below.value.value if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) else ""
        yield names[0], above if above.startswith("#") else str(doc)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_number_is_explained(path: Path) -> None:
    bare = [name for name, said in numbers(path) if not said and name not in SAY_IT_THEMSELVES]
    assert bare == []


def test_the_numbers_are_found_at_all() -> None:
    assert sum(1 for path in FILES for _ in numbers(path)) > 100
