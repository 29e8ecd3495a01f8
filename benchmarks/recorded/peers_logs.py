"""A recorded training as the files that peers read. Runs in the peers' environment: the standard library only."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Log:
    """One training.

    Args:
        epochs: by Keras's names, one value an epoch: `loss`, `val_loss`, `accuracy`, ...
        losses: of each batch; shape `(steps,)`.
        rates: the learning rate of each batch; shape `(steps,)`.
        classes: of the labels; None for a regression.
        by_steps: whether a peer is to see the batches too.
    """

    epochs: dict[str, list[float]]
    losses: list[float]
    rates: list[float]
    classes: int | None
    by_steps: bool

    @property
    def length(self) -> int:
        return len(self.epochs["loss"])

    @property
    def per_epoch(self) -> int:
        return len(self.losses) // self.length

    def rows(self) -> list[dict[str, float]]:
        """By epochs: what Keras's CSVLogger writes. By steps: loss and rate of each, validation at an epoch's end."""
        names = sorted(self.epochs)
        if not self.by_steps:
            return [{"epoch": i, **{name: self.epochs[name][i] for name in names}} for i in range(self.length)]
        rows = []
        for step, (loss, rate) in enumerate(zip(self.losses, self.rates, strict=True), start=1):
            row = {"step": step, "loss": loss, "learning_rate": rate}
            if step % self.per_epoch == 0:
                row |= self._validation(step // self.per_epoch - 1)
            rows.append(row)
        return rows

    def _validation(self, epoch: int) -> dict[str, float]:
        return {name: values[epoch] for name, values in sorted(self.epochs.items()) if name.startswith("val_")}

    def trainer_state(self) -> dict[str, Any]:
        """What Hugging Face's Trainer writes, with `logging_strategy` "epoch" or `logging_steps` 1."""
        entries: list[dict[str, float]] = []
        for row in self.rows():
            step = int(row["step"] if self.by_steps else (row["epoch"] + 1) * self.per_epoch)
            place = {"epoch": step / self.per_epoch, "step": step}
            entries.append({"loss": row["loss"], "learning_rate": self.rates[step - 1], **place})
            validation = {f"eval_{name[4:]}": value for name, value in row.items() if name.startswith("val_")}
            if validation:
                entries.append({**validation, **place})
        steps = len(self.losses)
        return {"epoch": self.length, "global_step": steps, "max_steps": steps, "log_history": entries}

    def console(self) -> str:
        """What Keras 3 prints while it fits."""
        bar = "━" * 20
        lines = []
        for i in range(self.length):
            values = " - ".join(f"{name}: {values[i]:.4g}" for name, values in sorted(self.epochs.items()))
            lines += [f"Epoch {i + 1}/{self.length}", f"{self.per_epoch}/{self.per_epoch} {bar} 1s 5ms/step - {values}"]
        return "\n".join(lines) + "\n"

    def write_csv(self, path: Path) -> Path:
        rows = self.rows()
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list({name: None for row in rows for name in row}))
            writer.writeheader()
            writer.writerows(rows)
        return path

    def write_json_lines(self, path: Path) -> Path:
        path.write_text("".join(json.dumps(row) + "\n" for row in self.rows()), encoding="utf-8")
        return path

    def write_trainer_state(self, path: Path) -> Path:
        path.write_text(json.dumps(self.trainer_state()), encoding="utf-8")
        return path
