"""Reads a policy from TOML: a file of its own, or `[tool.rightrate]` of a pyproject.toml."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rightrate.errors import DataError, UsageError
from rightrate.verdict.policy import Policy
from rightrate.verdict.policy_values import from_values

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def read_policy(path: Path) -> Policy:
    """The policy in `path`; keys at the top, or under `[tool.rightrate]`.

    Raises:
        DataError: the file is missing or no TOML.
        UsageError: an unknown key, or a value that makes no sense.
    """
    values = _values(path)
    if "tool" in values:
        if "rightrate" not in _table(values, "tool", path):
            raise DataError(f"'{path}' has no [tool.rightrate]. Add the table, or name a file that holds a policy.")
        values = _table(_table(values, "tool", path), "rightrate", path)
    return from_values(values, f"'{path}'")


def _values(path: Path) -> Mapping[str, Any]:
    try:
        values: Mapping[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return values
    except OSError as error:
        raise DataError(f"The policy '{path}' cannot be read: {error.strerror}. Give a TOML file.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"The policy '{path}' is no TOML: {error}. Mend that line.") from error


def _table(values: Mapping[str, Any], name: str, path: Path) -> Mapping[str, Any]:
    table = values.get(name, {})
    if not isinstance(table, Mapping):
        raise UsageError(f"`{name}` in '{path}' must be a table ([tool.rightrate]). Received: {table!r}.")
    return table


def own_policy(folder: Path) -> tuple[Policy, str | None]:
    """The policy of the project that `folder` is in, and the file it came from; the default one where there is none.

    It is the nearest pyproject.toml with a `[tool.rightrate]`, in the folder or in one that it lies in. One that cannot
    be read is an error: a stricter policy might be in it.
    """
    for place in (folder, *folder.parents):
        path = place / "pyproject.toml"
        if not path.is_file():
            continue
        tools = _values(path).get("tool", {})
        if isinstance(tools, Mapping) and "rightrate" in tools:
            return read_policy(path), str(path)
    return Policy(), None
