"""Findings about a search that are about one rate: named in the chart, at that rate."""

from __future__ import annotations

from collections.abc import Iterable

import altair as alt

from rightrate.diagnosis import Finding, Severity
from rightrate.report import axes, marks, words
from rightrate.report.document import Document

#: By how many pixels they stand below the upper edge: there the name of the chosen rate stands already.
_BELOW = 19
_COLOURS = {Severity.CRITICAL: marks.VERMILLION, Severity.WARNING: "#8A5A00", Severity.HINT: marks.GREY}


def placed(document: Document, codes: Iterable[str] | None = None) -> dict[float, list[Finding]]:
    """Return the findings by the rate that they are about; of these codes only, where any are named."""
    wanted = None if codes is None else set(codes)
    found: dict[float, list[Finding]] = {}
    for finding in document.findings:
        rate = finding.evidence.get("learning_rate")
        if isinstance(rate, (int, float)) and rate > 0 and (wanted is None or finding.code in wanted):
            found.setdefault(float(rate), []).append(finding)
    return found


def layers(document: Document, found: dict[float, list[Finding]], x: alt.X) -> list[alt.Chart]:
    """Return a dashed line with the codes at each of the rates; at the chosen rate, which has a line, the codes."""
    drawn: list[alt.Chart] = []
    domain = marks.domain(document)
    for rate, findings in found.items():
        colour = _COLOURS[findings[0].severity]
        base = marks.data([{"rate": rate, "code": ", ".join(dict.fromkeys(one.code for one in findings))}])
        if rate != document.learning_rate:
            drawn.append(base.mark_rule(color=colour, strokeDash=[3, 3], strokeWidth=1.2).encode(x=x))
        left = axes.share_along(rate, domain) > 0.5
        drawn.append(marks.line_label(base, "code", x, left=left, y=_BELOW, size=11, color=colour))
    return drawn


def note(found: dict[float, list[Finding]]) -> list[str]:
    """Return the sentence that says what is marked; none where nothing is."""
    if not found:
        return []
    named = [
        f"{code} at {words.rate(rate)}"
        for rate, findings in found.items()
        for code in dict.fromkeys(one.code for one in findings)
    ]
    return [f"Marked by its code, a finding: {', '.join(named)}."]
