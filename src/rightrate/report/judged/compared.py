"""What changed between two verdicts, as one HTML page that opens from disk."""

from __future__ import annotations

import math
from collections.abc import Sequence

import altair as alt

from rightrate.report import marks, words
from rightrate.report.judged import words as say
from rightrate.report.judged.compare import meaning, named
from rightrate.report.judged.html import TONES, next_steps
from rightrate.report.judged.sections import about
from rightrate.report.labels import labels
from rightrate.report.marks import Chart, Row
from rightrate.report.one_page import figure, page
from rightrate.report.section import First, Key, Section
from rightrate.report.table import Table
from rightrate.verdict import Judgement
from rightrate.verdict.difference import Change, Difference

_HEADING = "What changed, with intervals"
# Beyond these a chart is no longer read; the table has all.
_MOST_DRAWN, _MOST_ROWS = 24, 400
_ROW_HEIGHT = 24
# Of an axis that leaves most of a phone to the chart.
_LABEL_WIDTH = 22
_TITLE = "change in percentage points"
_POINTS = "format(datum.value, '+.3~f')"
_PAIRED = (
    "The rows of the two are taken as independent. Where both judged the same rows, rightrate judge NEW --baseline OLD "
    "pairs them and proves more."
)
_LOOKS = {
    "better": (marks.GREEN, "circle"),
    "worse": (marks.VERMILLION, "triangle-down"),
    "unchanged": (marks.GREY, "square"),
}


def to_html(difference: Difference, old: Judgement, new: Judgement, names: tuple[str, str]) -> str:
    """Return the text of the page, to be written as UTF-8.

    Args:
        difference: of the two.
        old, new: the judgements themselves, for what to do next and how they were measured.
        names: what the two are called, such as their files.
    """
    table = _table(difference.changes[:_MOST_ROWS])
    chart = change_chart(difference)
    drawn = {} if chart is None else {"changes": chart}
    made = [Section("changes", "Figure by figure", table=table)] if table.rows else []
    made[:0] = [Section("drawn", _HEADING, figures=(figure(n, _HEADING, c, table),)) for n, c in drawn.items()]
    made.append(Section("reasons", "What decided", pairs=_reasons(difference), after=_only(difference)))
    for name, which, one in (("before", "first", old), ("now", "second", new)):
        made.append(Section(f"about-{name}", f"How the {which} was measured", pairs=about(one).pairs))
    first = First(
        subject=" and ".join(say.short(name, 120) or "(no name)" for name in names),
        headline=f"{say.OUTCOMES[difference.old]} → {say.OUTCOMES[difference.new]}",
        tone=TONES[difference.new],
        sentences=(summary(difference), say.sentence(difference.new_reason)),
        banner=say.sentence(difference.mismatch) if difference.mismatch else None,
        keys=_keys(difference.changes, new),
        steps=(*next_steps(new), _PAIRED),
    )
    return page(f"{first.headline}: {first.subject}", first, made, drawn)


def summary(difference: Difference) -> str:
    """Return in one sentence how much changed, and how much of it for the better."""
    changes = difference.changes
    if not changes:
        return "No figure is in both verdicts."
    proven = [change for change in changes if change.proven]
    looks = f", after Holm's correction for {len(changes)} figures" if len(changes) > 1 else ""
    better = sum(bool(change.better) for change in proven)
    split = f": {better} for the better, {len(proven) - better} for the worse" if proven else ""
    return f"{len(proven)} of {len(changes)} figures changed beyond chance{split}{looks}."


def change_chart(difference: Difference) -> Chart | None:
    """Draw new minus old of each share, in percentage points, with its interval; None where no share is in both."""
    shares = [one for one in difference.changes if say.is_share(_metric(one)) and _finite(one.difference.value)]
    shares = shares[:_MOST_DRAWN]
    names = labels((say.short(named(one.name)) for one in shares), _LABEL_WIDTH)
    rows = [_row(change, label) for change, label in zip(shares, names, strict=True)]
    if not rows:
        return None
    order = [row["figure"] for row in rows]
    kinds = [kind for kind in _LOOKS if any(row["kind"] == kind for row in rows)]
    y = alt.Y("figure:N", title=None, sort=order, axis=alt.Axis(labelLimit=0, grid=False))
    x = alt.X(
        "value:Q",
        title=_TITLE,
        axis=alt.Axis(labelExpr=_POINTS, tickCount=6),
    )
    colours, shapes = ([_LOOKS[kind][which] for kind in kinds] for which in (0, 1))
    looks = {
        "color": alt.Color("kind:N", scale=marks.named(kinds, colours), legend=marks.legend(len(kinds))),
        "shape": alt.Shape("kind:N", scale=marks.named(kinds, shapes), legend=marks.legend(len(kinds))),
    }
    tips = marks.tooltip(figure="figure", before="before", now="now", change="said")
    proven, open_ones = ([row for row in rows if row["proven"] is sure] for sure in (True, False))
    spans = [row for row in rows if row["low"] is not None]
    # An empty layer without a domain of its own has no ends, of which Vega warns.
    layers: list[alt.Chart] = [
        marks.data([{"value": 0.0}]).mark_rule(color=marks.GREY).encode(x=x),
        *(
            [marks.data(spans).mark_rule(strokeWidth=2, color=marks.GREY).encode(x=_span(), x2=alt.X2("high:Q"), y=y)]
            if spans
            else []
        ),
        *(
            marks.data(some)
            .mark_point(filled=sure, size=110 if sure else 80, strokeWidth=1.8, opacity=1)
            .encode(x=x, y=y, **looks, tooltip=tips)
            for sure, some in ((True, proven), (False, open_ones))
            if some
        ),
    ]
    notes = ["Filled: proven; open: within chance. Lines are intervals; to the right of 0 the second is higher."]
    chart: Chart = marks.finished(layers, summary(difference), notes)
    sized: Chart = chart.properties(height=max(_ROW_HEIGHT * len(rows), 100))
    return sized


def _span() -> alt.X:
    return alt.X("low:Q", title=_TITLE)


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _row(change: Change, label: str) -> Row:
    metric, found = _metric(change), change.difference
    both = _finite(found.low) and _finite(found.high)
    ends = [None if end is None or not both else 100 * end for end in (found.low, found.high)]
    kind = "unchanged" if change.better is None else "better" if change.better else "worse"
    return {
        "figure": label,
        "value": 100 * (found.value or 0.0),
        "low": ends[0],
        "high": ends[1],
        "kind": kind,
        "proven": change.proven,
        "before": say.with_interval(metric, change.old),
        "now": say.with_interval(metric, change.new),
        "said": f"{say.difference(metric, found)}, {meaning(change)}",
    }


def _metric(change: Change) -> str:
    return change.name.split(" of ")[0]


def _table(changes: Sequence[Change]) -> Table:
    rows = tuple(
        (
            named(change.name),
            say.with_interval(_metric(change), change.old),
            say.with_interval(_metric(change), change.new),
            say.difference(_metric(change), change.difference),
            meaning(change),
        )
        for change in changes
    )
    tones = tuple("" if not change.proven else "good" if change.better else "bad" for change in changes)
    return Table(("figure", "before", "now", "change", "result"), rows, tones=tones)


def _reasons(difference: Difference) -> tuple[tuple[str, str], ...]:
    told = (("Before", difference.old, difference.old_reason), ("Now", difference.new, difference.new_reason))
    return tuple((when, f"{say.OUTCOMES[outcome]}: {say.sentence(reason)}") for when, outcome, reason in told)


def _only(difference: Difference) -> tuple[str, ...]:
    told = (("before", difference.only_old), ("now", difference.only_new))
    return tuple(f"Measured only {when}: {say.listed(map(named, only), 12, ', ')}." for when, only in told if only)


def _keys(changes: Sequence[Change], new: Judgement) -> tuple[Key, ...]:
    """The positive class's recall and precision, and accuracy, where both have them; else what changed most surely."""
    wanted = [f"{metric} of '{new.positive}'" for metric in ("recall", "precision")] + ["accuracy", "mae", "rmse"]
    by_name = {change.name: change for change in changes}
    chosen = [by_name[name] for name in wanted if name in by_name] or list(changes)
    return tuple(_key(change) for change in chosen[:3])


def _key(change: Change) -> Key:
    metric, label = _metric(change), words.shorten(named(change.name), 40)
    note = f"was {say.value(metric, change.old)}; {say.difference(metric, change.difference)}, {meaning(change)}"
    return Key(label[:1].upper() + label[1:], say.value(metric, change.new), note)
