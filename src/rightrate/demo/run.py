"""The workflow behind `rightrate demo`: the same `tune` as for any model, on what ships with the package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rightrate.demo import settings
from rightrate.store import run_folder

if TYPE_CHECKING:
    from rightrate.runner.events import Listener
    from rightrate.runner.result import TuneResult


def run(out: str | None, seed: int, on_event: Listener | None = None) -> tuple[TuneResult, Path]:
    """Tune the demo's model and save everything; returns the result and its folder."""
    from rightrate.engine.backend import require_keras

    require_keras()
    from rightrate import api
    from rightrate.demo.data import digits
    from rightrate.demo.model import build
    from rightrate.runner.interrupts import uninterrupted
    from rightrate.runner.search_log import search_log
    from rightrate.search import ladder

    data = digits(settings.POSITIVE, settings.SHARE, seed)
    title = "rare digit"
    with (
        run_folder(out) as folder,
        search_log(folder, title=title, objective="val_loss", listener=on_event) as hear,
    ):
        result = api.tune(
            build(seed),
            (data.x, data.y),
            (data.x_val, data.y_val),
            epochs=settings.EPOCHS,
            batch_size=settings.BATCH_SIZE,
            # A ladder from end to end, so that the low and the high rates of the lesson are seen too.
            rates=(settings.LOWEST_RATE, settings.HIGHEST_RATE),
            positive=data.classes[1],
            class_names=data.classes,
            # All of them to the end, and the shapes of the schedule that share most of their training.
            budget=len(ladder.between(settings.LOWEST_RATE, settings.HIGHEST_RATE)) + settings.SHAPES_BUDGET,
            seed=seed,
            on_event=hear,
            title=title,
            about={"Data": "scikit-learn's digits, one of them made rare; the backbone was pretrained on MNIST"},
        )
        with uninterrupted():
            result.fill(folder)
    return result, folder
