"""Kinds of options that several commands take."""

from __future__ import annotations

from typing import Any

import click


class Range(click.ParamType[tuple[float, float]]):
    """`LOW:HIGH`, two numbers."""

    name = "LOW:HIGH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        if isinstance(value, tuple):
            return value
        parts = str(value).split(":")
        try:
            low, high = (float(part) for part in parts)
        except ValueError:
            self.fail(f"expected two numbers LOW:HIGH, e.g. 1e-5:1e-2. Received: {value!r}.", param, ctx)
        return low, high


class Size(click.ParamType[tuple[int, int]]):
    """`SIDE` or `HEIGHTxWIDTH`, in pixels."""

    name = "SIDE|HxW"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        parts = str(value).lower().split("x")
        if len(parts) in (1, 2) and all(part.isdigit() and int(part) > 0 for part in parts):
            return int(parts[0]), int(parts[-1])
        self.fail(f"expected pixels, e.g. 96 or 96x128. Received: {value!r}.", param, ctx)
