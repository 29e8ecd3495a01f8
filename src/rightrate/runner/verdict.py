"""`Verdict`: what `rightrate.judge` returns, a judgement that can show and save itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from rightrate.verdict import Judgement

if TYPE_CHECKING:
    from rightrate.report.marks import Chart


@dataclass(frozen=True)
class Verdict(Judgement):
    """A judgement with the ways to show it; `bool(verdict)` raises while there is not enough evidence."""

    @classmethod
    def of(cls, judgement: Judgement) -> Verdict:
        """The verdict that shows `judgement`."""
        return cls(**{field.name: getattr(judgement, field.name) for field in fields(Judgement)})

    def to_json(self) -> str:
        """All figures as strict JSON (docs/verdict-format.md)."""
        from rightrate.report.judged.as_json import to_json

        return json.dumps(to_json(self), indent=2, allow_nan=False)

    def to_markdown(self) -> str:
        """A summary for a pull request, under 60 KB."""
        from rightrate.report.judged.markdown import to_markdown

        return to_markdown(self)

    def to_junit(self) -> str:
        """JUnit XML, one test case for each criterion."""
        from rightrate.report.judged.junit import to_junit

        return to_junit(self)

    def plot(self, name: str = "precision-recall") -> Chart:
        """One chart, as an Altair chart that can be changed and saved (`.save("curve.svg")`).

        A notebook draws it with scripts from the network; `altair.renderers.enable("svg")` needs none.

        Args:
            name: "precision-recall" or "calibration".

        Raises:
            UsageError: there is no such chart, or nothing to draw in it; the message says which or why.
        """
        from rightrate.report.judged.charts import charts
        from rightrate.report.plots import OF_VERDICT, chosen

        return chosen(name, charts(self), OF_VERDICT)

    def _repr_html_(self) -> str:
        """What a notebook shows: the answer, why, and its figures."""
        from rightrate.report.judged.html import in_notebook

        return in_notebook(self)

    def report(self, path: str | Path) -> Path:
        """Write the one-file HTML report to `path`."""
        from rightrate.report.judged.html import to_html
        from rightrate.store import write_safely

        return write_safely(Path(path), lambda p: p.write_text(to_html(self), encoding="utf-8"))

    def operating_point(self) -> dict[str, object] | None:
        """What serving code needs to answer as was judged; None for tasks without classes.

        The threshold is the one that was judged, class names are in the order of the model's outputs, and
        `prevalence` is the share of the positive class that precision was told for. `alternatives` are the other
        thresholds of the report that can be had.
        """
        if not self.class_names:
            return None
        figures = {} if self.positive is None else self.per_class[self.positive]
        prevalence = self.policy.get("prevalence")
        precision = figures.get("precision") if prevalence is None else self.metrics.get("precision_at_prevalence")
        if prevalence is None and "prevalence" in self.metrics:
            prevalence = self.metrics["prevalence"].value
        return {
            "format": "rightrate-operating-point",
            "format_version": 1,
            "outcome": self.outcome.value,
            "class_names": list(self.class_names),
            "positive": self.positive,
            "threshold": self.threshold,
            "prevalence": prevalence,
            "precision": None if precision is None else precision.value,
            "recall": figures["recall"].value if figures else None,
            "alternatives": [
                {"goal": p.goal, "threshold": p.threshold, "precision": p.precision.value, "recall": p.recall.value}
                for p in self.operating_points
                if p.feasible
            ],
        }

    def save(self, folder: str | Path) -> Path:
        """Write verdict.json, report.html, summary.md, junit.xml and operating_point.json to a new `folder`."""
        from rightrate.store import claim

        return self.fill(claim(Path(folder)))

    def fill(self, folder: Path) -> Path:
        """Write everything into `folder`, whatever it holds already."""
        from rightrate.report.judged.html import to_html
        from rightrate.store import write_safely

        texts = {
            "verdict.json": self.to_json(),
            "report.html": to_html(self),
            "summary.md": self.to_markdown(),
            "junit.xml": self.to_junit(),
        }
        point = self.operating_point()
        if point is not None:
            texts["operating_point.json"] = json.dumps(point, indent=2, allow_nan=False)
        for name, text in texts.items():
            write_safely(folder / name, lambda p, text=text: p.write_text(text, encoding="utf-8"))  # type: ignore[misc]
        return folder
