"""`Diagnosed`: everything that a diagnosis shows; terminal, Markdown, JSON and HTML read the same value."""

from __future__ import annotations

from dataclasses import dataclass

from rightrate.curves.training import Training
from rightrate.diagnosis.comparison import Comparison
from rightrate.diagnosis.examine import Examined


@dataclass(frozen=True, eq=False)
class Diagnosed:
    """One or several trainings with what is said of them.

    Args:
        examined: one for each training, in the order they were given; at least one.
        best: index of the one that ended best, whose findings lead.
        comparison: of the trainings, where there are two or more that can be compared.
        warnings: what was assumed or left out while reading, one sentence each.
    """

    examined: tuple[Examined, ...]
    best: int = 0
    comparison: Comparison | None = None
    warnings: tuple[str, ...] = ()

    @property
    def main(self) -> Examined:
        """The training whose findings are shown."""
        return self.examined[self.best]

    @property
    def training(self) -> Training:
        """That of `main`."""
        return self.main.training

    @property
    def has_several(self) -> bool:
        return len(self.examined) > 1

    def alone(self, index: int) -> Diagnosed:
        """One of the trainings as a diagnosis of its own."""
        return Diagnosed((self.examined[index],))
