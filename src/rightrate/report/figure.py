"""`Figure`: a chart as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from rightrate.report.table import Table


@dataclass(frozen=True)
class Figure:
    """A chart taken apart: finding and notes as text, so that they wrap; a picture; its numbers.

    Args:
        name: of the chart, for the page's script.
        heading: what the chart is about, in a few words.
        finding: the sentence that says what it shows.
        notes: what its marks mean.
        picture: the same chart as a `data:` address, for print and for browsers without scripts.
        table: its numbers.
        file: the name of the files that it is saved as, without their ending.
    """

    name: str
    heading: str
    finding: str
    notes: str
    picture: str
    table: Table
    file: str
