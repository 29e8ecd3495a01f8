"""The workflow behind `rightrate tune` and `rightrate find`: a model file and data files in, a run folder out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rightrate.errors import ModelError, UsageError
from rightrate.importers.labelled import LabelledData, read_labelled
from rightrate.store import run_folder, write_safely

if TYPE_CHECKING:
    from rightrate.runner.events import Listener, Planned
    from rightrate.runner.found import FindResult


@dataclass(frozen=True)
class TuneFiles:
    """What a user asked for on the command line; each field is the option of its name.

    Args:
        model: a `.keras` file or `module:function`.
        data: a folder, `.npz`, CSV or Parquet; None where the function returns data.
        image_size: (height, width), or None for the model's own.
        freeze: "all-but-head", "none", a layer's name, or None to leave the model's own setting.
        out: the run folder; None for a new numbered one under `runs/`.
        only_find: end early and without a model, as `rightrate find`.
        live: start the live view of the run folder and say its address.
    """

    model: str
    data: str | None = None
    label: str | None = None
    epochs: int = 10
    batch_size: int = 32
    image_size: tuple[int, int] | None = None
    pixel_range: tuple[float, float] = (0.0, 255.0)
    validation_share: float = 0.2
    new_head: bool = False
    freeze: str | None = None
    optimizer: str | None = None
    loss: str | None = None
    rates: tuple[float, float] | None = None
    like: str | None = None
    objective: str = "val_loss"
    min_recall: float | None = None
    min_precision: float | None = None
    positive: str | None = None
    budget: float | None = None
    schedule: str = "auto"
    seed: int = 0
    out: str | None = None
    only_find: bool = False
    live: bool = False


@dataclass(frozen=True, eq=False)
class _Ready:
    """A model and data, as a search takes them."""

    model: Any
    train: Any
    validation: Any
    data: LabelledData | None
    title: str

    def arguments(self, asked: TuneFiles) -> dict[str, Any]:
        """What `rightrate.tune` and `rightrate.find` have in common."""
        return {
            "train": self.train,
            "validation_data": self.validation,
            "epochs": asked.epochs,
            "batch_size": asked.batch_size,
            "validation_split": asked.validation_share if self.validation is None else None,
            "rates": asked.rates,
            "like": asked.like,
            "schedule": asked.schedule,
            "objective": asked.objective,
            "positive": asked.positive,
            "class_names": self.data.classes if self.data is not None and self.data.classes else None,
            "budget": asked.budget,
            "seed": asked.seed,
            "title": self.title,
            "about": _about(asked, self.data),
        }


def plan_files(asked: TuneFiles, say: Callable[[str], None] = lambda text: None) -> tuple[Planned, float]:
    """Load and plan; nothing is trained or written. Returns the plan and the seconds that a candidate's step takes.

    Raises:
        RightrateError: whatever is wrong with the input.
    """
    from rightrate import api

    ready = _ready(asked, say)
    more: dict[str, Any] = (
        {} if asked.only_find else {"min_recall": asked.min_recall, "min_precision": asked.min_precision}
    )
    return api.plan(ready.model, only_find=asked.only_find, **more, **ready.arguments(asked))


def tune_files(
    asked: TuneFiles, on_event: Listener | None = None, say: Callable[[str], None] = lambda text: None
) -> tuple[FindResult, Path]:
    """Load, tune (or find), save; returns the result and the run folder.

    Args:
        on_event: called with the search's events.
        say: called with what a user should know before the search, one sentence each.

    Raises:
        RightrateError: whatever is wrong with the input. A folder that was made for the run is removed again.
    """
    from rightrate import api
    from rightrate.runner.interrupts import uninterrupted
    from rightrate.runner.looked_on import looked_on

    ready = _ready(asked, say)
    title, data = ready.title, ready.data
    show = partial(print, file=sys.stderr, flush=True) if asked.live else None
    with (
        run_folder(asked.out) as folder,
        looked_on(folder, title=title, objective=asked.objective, listener=on_event, say=say, show=show) as hear,
    ):
        arguments = ready.arguments(asked)
        if asked.only_find:
            result: FindResult = api.find(ready.model, on_event=hear, **arguments)
        else:
            least: dict[str, Any] = {"min_recall": asked.min_recall, "min_precision": asked.min_precision}
            result = api.tune(ready.model, on_event=hear, **least, **arguments)
        with uninterrupted():
            if data is not None and data.split is not None:
                _write_split(folder, data)
            result.fill(folder)
    return result, folder


def _ready(asked: TuneFiles, say: Callable[[str], None]) -> _Ready:
    """Load the model and read the data."""
    from rightrate.engine.backend import require_keras, require_model

    require_keras()
    from rightrate.engine import head, load

    loaded = load.load(asked.model)
    require_model(loaded.model)
    data = _read(asked, loaded.model, head) if asked.data is not None else None
    if data is None and loaded.train is None:
        raise UsageError(
            "There are no data: name a folder, an .npz, a CSV or a Parquet file after MODEL, or let the function "
            "return (model, train, validation)."
        )
    if data is not None and loaded.train is not None:
        raise UsageError(f"{asked.model} returned data, and DATA names {asked.data}. Use one of them.")
    for warning in data.warnings if data is not None else ():
        say(warning)
    model = _prepared(loaded.model, data, asked, head)
    train, validation = (loaded.train, loaded.validation) if data is None else _arrays(data, head.wants_one_hot(model))
    title = Path(asked.model).stem if asked.model.endswith(".keras") else asked.model
    return _Ready(model, train, validation, data, title)


def _read(asked: TuneFiles, model: Any, head: Any) -> LabelledData:
    own = head.image_size(model)
    size = asked.image_size or (own[:2] if own else None)
    is_folder = Path(str(asked.data)).is_dir()
    return read_labelled(
        str(asked.data),
        label=asked.label,
        image_size=size if is_folder else asked.image_size,
        channels=own[2] if own and is_folder else 3,
        validation_share=asked.validation_share,
        seed=asked.seed,
        pixel_range=asked.pixel_range,
    )


def _prepared(model: Any, data: LabelledData | None, asked: TuneFiles, head: Any) -> Any:
    """The model with its head, frozen part and compilation as asked for."""
    classes = len(data.classes) or None if data is not None else None
    if asked.new_head:
        if data is None:
            raise UsageError("--new-head needs DATA, whose classes give its size; a function can build its own head.")
        model = head.with_new_head(model, classes, asked.seed)
        head.freeze(model, asked.freeze or "all-but-head")
    elif asked.freeze is not None:
        head.freeze(model, asked.freeze)
    if classes is not None:
        head.check_fit(model, classes)
    if data is None and not model.compiled and asked.loss is None:
        raise ModelError("The function's model is not compiled: compile it there, or name --loss and --optimizer.")
    head.compile_for(model, classes, asked.optimizer, asked.loss, again=asked.freeze is not None)
    return model


def _arrays(data: LabelledData, one_hot: bool) -> tuple[Any, Any]:
    if not one_hot:
        return (data.x, data.y), (data.x_val, data.y_val)
    table = np.eye(len(data.classes), dtype=np.float32)
    return (data.x, table[data.y]), (data.x_val, table[data.y_val])


def _about(asked: TuneFiles, data: LabelledData | None) -> dict[str, str]:
    if data is None:
        return {"Data": f"returned by {asked.model}"}
    split = "brought by the data"
    if data.split is not None:
        split = f"{asked.validation_share:.0%} split off, stratified, seed {asked.seed}; see split.json"
    return {
        "Data": data.source,
        "Classes": ", ".join(data.classes) or "none: a regression",
        "Validation part": split,
    }


def _write_split(folder: Path, data: LabelledData) -> None:
    assert data.split is not None
    split = data.split
    content = {
        "format": 1, "source": data.source, "seed": split.seed, "share": split.share,
        "train": list(split.train), "validation": list(split.validation),
    }  # fmt: skip
    write_safely(folder / "split.json", lambda p: p.write_text(json.dumps(content, indent=1), encoding="utf-8"))
