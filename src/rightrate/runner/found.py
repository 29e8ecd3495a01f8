"""`FindResult`: what `rightrate.find` returns, and what every search has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rightrate.diagnosis import Finding
from rightrate.report.document import Document
from rightrate.schedules import Schedule
from rightrate.search import Cost, Trial
from rightrate.search.sweet_spot import SweetSpot, sweet_spot

if TYPE_CHECKING:
    from rightrate.report.marks import Chart


@dataclass(frozen=True, eq=False)
class FindResult:
    """What a search found.

    Args:
        document: the whole outcome as one value, which all reports show.
    """

    document: Document

    @property
    def learning_rate(self) -> float | None:
        """The chosen rate, the peak of the schedule; None where no candidate was sound."""
        return self.document.learning_rate

    @property
    def interval(self) -> tuple[float, float] | None:
        """The rates that cannot be told apart from it; None where that was not measured. Of `find`: how far from the
        early leader the best rate lay in recorded fine-tunings (docs/search.md)."""
        return self.document.interval

    @property
    def schedule(self) -> Schedule | None:
        """The chosen rate's schedule."""
        return self.document.schedule

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every candidate, by rising learning rate."""
        return self.document.trials

    @property
    def sweet_spot(self) -> SweetSpot | None:
        """Precision and recall over the rates that were trained to the end, and where both are good; None where they
        were not measured."""
        return sweet_spot(self.document.trials)

    @property
    def cost(self) -> Cost:
        """What it took."""
        return self.document.cost

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What else a person should know."""
        return self.document.findings

    def plot(self, name: str = "rate") -> Chart:
        """One chart, as an Altair chart that can be changed and saved (`.save("rate.svg")`).

        A notebook draws it with scripts from the network; `altair.renderers.enable("svg")` needs none.

        Args:
            name: "rate", "sweet-spot", "curves", "winner" or "schedule".

        Raises:
            UsageError: there is no such chart, or nothing to draw in it; the message says which or why.
        """
        from rightrate.report.charts import charts
        from rightrate.report.plots import OF_SEARCH, chosen

        return chosen(name, charts(self.document), OF_SEARCH)

    def _repr_html_(self) -> str:
        """What a notebook shows: the answer, its figures, and the rates as a picture."""
        from rightrate.report.html import in_notebook

        return in_notebook(self.document)

    def report(self, path: str | Path) -> Path:
        """Write the one-file HTML report to `path`."""
        from rightrate.report.html import to_html
        from rightrate.store import write_safely

        return write_safely(Path(path), lambda p: p.write_text(to_html(self.document), encoding="utf-8"))

    def save(self, folder: str | Path) -> Path:
        """Write everything to a new or empty `folder`: result.json, reports, curves and charts."""
        from rightrate.store import claim

        return self.fill(claim(Path(folder)))

    def fill(self, folder: Path) -> Path:
        """Write everything into `folder`, whatever it holds already."""
        from rightrate.report.write import write_reports

        write_reports(self.document, folder)
        return folder
