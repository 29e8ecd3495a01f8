"""`Diagnosis`: what `rightrate.diagnose` returns, a sequence of findings that can show itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, overload

from rightrate.diagnosis.band import Band
from rightrate.diagnosis.comparison import Comparison
from rightrate.diagnosis.examine import Answer
from rightrate.diagnosis.finding import Finding
from rightrate.diagnosis.leading import Leading
from rightrate.report.diagnosed.document import Diagnosed

if TYPE_CHECKING:
    from rightrate.report.marks import Chart

__all__ = ["Diagnosis"]


@dataclass(frozen=True, eq=False, repr=False)
class Diagnosis(Sequence[Finding]):
    """What is wrong with a training, how sure that is, and what to change. It is the sequence of its findings.

    Of several trainings, `leading`, `band`, `answers` and the findings are those of the one that ended best (the
    lowest final validation loss), `trainings` has one diagnosis for each, and `comparison` says which rate was too low
    and which too high.

    Args:
        document: what all outputs show.

    Edge cases: a diagnosis without findings is an empty sequence, and so it is false; `leading` then says whether all
    is well (`none`) or nothing could be said (`not_enough_data`).
    """

    document: Diagnosed

    @property
    def name(self) -> str:
        """Of the training, in the log's words."""
        return self.document.training.name

    @property
    def leading(self) -> Leading:
        """The cause that is named first: `.cause`, `.code`, `.sentence`, `.advice`."""
        return self.document.main.leading

    @property
    def band(self) -> Band | None:
        """`"good"`, `"fair"` or `"bad"`; None where there is not enough data."""
        return self.document.main.band.band

    @property
    def band_why(self) -> str:
        """One sentence."""
        return self.document.main.band.why

    @property
    def answers(self) -> tuple[Answer, ...]:
        """One for each rule, also those that are clear, could not say, or do not apply."""
        return self.document.main.answers

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The leading one first, then by severity, then by code."""
        return self.document.main.findings

    @property
    def trainings(self) -> tuple[Diagnosis, ...]:
        """One diagnosis for each training, in the order they were given; empty where there is one training only."""
        shown = self.document
        return tuple(Diagnosis(shown.alone(i)) for i in range(len(shown.examined))) if shown.has_several else ()

    @property
    def comparison(self) -> Comparison | None:
        """Of several trainings: `.rows`, `.sentence`, `.next_rate`, `.advice`."""
        return self.document.comparison

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was assumed or left out while reading, one sentence each."""
        return self.document.warnings

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    @overload
    def __getitem__(self, index: int) -> Finding: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...

    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        return self.findings[index]

    def __str__(self) -> str:
        from rightrate.report.diagnosed.sections import plain_lines

        return "\n".join(plain_lines(self.document))

    def __repr__(self) -> str:
        codes = [finding.code for finding in self]
        return f"<Diagnosis of {self.name!r}: {self.leading.cause.value}, band {self.band}, findings {codes}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: what leads, what to change, and the losses as a picture."""
        from rightrate.report.diagnosed.html import in_notebook

        return in_notebook(self.document)

    def plot(self, name: str = "losses") -> Chart:
        """One chart, as an Altair chart that can be changed and saved (`.save("losses.svg")`).

        A notebook draws it with scripts from the network; `altair.renderers.enable("svg")` needs none.

        Args:
            name: "losses", "metrics", "rate" or "comparison".

        Raises:
            UsageError: there is no such chart, or nothing to draw in it; the message says which or why.
        """
        from rightrate.report.diagnosed.charts import charts
        from rightrate.report.plots import OF_DIAGNOSIS, chosen

        return chosen(name, charts(self.document), OF_DIAGNOSIS)

    def to_json(self) -> str:
        """All of it as strict JSON (docs/diagnosis-format.md)."""
        from rightrate.report.diagnosed.as_json import to_json

        return json.dumps(to_json(self.document), indent=2, allow_nan=False)

    def to_markdown(self) -> str:
        """A summary for a pull request, under 60 KB."""
        from rightrate.report.diagnosed.markdown import to_markdown

        return to_markdown(self.document)

    def report(self, path: str | Path) -> Path:
        """Write the one-file HTML report to `path`."""
        from rightrate.report.diagnosed.html import to_html
        from rightrate.store import write_safely

        return write_safely(Path(path), lambda p: p.write_text(to_html(self.document), encoding="utf-8"))

    def save(self, folder: str | Path) -> Path:
        """Write diagnosis.json, report.html and summary.md to a new or empty `folder`."""
        from rightrate.report.diagnosed.html import to_html
        from rightrate.store import claim, write_safely

        texts = {
            "diagnosis.json": self.to_json(),
            "report.html": to_html(self.document),
            "summary.md": self.to_markdown(),
        }
        place = claim(Path(folder))
        for name, text in texts.items():
            write_safely(place / name, lambda p, text=text: p.write_text(text, encoding="utf-8"))  # type: ignore[misc]
        return place
