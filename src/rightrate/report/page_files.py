"""What every page is put together from: the files of the folder `page`, and values as JSON inside a page.

It loads nothing that draws: the live view answers before charts could be loaded.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any


@lru_cache(maxsize=32)
def page_file(name: str) -> str:
    """The text of a file of the folder `page`."""
    return files("rightrate.report").joinpath("page").joinpath(name).read_text(encoding="utf-8")


def embedded(value: Any) -> str:
    r"""Return JSON that no text in it can break out of, as plain ASCII.

    Example:
        >>> embedded({"name": "</script>&"})
        '{"name":"\\u003c/script\\u003e\\u0026"}'
    """
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
