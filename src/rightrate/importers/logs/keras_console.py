"""What Keras's `fit` printed, copied from a terminal, a notebook or a file: progress bars of Keras 2 and 3."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rightrate.curves.training import Training
from rightrate.importers.logs.assemble import About, assemble, nothing_in
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.names import check_columns
from rightrate.importers.logs.numbers import NoNumberError, number
from rightrate.importers.logs.text import Lines

FORMAT = "Keras console"

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_EPOCH = re.compile(r"\s*Epoch (\d{1,9})/(\d{1,9}|Unknown)\s*")
_PROGRESS = re.compile(
    r"\s*(?P<done>\d{1,12})/(?P<all>\d{1,12}|Unknown|None)\s*(?P<rest>(?:\[|\u2501| - | {2,}|\d+s ).*)"
)
_VALUE = re.compile(r" - ([^\s:]+): ([+-]?(?:\d[\d.]*(?:e[+-]?\d+)?|nan|inf(?:inity)?))(?=\s|$)", re.IGNORECASE)
_BACK = re.compile(r"\x08+")


def recognises(start: Start) -> bool:
    """A line `Epoch 1/10`, and a line `32/32 ...` of progress or of a summary."""
    text = [part for line in start.lines for part in _plain(line)]
    return any(_EPOCH.fullmatch(part) for part in text) and any(_PROGRESS.fullmatch(part) for part in text)


def _plain(line: str) -> list[str]:
    """The texts that a terminal showed one over another; backspaces begin a new one, as carriage returns do."""
    return _BACK.split(_ESCAPES.sub("", line))


@dataclass
class _Epoch:
    number: int
    values: dict[str, float] = field(default_factory=dict)
    done: int = 0
    steps: str | None = None
    closed: bool = False

    @property
    def complete(self) -> bool:
        return self.closed or self.steps in ("Unknown", "None") or self.steps == str(self.done)

    def show(self, progress: re.Match[str]) -> None:
        """Take over what one line of progress says; lines of another bar, as `evaluate` prints, are not ours."""
        done, steps, rest = int(progress["done"]), progress["all"], progress["rest"]
        another = self.steps not in (None, "Unknown", "None") and steps != self.steps
        if self.closed or done < self.done or another:
            self.closed = self.closed or self.complete
            return
        self.done, self.steps = done, steps
        for name, word in _VALUE.findall(" " + rest):
            try:
                value = number(word)
            except NoNumberError:
                continue
            if value is not None:
                self.values[name] = value
        # Validation is appended once, when the epoch is over; a summary line (verbose=2) is the only one.
        self.closed = any(name.startswith("val_") for name in self.values) or (
            self.steps == str(done) and rest.startswith(" - ")
        )


@dataclass
class _Fit:
    collector: Collector = field(default_factory=Collector)
    last: int = 0
    steps: set[int] = field(default_factory=set)


def _read(start: Start, columns: Columns) -> Log:
    path = str(start.path)
    fits: list[_Fit] = []
    warnings: list[str] = []
    epoch: _Epoch | None = None
    for line in Lines(start.path, start.head):
        for text in _plain(line):
            if header := _EPOCH.fullmatch(text):
                _finish(epoch, fits, warnings)
                epoch = _Epoch(int(header[1]))
            elif epoch is not None and (progress := _PROGRESS.fullmatch(text)):
                epoch.show(progress)
    _finish(epoch, fits, warnings)
    check_columns(columns, {name for fit in fits for name in fit.collector.names}, path)
    trainings: list[Training] = []
    for place, fit in enumerate(fits, start=1):
        name = f"fit {place}" if len(fits) > 1 else start.path.name
        per_epoch = fit.steps.pop() if len(fit.steps) == 1 else None
        about = About(name, path, "epoch", per_epoch or None, note=f"{name}: " if len(fits) > 1 else "")
        of_this = {key: raw for key, raw in columns.items() if raw in fit.collector.names}
        training, more = assemble(fit.collector, about, of_this)
        trainings += [training] if training else []
        warnings += more
    if not trainings:
        raise nothing_in(path)
    return Log(tuple(trainings), tuple(warnings), FORMAT)


def _finish(epoch: _Epoch | None, fits: list[_Fit], warnings: list[str]) -> None:
    """Add an epoch to its fit; epoch 1 begins a new fit, any other number continues, also where it goes back."""
    if epoch is None or not epoch.values:
        return
    if not epoch.complete:
        warnings.append(
            f"Epoch {epoch.number} is not complete ({epoch.done} of {epoch.steps} steps) and was left out: "
            "its values are means over what was seen so far."
        )
        return
    if not fits or (epoch.number == 1 and fits[-1].last >= 1):
        fits.append(_Fit())
    fit = fits[-1]
    fit.last = epoch.number
    fit.steps.add(epoch.done)
    for name, value in epoch.values.items():
        fit.collector.add(name, epoch.number, value)


IMPORTER = Importer(FORMAT, recognises, _read)
