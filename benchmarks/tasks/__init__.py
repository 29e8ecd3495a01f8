"""The fine-tuning tasks of the benchmarks: real pretrained networks on real data, and one small network."""

from __future__ import annotations

import importlib
from pathlib import Path

from tasks.cache import cache_file
from tasks.task import Task

#: Each task and the file of its family.
FAMILIES = {
    "solar_frozen": "solar",
    "solar_blocks": "solar",
    "digits_cnn": "digits",
    "news_text": "news",
    "news_frozen": "news",
}


def load(name: str) -> Task:
    """Make the task called `name`, with its arrays; a family is decoded once and then cached."""
    # Imported when asked for: a task needs only the packages of its own family.
    module = importlib.import_module(f"tasks.{FAMILIES[name]}")
    return getattr(module, name)()


def cached(name: str) -> Path:
    """The file that holds the decoded arrays of the task called `name`; it may not exist yet."""
    return cache_file(FAMILIES[name])


__all__ = ["FAMILIES", "Task", "cached", "load"]
